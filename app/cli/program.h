#pragma once

#include "app/report/document/report_drawing.h"

namespace moe::cli {

/// The process around runCli: arguments, streams and signals. The first Ctrl-C asks the work to
/// stop, the second ends the program.
int runProgram(int argc, char** argv, const report::ReportDrawing& drawing);

/// Turns this process into `moeplan-draw`, the same program with Qt, where the arguments name a
/// command that may draw and that program lies beside this one or in ../libexec/moeplan. Loading Qt
/// takes longer than most commands do, so that the others go without. Returns when there is no such
/// program; the command then says that nothing is drawn.
void becomeDrawingProgram(int argc, char** argv);

}  // namespace moe::cli
