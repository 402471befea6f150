#include "app/cli/project_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iterator>
#include <string_view>

#include "app/cli/command.h"
#include "app/report/document/report_document.h"
#include "app/workflows/version.h"
#include "data/numbers.h"
#include "data/shell_word.h"

namespace moe::cli {
namespace {

/// Whether an option stands on the command line, "--seed 3" or "--seed=3".
bool isStatedOption(const CommandContext& context, const std::string& option) {
  return std::any_of(context.words.begin(), context.words.end(), [&](const std::string& word) {
    return word == option || word.starts_with(option + "=");
  });
}

}  // namespace

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

void takeStatedOptions(const CommandContext& context, Project& project) {
  const GlobalOptions& options = context.options;
  if (isStatedOption(context, "--threads")) project.threads = options.threads;
  if (isStatedOption(context, "--seed")) project.seed = options.seed;
  if (isStatedOption(context, "--catalog") || project.catalog_dir.empty())
    project.catalog_dir = options.catalog_dir;
}

std::string commandAgain(const CommandContext& context, const Project& project) {
  constexpr std::string_view kFlags[] = {"--resume", "--overwrite", "--dry-run", "--quiet",
                                         "--no-timing"};
  std::string command = "moeplan";
  for (std::size_t i = 0; i < context.words.size(); ++i) {
    const std::string& word = context.words[i];
    if (std::find(std::begin(kFlags), std::end(kFlags), word) != std::end(kFlags)) continue;
    if (word == "--threads") ++i;  // with its value
    if (word == "--threads" || word.starts_with("--threads=")) continue;
    command += " " + shellWord(word);
  }
  const std::string& named = context.options.catalog_dir;
  if (!named.empty() && project.catalog_dir == named && !isStatedOption(context, "--catalog"))
    command += " --catalog " + shellWord(named);
  return command;
}

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
