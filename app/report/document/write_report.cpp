#include "app/report/document/write_report.h"

#include <fmt/format.h>

#include <system_error>

#include "app/report/document/html_document.h"
#include "app/report/document/markdown_document.h"
#include "app/report/document/report_files.h"
#include "app/workflows/write_file.h"
#include "app/workflows/write_folder.h"

namespace moe::report {
namespace {

namespace fs = std::filesystem;

std::vector<FolderFile> folderFiles(std::vector<Attachment> attachments) {
  std::vector<FolderFile> files;
  for (Attachment& one : attachments)
    files.push_back({std::move(one.name), std::move(one.content)});
  return files;
}

Result<void> writeText(const fs::path& path, const Result<std::string>& text) {
  if (!text) return tl::unexpected(text.error());
  return writeFile(path, *text);
}

Result<void> writeMarkdown(const Document& document, const fs::path& path,
                           const ReportDrawing& drawing) {
  fs::path folder = path;
  folder.replace_extension();
  folder += "_files";
  auto report = markdownDocument(document, folder.filename().string(), drawing);
  if (!report) return tl::unexpected(report.error());
  if (!report->files.empty())
    if (auto written = writeFolder(folder, folderFiles(std::move(report->files))); !written)
      return written;
  return writeFile(path, report->text);
}

Result<void> writePdf(const Document& document, const fs::path& path,
                      const ReportDrawing& drawing) {
  if (!drawing.pdf)
    return fail(ErrorKind::kInput, path.string(),
                fmt::format("{} and writes no PDF; name a file that ends with .html, .md or .json, "
                            "or install moeplan-gui",
                            kDrawsNothing));
  return writeText(path, drawing.pdf(document));
}

Result<void> writeWholeFolder(const Document& document, const fs::path& path,
                              const ReportDrawing& drawing) {
  auto files = reportFiles(document, drawing);
  if (!files) return tl::unexpected(files.error());
  return writeFolder(path, folderFiles(*std::move(files)));
}

}  // namespace

Result<ReportFormat> reportFormatOf(const fs::path& path) {
  std::error_code ignored;
  if (path.filename().empty() || fs::is_directory(path, ignored)) return ReportFormat::kFolder;
  const std::string ending = path.extension().string();
  if (ending == ".html" || ending == ".htm") return ReportFormat::kHtml;
  if (ending == ".pdf") return ReportFormat::kPdf;
  if (ending == ".md") return ReportFormat::kMarkdown;
  if (ending == ".json") return ReportFormat::kJson;
  return usageError(path.string(),
                    fmt::format("a report cannot be written as '{}'; name a file that ends with "
                                ".html, .pdf, .md or .json, or a folder that ends with /",
                                ending));
}

Result<void> writeReport(const Document& document, const fs::path& path,
                         const ReportDrawing& drawing) {
  const auto format = reportFormatOf(path);
  if (!format) return tl::unexpected(format.error());
  switch (*format) {
    case ReportFormat::kHtml:
      return writeText(path, htmlDocument(document, drawing));
    case ReportFormat::kPdf:
      return writePdf(document, path, drawing);
    case ReportFormat::kMarkdown:
      return writeMarkdown(document, path, drawing);
    case ReportFormat::kJson:
      return writeFile(path, reportJson(document));
    case ReportFormat::kFolder:
      return writeWholeFolder(document, path, drawing);
  }
  require(false, "unknown format of a report");
  return {};
}

}  // namespace moe::report
