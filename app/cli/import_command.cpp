#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>
#include <utility>

#include "app/cli/command.h"
#include "app/cli/shipped_option.h"
#include "app/report/import_report.h"
#include "app/workflows/import/import_workflow.h"

namespace moe::cli {
namespace {

constexpr const char* kImportDescription =
    "Turns training logs into a table of runs that `fit` reads: TensorBoard, Weights & Biases,\n"
    "MLflow, Hugging Face, Megatron, llm.c, nanoGPT, OLMo and other text logs, CSV and JSON, each\n"
    "also in gzip or zstd, told by content.";

constexpr const char* kImportExamples = R"(Examples:
  moeplan import logs/ --preview
      What would be read as what, which settings were found, and what is missing.
  moeplan import logs/ --out runs.csv
      The table, and beside it runs.csv.provenance.json: files with SHA-256, rules, flags.
  moeplan import logs/ --out runs.csv --set n=124e6 --set 'large*:n=350e6'
               --set tokens_per_step=524288 --loss mean:5 --exclude diverged,interrupted
      Sizes that the logs do not say; runs whose name or file fits large* have their own.
  moeplan import train.log train.restart2.log --out runs.csv --curves
      Pieces of one run, and points along it: fit them with --curve 0.3..1.

--set and --map know n, active_params, total_params, train_tokens, unique_tokens, tokens_per_step,
batch, sequence, experts, top_k, granularity, planned_steps, learning_rate and the sizes of a model:
layers, hidden, heads, kv_heads, ffn, expert_ffn, vocabulary, gated, tied and others.

Flags, for --exclude: spikes, diverged, nan, restart_jump, repeated_steps, lr_not_decayed,
few_tokens, interrupted, mid_schedule, training_loss. All are listed; none excludes by itself.

Exit code 1, and nothing is written: a run lacks something (--skip-bad leaves such runs out), or no
run is left.)";

void addLogOptions(CLI::App& command, ImportRequest& request) {
  mayBeShipped(command.add_option("logs", request.logs, "Log files, and folders of them")
                   ->type_name("LOG")
                   ->required());
  command.add_flag("--preview", request.preview, "Show what would be read; write nothing");
  command.add_option("--format", request.format, "Read every log with this reader, not by content")
      ->type_name("NAME");
  command
      .add_option("--pieces", request.pieces,
                  "Which files are pieces of one run: auto (event files of a folder, names that "
                  "differ in a restart suffix), file, folder, all; auto unless given")
      ->type_name("RULE");
  command.add_flag("--skip-bad", request.skip_bad,
                   "Leave out, and list, files that cannot be read and runs that lack something");
}

void addMeaningOptions(CLI::App& command, ImportRequest& request) {
  command
      .add_option("--set", request.set,
                  "What the log does not say, for all runs or for those whose name or file fits a "
                  "pattern with * and ?; may be repeated, the last that fits holds")
      ->type_name("[PATTERN:]NAME=VALUE")
      ->take_all()
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command
      .add_option("--map", request.map,
                  "Settings or series by what they mean, where the log has names of its own")
      ->type_name("NAME=LOGGED,...");
  command
      .add_option("--loss-series", request.loss_series,
                  "The series that is the loss; by its name unless given, validation first")
      ->type_name("SERIES");
  command
      .add_option("--loss", request.loss_rule,
                  "From a curve to a loss: last, mean:K of the last K values, min-smoothed[:W] of "
                  "means of W (5), best run at equal N, D and E; last unless given")
      ->type_name("RULE");
  command
      .add_option("--bytes-per-token", request.bytes_per_token,
                  "For losses in bits per byte: mean bytes of a token")
      ->type_name("X");
  command
      .add_option("--tokens-per-loss", request.tokens_per_loss,
                  "For losses that are sums: tokens that one adds up")
      ->type_name("X");
}

void runImportCommand(CommandContext& context, ImportRequest request) {
  const auto begin = std::chrono::steady_clock::now();
  request.version = MOEPLAN_VERSION;
  if (!request.preview) request.out = std::exchange(context.options.out, "");
  const auto outcome = runImport(request, context.stop, context.progress());
  if (!outcome) return context.refuse(outcome.error());
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
  context.deliver(
      [&] {
        return request.preview ? report::importPreviewText(*outcome) : report::importText(*outcome);
      },
      [&] { return report::importJson(*outcome, Seconds(time.count())); },
      outcome->answered() ? 0 : 1);
}

}  // namespace

void addImportCommand(CLI::App& app, CommandContext& context) {
  CLI::App* command = app.add_subcommand("import", kImportDescription);
  command->footer(kImportExamples);
  auto request = std::make_shared<ImportRequest>();
  addLogOptions(*command, *request);
  addMeaningOptions(*command, *request);
  command
      ->add_option("--exclude", request->exclude,
                   "Leave out runs with these flags; they are listed with the reason")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("FLAG,...");
  command->add_flag("--curves", request->curves,
                    "Write points along each run, at most 2048, not its end alone");
  command->callback([&context, request] { runImportCommand(context, *request); });
}

}  // namespace moe::cli
