#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>

#include "app/cli/command.h"
#include "app/cli/shipped_option.h"
#include "app/report/accuracy_page.h"
#include "app/report/validate_report.h"
#include "app/workflows/accuracy_workflow.h"
#include "app/workflows/validate_workflow.h"
#include "app/workflows/write_file.h"

namespace moe::cli {
namespace {

constexpr const char* kValidateDescription =
    "Predicts measured serving points and shows how far predictions are from measurements: time\n"
    "per output token and time to first token, over all rows and by group.";

constexpr const char* kValidateExamples = R"(Examples:
  moeplan validate
      The points that ship, by model and machine.
  moeplan validate points.csv --by engine,concurrency --json
      Your own measurements; every row with prediction, measurement and 90 % interval.
  moeplan validate --accuracy-page data/tables/serving/ACCURACY.md
      The page on accuracy anew: all fits again, with models and machines left out.

POINTS has the columns model, hardware, engine, weights, tensor_parallel, devices, concurrency,
prompt_tokens, output_tokens and tpot_s or ttft_s (seconds); further ones that are understood are
engine_version, kv_cache, attention_data_parallel, moe_tensor_parallel, expert_parallel, flg and
core. A row that cannot be predicted is named in a warning. A row outside its interval is no error:
the table is the answer.)";

struct ValidateOptions {
  ValidateRequest request;
  std::string accuracy_page;
};

/// The page on the shipped points, whole or not at all.
Result<void> writeAccuracyPage(const CommandContext& context, const ProgressSink& progress,
                               const std::string& file) {
  const auto outcome = runAccuracy(context.stop, progress);
  if (!outcome) return tl::unexpected(outcome.error());
  return writeFile(file, report::accuracyPage(*outcome));
}

void runValidateCommand(CommandContext& context, ValidateOptions& options) {
  const auto begin = std::chrono::steady_clock::now();
  options.request.catalog_dir = context.options.catalog_dir;
  const ProgressSink progress = context.progress();
  const auto outcome = runValidate(options.request, context.stop, progress);
  if (!outcome) return context.refuse(outcome.error());
  if (!options.accuracy_page.empty()) {
    const auto written = writeAccuracyPage(context, progress, options.accuracy_page);
    if (!written) return context.refuse(written.error());
  }
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
  context.deliver(
      [&] { return report::validateText(*outcome); },
      [&] { return report::validateJson(*outcome, options.accuracy_page, Seconds(time.count())); });
}

}  // namespace

void addValidateCommand(CLI::App& app, CommandContext& context) {
  CLI::App* command = app.add_subcommand("validate", kValidateDescription);
  command->footer(kValidateExamples);
  auto options = std::make_shared<ValidateOptions>();
  mayBeShipped(
      command
          ->add_option("points", options->request.points_file,
                       "CSV of measured points, plain or gzip; those that ship unless given")
          ->type_name("POINTS"));
  command
      ->add_option("--by", options->request.by,
                   "What groups have in common: model, hardware, engine, weights, version, "
                   "concurrency; model,hardware unless given")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("KEY,...");
  command
      ->add_option("--accuracy-page", options->accuracy_page,
                   "Also write the page on accuracy, of the points and kernel tables that ship")
      ->type_name("FILE");
  command->callback([&context, options] { runValidateCommand(context, *options); });
}

}  // namespace moe::cli
