#pragma once

#include <functional>

#include "app/report/document/report_drawing.h"

namespace moe::plot {

/// Runs a piece of drawing on the application's thread and waits for it. False: it was not run.
using DrawingThread = std::function<bool(const std::function<void()>&)>;

/// What draws reports. The first call that draws makes a QApplication, without a display, unless
/// the program has one; it must come from the main thread. With `thread` the program has one, and
/// calls may come from any thread: only the plots are drawn there, one at a time. Errors: kInput
/// where the font of the plots is not installed, kCancelled where `thread` ran nothing.
report::ReportDrawing reportDrawing(DrawingThread thread = {});

}  // namespace moe::plot
