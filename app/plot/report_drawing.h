#pragma once

#include "app/report/document/report_drawing.h"

namespace moe::plot {

/// What draws reports. The first call that draws makes a QApplication, without a display, unless
/// the program has one; it must come from the main thread. Errors (kInput): the font of the plots
/// is not installed.
report::ReportDrawing reportDrawing();

}  // namespace moe::plot
