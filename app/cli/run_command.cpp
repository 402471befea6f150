#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "app/cli/command.h"
#include "app/cli/project_report.h"
#include "app/cli/shipped_option.h"
#include "app/report/document/report_document.h"
#include "app/report/document/report_files.h"
#include "app/report/run/run_report.h"
#include "app/report/run/step_result.h"
#include "app/workflows/evidence/input_file.h"
#include "app/workflows/run/run_project.h"
#include "app/workflows/version.h"

namespace moe::cli {
namespace {

constexpr const char* kRunDescription =
    "Answers all questions of a project file: fits, comparisons, costs, plans. Each step leaves a\n"
    "folder with its JSON document, tables, law files and plot data in NAME.results beside the "
    "project.\n"
    "Steps that do not wait for each other run at the same time; one that fails does not stop the\n"
    "rest.";

constexpr const char* kRunExamples = R"(Examples:
  moeplan run data/tables/projects/clark.moeplan --out clark.results
      Two laws, a plan on the first and the cost of a model, and a summary of the three.
  moeplan run project.toml --resume
      After an interruption or a change: answers what is not done, or no longer holds.
  moeplan run project.toml --resume --only 'plan.*' --dry-run
      What would be done for the plans and the fits that they need.

Every key of a project is explained in app/workflows/project/KEYS.md; `each` makes many steps of one
table. Results are equal bit for bit whether a run was interrupted or not, on any number of threads.
Exit code 1: a step failed, or its answer is no.)";

struct RunOptions {
  std::string project;
  std::string results;
  std::vector<std::string> only;
  bool resume = false;
  bool overwrite = false;
  bool dry_run = false;
};

/// The files of the report that the project's table [report] asks for.
Result<std::vector<ResultFile>> reportOfRun(const ProjectReportRequest& request,
                                            const CommandContext& context) {
  auto document = projectReport(request, context.stop);
  if (!document) return tl::unexpected(document.error());
  document->attachments.clear();  // the answers lie beside
  auto files =
      report::reportFiles(*document, context.drawing ? *context.drawing : report::ReportDrawing{});
  if (!files) return tl::unexpected(files.error());
  std::vector<ResultFile> results;
  for (report::Attachment& file : *files)
    results.push_back({std::move(file.name), std::move(file.content)});
  return results;
}

bool asksForReport(const ProjectReport& report) {
  return !report.title.empty() || !report.question.empty() || !report.parts.empty();
}

/// What a report shows beside the answers, so that one that is kept still says the truth.
void addReportSetting(const Project& project, const std::string& file, const std::string& command,
                      const CommandContext& context, RunMakers& makers) {
  for (const InputFile& input : inputFiles(project, file)) {
    makers.report_files.push_back({input.path, input.sha256});
    makers.report_setting += fmt::format("# {}: {}; {}{}\n", input.path, input.origin,
                                         input.licence, input.imported ? "; imported" : "");
  }
  const report::ReportDrawing* drawing = context.drawing;
  makers.report_setting +=
      fmt::format("# command {}\n# date {}\n# draws{}{}\n", command, statedDate(),
                  drawing && drawing->svg ? " svg" : "", drawing && drawing->pdf ? " pdf" : "");
}

Result<RunMakers> runMakers(const Project& project, const std::string& file,
                            const CommandContext& context) {
  RunMakers makers;
  makers.result = [](const ProjectStep& step, const StepAnswer& answer) {
    return report::stepResult(step, answer);
  };
  makers.summary = report::runSummary;
  if (!asksForReport(project.report)) return makers;
  const auto parts = report::reportParts(project.report.parts, file + ": [report] parts");
  if (!parts) return tl::unexpected(parts.error());
  const std::string command = commandAgain(context, project);
  addReportSetting(project, file, command, context, makers);
  makers.report = [&context, file, command, parts = *parts](const Project& answered,
                                                            std::span<const AnsweredStep> answers) {
    return reportOfRun({answered, file, answers, parts, command}, context);
  };
  return makers;
}

void runOrPlan(const RunOptions& options, CommandContext& context) {
  auto project = readProject(options.project);
  if (!project) return context.refuse(project.error());
  takeStatedOptions(context, *project);
  RunRequest request;
  request.project = *std::move(project);
  request.project_file = options.project;
  request.results = options.results.empty() ? context.options.out : options.results;
  request.only = options.only;
  context.options.out.clear();  // the folder of results, not a file for the summary
  request.program = programId();
  if (options.resume) request.earlier = EarlierResults::kResume;
  if (options.overwrite) request.earlier = EarlierResults::kOverwrite;
  if (options.dry_run) {
    const auto planned = plannedRun(request);
    if (!planned) return context.refuse(planned.error());
    return context.deliver([&] { return report::plannedRunText(*planned); },
                           [&] { return report::plannedRunJson(*planned); });
  }
  const auto makers = runMakers(request.project, options.project, context);
  if (!makers) return context.refuse(makers.error());
  const auto outcome = runProject(request, *makers, context.stop, context.progress());
  if (!outcome) return context.refuse(outcome.error());
  context.deliver([&] { return report::runText(*outcome); },
                  [&] { return report::runJson(*outcome); }, outcome->allYes() ? 0 : 1);
}

}  // namespace

void addRunCommand(CLI::App& app, CommandContext& context) {
  CLI::App* run = app.add_subcommand("run", kRunDescription);
  auto options = std::make_shared<RunOptions>();
  mayBeShipped(run->add_option("project", options->project, "Project file (TOML)")
                   ->required()
                   ->type_name("FILE"));
  run->add_option("--out", options->results,
                  "Folder for the results; NAME.results beside the project unless given")
      ->type_name("DIR");
  run->add_option(
         "--only", options->only,
         "Steps to run with those that they need: fit.main, 'fit.*'; all unless given, and the "
         "report only then")
      ->delimiter(',')
      ->type_name("STEP,...");
  CLI::Option* resume = run->add_flag(
      "--resume", options->resume, "Keep earlier results whose question and files are unchanged");
  run->add_flag("--overwrite", options->overwrite,
                "Throw earlier results away, with --only those of its steps")
      ->excludes(resume);
  run->add_flag("--dry-run", options->dry_run, "List what would be done, and do nothing");
  run->footer(kRunExamples);
  run->callback([options, &context] { runOrPlan(*options, context); });
}

}  // namespace moe::cli
