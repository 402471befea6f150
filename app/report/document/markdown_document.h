#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/report/document/report_drawing.h"

namespace moe::report {

/// A report in Markdown (CommonMark with tables) and the files that it shows.
struct MarkdownReport {
  std::string text;
  std::vector<Attachment> files;  ///< of each plot "KEY.svg", light, and its data "KEY.csv"
};

/// The document with links to files in `folder`, a name without slashes; no links and no files when
/// it is empty. Without drawing functions only the data of the plots is written. Errors: those of
/// drawing.
Result<MarkdownReport> markdownDocument(const Document& document, const std::string& folder,
                                        const ReportDrawing& drawing);

/// Text in which nothing is markup: the same characters when it is shown.
std::string escapedMarkdown(std::string_view text);

}  // namespace moe::report
