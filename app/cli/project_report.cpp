#include "app/cli/project_report.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>

#include "app/report/document/report_document.h"
#include "app/workflows/version.h"
#include "data/numbers.h"

namespace moe::cli {
namespace {

/// "2026-11-26" of SOURCE_DATE_EPOCH [https://reproducible-builds.org/specs/source-date-epoch];
/// empty when it is not set or no number.
std::string statedDate() {
  const char* text = std::getenv("SOURCE_DATE_EPOCH");
  const auto seconds = text == nullptr ? std::nullopt : parseNumber(text);
  constexpr double kLatest = 253402300799;  // the end of the year 9999
  if (!seconds || !(*seconds >= 0 && *seconds <= kLatest)) return "";
  const std::chrono::sys_seconds at{std::chrono::seconds(static_cast<long long>(*seconds))};
  const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(at)};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

}  // namespace

Result<report::Document> projectReport(const ProjectReportRequest& request, std::stop_token stop,
                                       const ProgressSink& progress) {
  const auto evidence =
      gatherEvidence(request.project, request.project_file, request.answers,
                     report::evidenceFor(request.parts), std::move(stop), progress);
  if (!evidence) return tl::unexpected(evidence.error());
  const ProgramVersion program = programVersion();
  const report::ReportSource source{request.project,
                                    request.answers,
                                    *evidence,
                                    {"moeplan " + program.version, report::buildText(program),
                                     request.command, request.project_file, statedDate()}};
  return report::reportDocument(source, request.parts);
}

}  // namespace moe::cli
