#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <ostream>

#include "app/cli/command.h"
#include "app/cli/project_report.h"
#include "app/cli/shipped_option.h"
#include "app/report/document/drawing_queue.h"
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
    "folder with its JSON document, tables, law files and plots in NAME.results beside the "
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
  bool no_pictures = false;
};

/// What draws pictures, while the main thread serves; it outlives the run.
struct RunDrawing {
  report::ReportDrawing report;  ///< of the report; empty: this build draws nothing
  report::ReportDrawing steps;   ///< of the single steps; empty where none are wanted or can be had
};

/// The pictures of steps are left out where the font is missing, with a word; the report says so
/// too.
report::ReportDrawing stepDrawing(const RunOptions& options, const CommandContext& context,
                                  const report::ReportDrawing& drawing) {
  if (options.no_pictures) return {};
  const auto say = [&](const std::string& why) {
    if (!context.options.quiet && !options.dry_run)
      context.err << "moeplan: " << why << "; plots/ of each step holds their data alone\n";
    return report::ReportDrawing{};
  };
  if (!drawing.svg) return say(report::kDrawsNothing);
  const auto tried = drawing.svg({}, {}, report::PictureFor::kItself);
  return tried ? drawing : say("no plots are drawn: " + describe(tried.error()));
}

/// The files of the report that the project's table [report] asks for.
Result<std::vector<ResultFile>> reportOfRun(const ProjectReportRequest& request,
                                            const CommandContext& context,
                                            const report::ReportDrawing& drawing) {
  auto document = projectReport(request, context.stop);
  if (!document) return tl::unexpected(document.error());
  document->attachments.clear();  // the answers lie beside
  auto files = report::reportFiles(*document, drawing);
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
                      const report::ReportDrawing& drawing, RunMakers& makers) {
  for (const InputFile& input : inputFiles(project, file)) {
    makers.report_files.push_back({input.path, input.sha256});
    makers.report_setting += fmt::format("# {}: {}; {}{}\n", input.path, input.origin,
                                         input.licence, input.imported ? "; imported" : "");
  }
  makers.report_setting +=
      fmt::format("# command {}\n# date {}\n# draws{}{}\n", command, statedDate(),
                  drawing.svg ? " svg" : "", drawing.pdf ? " pdf" : "");
}

Result<RunMakers> runMakers(const Project& project, const std::string& file,
                            const CommandContext& context, const RunDrawing& drawing) {
  RunMakers makers;
  makers.result = [&drawing](const ProjectStep& step, const StepAnswer& answer) {
    return report::stepResult(step, answer, drawing.steps);
  };
  makers.summary = report::runSummary;
  makers.summary_beginnings = report::summaryBeginnings();
  if (!asksForReport(project.report)) return makers;
  const auto parts = report::reportParts(project.report.parts, file + ": [report] parts");
  if (!parts) return tl::unexpected(parts.error());
  const std::string command = commandAgain(context, project);
  addReportSetting(project, file, command, drawing.report, makers);
  makers.report = [&context, &drawing, file, command, parts = *parts](
                      const Project& answered, std::span<const AnsweredStep> answers) {
    return reportOfRun({answered, file, answers, parts, command}, context, drawing.report);
  };
  return makers;
}

Result<RunRequest> runRequest(const RunOptions& options, CommandContext& context) {
  auto project = readProject(options.project);
  if (!project) return tl::unexpected(project.error());
  takeStatedOptions(context, *project);
  RunRequest request;
  request.project = *std::move(project);
  request.project_file = options.project;
  request.results = options.results.empty() ? context.options.out : options.results;
  request.only = options.only;
  context.options.out.clear();  // the folder of results, not a file for the summary
  if (options.resume) request.earlier = EarlierResults::kResume;
  if (options.overwrite) request.earlier = EarlierResults::kOverwrite;
  return request;
}

void deliverPlanned(const RunRequest& request, const RunMakers& makers, CommandContext& context) {
  const auto planned = plannedRun(request, makers);
  if (!planned) return context.refuse(planned.error());
  context.deliver([&] { return report::plannedRunText(*planned); },
                  [&] { return report::plannedRunJson(*planned); });
}

void runOrPlan(const RunOptions& options, CommandContext& context) {
  auto request = runRequest(options, context);
  if (!request) return context.refuse(request.error());
  static const report::ReportDrawing kNoDrawing;
  const report::ReportDrawing& of_program = context.drawing ? *context.drawing : kNoDrawing;
  report::DrawingQueue queue(of_program);
  RunDrawing drawing{queue.drawing(), stepDrawing(options, context, of_program)};
  if (drawing.steps.svg) drawing.steps = queue.drawing();
  // Results without pictures do not hold where pictures are wanted, nor the other way round.
  request->program = programId() + (drawing.steps.svg ? ", with pictures" : "");
  const auto makers = runMakers(request->project, options.project, context, drawing);
  if (!makers) return context.refuse(makers.error());
  if (options.dry_run) return deliverPlanned(*request, *makers, context);
  std::optional<Result<RunOutcome>> outcome;
  queue.serve([&] { outcome = runProject(*request, *makers, context.stop, context.progress()); });
  if (!*outcome) return context.refuse(outcome->error());
  const RunOutcome& done = **outcome;
  context.deliver([&] { return report::runText(done); }, [&] { return report::runJson(done); },
                  done.allYes() ? 0 : 1);
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
  run->add_flag("--no-pictures", options->no_pictures,
                "Leave out the pictures of single steps; the data of their plots stays");
  run->footer(kRunExamples);
  run->callback([options, &context] { runOrPlan(*options, context); });
}

}  // namespace moe::cli
