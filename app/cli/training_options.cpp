#include "app/cli/training_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <optional>
#include <string>

#include "app/cli/command.h"
#include "app/report/training_cost_report.h"
#include "app/workflows/training_cost_workflow.h"

namespace moe::cli {

struct TrainingOptions {
  bool training = false;
  bool overlapped = false;
  std::optional<double> train_tokens;
  std::optional<double> sequence_length;
  std::optional<double> global_batch_tokens;
  std::optional<double> micro_batch;
  std::optional<double> mfu;
  std::optional<double> instruction_tuning_tokens;
  std::optional<int> interleaved_stages;
  std::optional<int> zero_stage;
  std::string recompute = "none";
  std::string precision = "bf16";
  std::optional<int> pipeline_parallel;
  std::optional<int> context_parallel;
  std::optional<int> expert_parallel;
  std::optional<int> expert_tensor_parallel;
};

namespace {

constexpr const char* kTraining = "--training";
constexpr const char* kTrainingGroup = "Training";

/// Options of serving that say nothing about training.
constexpr const char* kServingOnly[] = {
    "--prompt-tokens", "--output-tokens", "--concurrency", "--max-concurrency", "--engine",
    "--engine-limit",  "--weights",       "--kv-cache",    "--cost-preset",     "--max-devices"};

template <class Value>
void add(CLI::App& command, const char* option, Value& value, const char* type, const char* help) {
  command.add_option(option, value, help)->type_name(type)->group(kTrainingGroup);
}

/// A split that serving may have, too: then the command's own option is read.
void addSplit(CLI::App& command, const char* option, std::optional<int>& value, const char* help) {
  if (command.get_option_no_throw(option) == nullptr) add(command, option, value, "N", help);
}

void addSplits(CLI::App& command, TrainingOptions& options) {
  addSplit(command, "--pipeline-parallel", options.pipeline_parallel,
           "Stages that the layers are divided among");
  addSplit(command, "--context-parallel", options.context_parallel,
           "Devices that divide a sequence");
  addSplit(command, "--expert-parallel", options.expert_parallel,
           "Devices that the routed experts of a layer are divided among");
  addSplit(command, "--expert-tensor-parallel", options.expert_tensor_parallel,
           "Devices that divide each routed expert");
  add(command, "--interleaved-stages", options.interleaved_stages, "N",
      "Model chunks per pipeline stage; up to 4 unless given");
  add(command, "--zero", options.zero_stage, "0..3",
      "ZeRO: replicas divide optimizer (1, unless given), gradients (2), weights (3)");
  command
      .add_flag("--overlap-all-to-all", options.overlapped,
                "All-to-all runs beside computation, as with DualPipe")
      ->group(kTrainingGroup);
}

/// What was given for an option of the command, whoever registered it.
template <class Value>
std::optional<Value> given(const CLI::App& command, const char* name) {
  const CLI::Option* option = command.get_option_no_throw(name);
  if (option == nullptr || option->count() == 0) return std::nullopt;
  return option->as<Value>();
}

Result<TrainingSetup> setupOf(const CLI::App& command, const TrainingOptions& options) {
  TrainingSetup setup;
  const auto precision = precisionOf(options.precision, "--precision");
  if (!precision) return tl::unexpected(precision.error());
  setup.precision = *precision;
  const auto recompute = recomputeOf(options.recompute, "--recompute");
  if (!recompute) return tl::unexpected(recompute.error());
  setup.recompute = *recompute;
  setup.tensor_parallel = given<int>(command, "--tensor-parallel").value_or(1);
  setup.pipeline_parallel = given<int>(command, "--pipeline-parallel").value_or(1);
  setup.context_parallel = given<int>(command, "--context-parallel").value_or(1);
  setup.expert_parallel = given<int>(command, "--expert-parallel").value_or(1);
  setup.expert_tensor_parallel = given<int>(command, "--expert-tensor-parallel").value_or(1);
  setup.interleaved_stages = options.interleaved_stages;
  setup.overlapped_all_to_all = options.overlapped;
  setup.zero_stage = options.zero_stage.value_or(setup.zero_stage);
  setup.micro_batch_sequences = options.micro_batch.value_or(setup.micro_batch_sequences);
  setup.sequence_length = options.sequence_length.value_or(setup.sequence_length);
  return setup;
}

Result<TrainingCostRequest> requestOf(const CommandContext& context, const CLI::App& command,
                                      const TrainingOptions& options) {
  for (const char* option : kServingOnly)
    if (given<std::string>(command, option))
      return fail(ErrorKind::kUsage, option, "is for serving; leave it out with --training");
  TrainingCostRequest request;
  auto setup = setupOf(command, options);
  if (!setup) return tl::unexpected(setup.error());
  request.setup = *setup;
  request.model = given<std::string>(command, "--model").value_or("");
  request.hardware = given<std::string>(command, "--hardware").value_or("");
  request.catalog_dir = context.options.catalog_dir;
  request.devices = given<int>(command, "--devices");
  request.usd_per_device_hour = given<double>(command, "--usd-per-device-hour");
  request.train_tokens = options.train_tokens;
  request.global_batch_tokens = options.global_batch_tokens;
  request.mfu = options.mfu;
  request.instruction_tuning_tokens = options.instruction_tuning_tokens;
  return request;
}

void answer(CommandContext& context, const CLI::App& command, const TrainingOptions& options) {
  const auto begin = std::chrono::steady_clock::now();
  const auto request = requestOf(context, command, options);
  if (!request) return context.refuse(request.error());
  const auto outcome = runTrainingCost(*request);
  if (!outcome) return context.refuse(outcome.error());
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
  context.deliver([&] { return report::trainingCostText(*outcome); },
                  [&] { return report::trainingCostDocument(*outcome, Seconds(time.count())); });
}

}  // namespace

std::shared_ptr<TrainingOptions> addTrainingOptions(CLI::App& command) {
  auto options = std::make_shared<TrainingOptions>();
  command
      .add_flag("--training", options->training, "Cost of training the model instead of serving it")
      ->group(kTrainingGroup);
  add(command, "--train-tokens", options->train_tokens, "D", "Tokens of the whole run");
  add(command, "--sequence-length", options->sequence_length, "TOKENS", "4096 unless given");
  add(command, "--global-batch-tokens", options->global_batch_tokens, "TOKENS",
      "About 4.2 million unless given");
  add(command, "--micro-batch", options->micro_batch, "SEQUENCES",
      "At once on a replica; 1 unless given");
  add(command, "--precision", options->precision, "TYPE",
      "Matrix products in bf16, fp8 or fp4; bf16 unless given");
  add(command, "--recompute", options->recompute, "KIND",
      "Activations made again: none (unless given), selective or full");
  add(command, "--mfu", options->mfu, "X",
      "Share of the peak that is reached, instead of measured rows");
  add(command, "--instruction-tuning-tokens", options->instruction_tuning_tokens, "T",
      "Tokens of instruction tuning after the run: a line of FLOP and USD");
  addSplits(command, *options);
  return options;
}

bool runIfTraining(CommandContext& context, const CLI::App& command,
                   const TrainingOptions& options) {
  if (options.training) {
    answer(context, command, options);
    return true;
  }
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_group() != kTrainingGroup || option->count() == 0) continue;
    context.refuse({ErrorKind::kUsage, option->get_name(), "is for training; add --training"});
    return true;
  }
  return false;
}

}  // namespace moe::cli
