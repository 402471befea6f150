#pragma once

#include <string>

#include "app/report/document/report_drawing.h"

namespace moe::report {

/// The document as one HTML file that needs nothing else: style and plots inside, no script, no
/// address that is fetched. Plots are vectors, each in a light and a dark version of which the
/// reader's setting shows one; on paper it is always the light one. Without drawing functions a
/// figure says that this build draws none. Errors: those of drawing.
Result<std::string> htmlDocument(const Document& document, const ReportDrawing& drawing);

}  // namespace moe::report
