#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "app/cli/command.h"
#include "app/cli/project_report.h"
#include "app/cli/shipped_option.h"
#include "app/report/document/markdown_document.h"
#include "app/report/document/report_document.h"
#include "app/report/document/report_files.h"
#include "app/report/document/write_report.h"

namespace moe::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kReportDescription =
    "Answers a project and writes a report: question and answer first, then data, laws, plans, "
    "costs,\n"
    "how far the cost model is off, what each assumption changes, what was not known, and how the\n"
    "report is made again.";

constexpr const char* kReportExamples = R"(Examples:
  moeplan report project.toml --out report.html    one page, needs no network
  moeplan report project.toml --out report.pdf
  moeplan report project.toml --out report.md      with its plots in report_files/
  moeplan report project.toml --out results/       every table as CSV and JSON, plots, answers
  moeplan report project.toml --parts answer,assumptions,unknown

Without --out the report is printed as Markdown, with --json as JSON, without plots. Parts: answer,
data, fit, plan, cost, adapt, accuracy, assumptions, unknown, origin; those of [report] unless given.
Equal inputs give equal bytes; SOURCE_DATE_EPOCH states a date to be shown. Steps of the project without an
answer stand in the report with their reason; the exit code is 1 then.)";

struct ReportOptions {
  std::string project;
  std::vector<std::string> parts;
};

/// A fresh folder where the laws of fits lie while plans are answered; gone with its owner.
class LawFolder {
 public:
  static Result<LawFolder> make() {
    std::string name = (fs::temp_directory_path() / "moeplan-laws-XXXXXX").string();
    if (::mkdtemp(name.data()) != nullptr) return LawFolder(name);
    return fail(ErrorKind::kInput, fs::temp_directory_path().string(),
                "cannot make a folder for laws: " + std::generic_category().message(errno));
  }
  LawFolder(LawFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  LawFolder& operator=(LawFolder&&) = delete;
  ~LawFolder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }

 private:
  explicit LawFolder(fs::path path) : path_(std::move(path)) {}
  fs::path path_;
};

Result<std::vector<std::string>> partsOf(const ReportOptions& options, const Project& project) {
  if (!options.parts.empty()) return report::reportParts(options.parts, "--parts");
  return report::reportParts(project.report.parts, options.project + ": [report] parts");
}

Result<Project> projectOf(const CommandContext& context, const std::string& path) {
  auto project = readProject(path);
  if (!project) return project;
  takeStatedOptions(context, *project);
  return project;
}

void deliverReport(CommandContext& context, const report::Document& document, int code) {
  static const report::ReportDrawing kNoDrawing;
  const report::ReportDrawing& drawing = context.drawing ? *context.drawing : kNoDrawing;
  if (context.options.out.empty())
    return context.deliver([&] { return report::markdownDocument(document, "", kNoDrawing)->text; },
                           [&] { return report::reportJson(document); }, code);
  if (const auto written = report::writeReport(document, context.options.out, drawing); !written)
    return context.refuse(written.error());
  if (!drawing.svg && !context.options.quiet)
    context.err << "moeplan: " << report::kDrawsNothing
                << "; the report says where one is missing\n";
  context.exit_code = code;
}

void runReportCommand(CommandContext& context, const ReportOptions& options) {
  const auto project = projectOf(context, options.project);
  if (!project) return context.refuse(project.error());
  const auto parts = partsOf(options, *project);
  if (!parts) return context.refuse(parts.error());
  if (!context.options.out.empty())
    if (const auto format = report::reportFormatOf(context.options.out); !format)
      return context.refuse(format.error());
  const auto laws = LawFolder::make();
  if (!laws) return context.refuse(laws.error());
  const ProgressSink progress = context.progress();
  const auto answers = answerProject(*project, laws->path(), context.stop, progress);
  const auto document =
      projectReport({*project, options.project, answers, *parts, commandAgain(context, *project)},
                    context.stop, progress);
  if (!document) return context.refuse(document.error());
  const bool whole = std::all_of(answers.begin(), answers.end(),
                                 [](const AnsweredStep& step) { return step.answer.has_value(); });
  deliverReport(context, *document, whole ? 0 : 1);
}

}  // namespace

void addReportCommand(CLI::App& app, CommandContext& context) {
  CLI::App* command = app.add_subcommand("report", kReportDescription);
  command->footer(kReportExamples);
  auto options = std::make_shared<ReportOptions>();
  mayBeShipped(command->add_option("project", options->project, "Project file")
                   ->type_name("PROJECT")
                   ->required());
  command->add_option("--parts", options->parts, "Parts of the report, in its own order")
      ->type_name("A,B")
      ->delimiter(',');
  command->callback([&context, options] { runReportCommand(context, *options); });
}

}  // namespace moe::cli
