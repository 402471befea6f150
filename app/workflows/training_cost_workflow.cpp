#include "app/workflows/training_cost_workflow.h"

#include <fmt/format.h>

#include <cmath>

#include "app/workflows/design_advice.h"
#include "app/workflows/model_choice.h"
#include "data/catalog/catalog.h"

namespace moe {
namespace {

constexpr double kUsualBatchTokens = 4'194'304;

bool positive(const std::optional<double>& value) {
  return !value || (std::isfinite(*value) && *value > 0);
}

Result<void> checkRequest(const TrainingCostRequest& request) {
  if (request.model.empty()) return usageError("--model", "is required");
  if (request.hardware.empty()) return usageError("--hardware", "is required");
  if (!request.devices) return usageError("--devices", "is required with --training");
  if (!request.train_tokens) return usageError("--train-tokens", "is required with --training");
  if (!positive(request.usd_per_device_hour))
    return usageError("--usd-per-device-hour",
                      fmt::format("is {}; it must be positive", *request.usd_per_device_hour));
  if (!positive(request.instruction_tuning_tokens))
    return usageError("--instruction-tuning-tokens",
                      fmt::format("is {}; it must be above 0", *request.instruction_tuning_tokens));
  if (!positive(request.global_batch_tokens))
    return usageError("--global-batch-tokens",
                      fmt::format("is {}; it must be positive", *request.global_batch_tokens));
  return {};
}

Result<ModelArchitecture> modelOf(const TrainingCostRequest& request) {
  const auto entry = chosenModel(request.model, request.catalog_dir);
  if (!entry) return tl::unexpected(entry.error());
  return architectureOf(*entry);
}

Result<Accelerator> acceleratorOf(const TrainingCostRequest& request) {
  const auto catalog = loadHardware(request.catalog_dir);
  if (!catalog) return tl::unexpected(catalog.error());
  const auto entry = findHardware(*catalog, request.hardware);
  if (!entry) return tl::unexpected(entry.error());
  return acceleratorOf(*entry);
}

/// The batch in sequences: as asked, or the usual one in whole micro batches of every replica.
Result<double> batchSequences(const TrainingCostRequest& request, const TrainingSetup& setup) {
  const double sequence = setup.sequence_length;
  if (request.global_batch_tokens) {
    const double sequences = *request.global_batch_tokens / sequence;
    if (sequences == std::floor(sequences)) return sequences;
    return fail(ErrorKind::kUsage, "--global-batch-tokens",
                fmt::format("is {}, no whole number of sequences of {} tokens",
                            *request.global_batch_tokens, sequence));
  }
  const double micro_batches = setup.dataParallel() * setup.micro_batch_sequences;
  return micro_batches * std::ceil(kUsualBatchTokens / (sequence * std::max(1.0, micro_batches)));
}

Result<TrainingQuestion> questionOf(const TrainingCostRequest& request) {
  TrainingQuestion question;
  auto model = modelOf(request);
  if (!model) return tl::unexpected(model.error());
  question.model = *std::move(model);
  auto accelerator = acceleratorOf(request);
  if (!accelerator) return tl::unexpected(accelerator.error());
  question.accelerator = *std::move(accelerator);
  question.setup = request.setup;
  question.setup.devices = *request.devices;
  question.setup.global_batch_sequences = 0;
  // The splits first: without them there are no replicas to divide a batch among.
  if (const auto good = checkTrainingSplits(question.model, question.setup); !good)
    return tl::unexpected(good.error());
  const auto batch = batchSequences(request, question.setup);
  if (!batch) return tl::unexpected(batch.error());
  question.setup.global_batch_sequences = *batch;
  question.train_tokens = *request.train_tokens;
  question.mfu = request.mfu;
  return question;
}

Result<void> setPrice(TrainingCostOutcome& outcome, const TrainingCostRequest& request) {
  const Accelerator& machine = outcome.question.accelerator;
  if (request.usd_per_device_hour) {
    outcome.question.price = usdPerHour(*request.usd_per_device_hour);
    outcome.price_source = "--usd-per-device-hour";
    return {};
  }
  if (!machine.price)
    return fail(
        ErrorKind::kInput, "--hardware",
        fmt::format("the catalog has no price for {}; give --usd-per-device-hour", machine.name));
  outcome.question.price = *machine.price;
  outcome.price_source = fmt::format("{} ({})", machine.price_source, machine.price_date);
  return {};
}

std::string gigabytesText(Bytes size) { return fmt::format("{:.1f} GB", size.value() / 1e9); }

Error doesNotFit(const TrainingCostOutcome& outcome) {
  const TrainingMemory& memory = outcome.cost.memory;
  const TrainingSetup& setup = outcome.question.setup;
  std::string message = fmt::format(
      "{} does not fit on {} x {}: a device of pipeline stage {} needs {} and has {}: weights {}, "
      "gradients {}, optimizer {}, activations {}, logits {}",
      outcome.question.model.entry.name, setup.devices, outcome.question.accelerator.name,
      memory.stage + 1, gigabytesText(memory.total()), gigabytesText(outcome.cost.usable_memory),
      gigabytesText(memory.weights + memory.gathered_layer), gigabytesText(memory.gradients),
      gigabytesText(memory.optimizer), gigabytesText(memory.activations),
      gigabytesText(memory.logits));
  const auto other = setupThatFits(outcome.question);
  message += other ? fmt::format(". It would fit with --zero {} --recompute {}", other->zero_stage,
                                 name(other->recompute))
                   : ". Neither --zero 3 nor --recompute full is enough; split further or take "
                     "more devices";
  return {ErrorKind::kInfeasible, "--devices", message};
}

void addNeighbours(TrainingCostOutcome& outcome, const TrainingSpeedModel& model) {
  for (const TrainingNeighbour& neighbour : outcome.cost.speed->neighbours) {
    const MeasuredTraining& row = model.rows[neighbour.row];
    const auto flop = trainingFlop(row.point.model, row.row.sequence_length);
    if (!flop) continue;
    const double peak = trainingPeak(row.point.accelerator, row.point.setup.precision).value();
    outcome.neighbours.push_back({row.row, flop->step() * row.row.tokens_per_s_per_device / peak,
                                  neighbour.distance, neighbour.share});
  }
}

void warn(TrainingCostOutcome& outcome, const char* code, std::string message) {
  outcome.warnings.push_back({code, std::move(message)});
}

void addWarnings(TrainingCostOutcome& outcome) {
  const TrainingQuestion& question = outcome.question;
  const ModelEntry& model = question.model.entry;
  const Accelerator& machine = question.accelerator;
  if (outcome.cost.speed && outcome.basis == Basis::kTransferred)
    warn(
        outcome, "far_from_measured",
        fmt::format("no measured training is near: the nearest is {} on {}",
                    outcome.neighbours.front().row.model, outcome.neighbours.front().row.hardware));
  if (question.setup.devices > machine.link_domain && machine.network_bandwidth.value() <= 0)
    warn(outcome, "network_unknown",
         fmt::format("the catalog has no network bandwidth for {}; its link of {} devices stands "
                     "for it",
                     machine.name, machine.link_domain));
  if (model.attention == AttentionKind::kHybrid)
    warn(outcome, "hybrid_state_ignored",
         fmt::format("{} of {} layers have no attention; their scans are not counted",
                     model.layers - model.kv_layers, model.layers));
  if (outcome.cost.steps < 1000)
    warn(outcome, "few_steps",
         fmt::format("the tokens make {:.0f} steps of this batch", outcome.cost.steps));
}

void addSources(TrainingCostOutcome& outcome) {
  const ModelEntry& model = outcome.question.model.entry;
  const Accelerator& machine = outcome.question.accelerator;
  outcome.sources.push_back(
      fmt::format("model {}: {} ({})", model.name, model.source, model.verification));
  outcome.sources.push_back(
      fmt::format("accelerator {}: {} ({})", machine.name, machine.source, machine.verification));
  outcome.sources.push_back(
      outcome.cost.speed
          ? "speed: measured training rows of llm-foundry, Megatron-Bridge, NeMo and others "
            "(data/tables/training/SOURCE.md)"
          : "speed: --mfu");
  outcome.sources.push_back("price: " + outcome.price_source);
}

}  // namespace

Result<TrainingCostOutcome> runTrainingCost(const TrainingCostRequest& request) {
  if (const auto good = checkRequest(request); !good) return tl::unexpected(good.error());
  TrainingCostOutcome outcome;
  auto question = questionOf(request);
  if (!question) return tl::unexpected(question.error());
  outcome.question = *std::move(question);
  if (const auto set = setPrice(outcome, request); !set) return tl::unexpected(set.error());

  std::optional<TrainingSpeedModel> speed;
  if (!request.mfu) {
    auto fitted = shippedTrainingSpeedModel();
    if (!fitted) return tl::unexpected(fitted.error());
    speed = *std::move(fitted);
  }
  auto cost = trainingCost(outcome.question, speed ? &*speed : nullptr);
  if (!cost) return tl::unexpected(cost.error());
  outcome.cost = *std::move(cost);
  if (!outcome.cost.fits) return tl::unexpected(doesNotFit(outcome));
  if (outcome.cost.speed) {
    outcome.basis = outcome.cost.speed->basis;
    addNeighbours(outcome, *speed);
  }
  if (request.instruction_tuning_tokens) {
    const auto line = instructionTuning(
        *request.instruction_tuning_tokens,
        {outcome.question.train_tokens, outcome.cost.train_flop, outcome.cost.price});
    if (!line) return tl::unexpected(line.error());
    outcome.instruction_tuning = *line;
  }
  addSources(outcome);
  addWarnings(outcome);
  outcome.advice = trainingCostAdvice(outcome);
  return outcome;
}

}  // namespace moe
