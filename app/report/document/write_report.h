#pragma once

#include <filesystem>

#include "app/report/document/report_drawing.h"

namespace moe::report {

enum class ReportFormat { kHtml, kPdf, kMarkdown, kJson, kFolder };

/// By the ending of the name: .html, .htm, .pdf, .md, .json; a name that ends with a slash or is a
/// folder is a folder. Errors (kUsage): another ending, with those that there are.
Result<ReportFormat> reportFormatOf(const std::filesystem::path& path);

/// Writes a document as the name's ending says, each file beside its place and then renamed. With
/// Markdown go the plots, in a folder "NAME_files" beside it; a folder gets everything, see
/// reportFiles. In a folder that an earlier report made, the files of that report are replaced and
/// all others stay; any other folder is left alone and refused. Plots need the drawing functions;
/// without them HTML, Markdown, JSON and folders say where one is missing, and PDF is refused. The
/// functions are called from the thread that writes. Errors: kUsage as above; kInput, naming the
/// path, where nothing can be written.
Result<void> writeReport(const Document& document, const std::filesystem::path& path,
                         const ReportDrawing& drawing);

}  // namespace moe::report
