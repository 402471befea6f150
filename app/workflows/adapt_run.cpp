#include "app/workflows/adapt_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/workflows/cost_setting.h"
#include "data/catalog/catalog.h"

namespace moe {
namespace {

constexpr double kUsualSteps = 500;
constexpr double kUsualSequence = 4096;
constexpr int kMostServingDevices = 64;

bool isPositive(double value) { return std::isfinite(value) && value > 0; }

Result<void> checkAdaptRun(const AdaptRequest& request) {
  if (!request.devices) return usageError("--devices", "is required with --hardware");
  if (*request.devices < 1)
    return usageError("--devices", fmt::format("is {}; 1 and more are possible", *request.devices));
  if (request.zero_stage && (*request.zero_stage < 0 || *request.zero_stage > 3))
    return usageError("--zero", fmt::format("is {}; 0 to 3 are possible", *request.zero_stage));
  const std::pair<const char*, std::optional<double>> numbers[] = {
      {"--tokens", request.tokens},
      {"--sequence-length", request.sequence_length},
      {"--batch", request.batch_sequences},
      {"--micro-batch", request.micro_batch_sequences},
      {"--usd-per-device-hour", request.usd_per_device_hour}};
  for (const auto& [option, value] : numbers)
    if (value && !isPositive(*value))
      return usageError(option, fmt::format("is {}; it must be positive", *value));
  return {};
}

void setAdaptBatch(AdaptOutcome& outcome, TrainingSetup& setup, const AdaptRequest& request) {
  const double at_once = setup.devices * setup.micro_batch_sequences;
  setup.global_batch_sequences = at_once * std::ceil(request.batch_sequences / at_once);
  if (setup.global_batch_sequences != request.batch_sequences)
    outcome.warnings.push_back(
        {"batch_rounded",
         fmt::format("{} devices with {} sequences each at once make a batch of {} sequences "
                     "instead of {}",
                     setup.devices, setup.micro_batch_sequences, setup.global_batch_sequences,
                     request.batch_sequences)});
}

TrainingSetup adaptSetup(AdaptOutcome& outcome, const AdaptRequest& request) {
  TrainingSetup setup;
  setup.devices = *request.devices;
  setup.recompute = request.recompute;
  setup.micro_batch_sequences = request.micro_batch_sequences;
  const double context = outcome.model.entry.max_context;
  setup.sequence_length = request.sequence_length.value_or(
      context > 0 ? std::min(kUsualSequence, context) : kUsualSequence);
  setAdaptBatch(outcome, setup, request);
  return setup;
}

Result<void> setAdaptPrice(AdaptOutcome& outcome, const AdaptRequest& request) {
  const Accelerator& machine = outcome.run->accelerator;
  if (request.usd_per_device_hour) {
    outcome.run->price = usdPerHour(*request.usd_per_device_hour);
    outcome.price_source = "--usd-per-device-hour";
    return {};
  }
  if (!machine.price)
    return fail(
        ErrorKind::kInput, "--hardware",
        fmt::format("the catalog has no price for {}; give --usd-per-device-hour", machine.name));
  outcome.run->price = *machine.price;
  outcome.price_source = fmt::format("{} ({})", machine.price_source, machine.price_date);
  return {};
}

/// The stage at which full fine-tuning would run, for its speed.
Result<int> fullStage(const AdaptOutcome& outcome, const AdaptRequest& request) {
  if (request.zero_stage) return *request.zero_stage;
  const auto whole = adaptModel(outcome.model, AdaptationSettings{});
  if (!whole) return tl::unexpected(whole.error());
  TrainingSetup setup = outcome.run->setup;
  const Bytes room = kUsableTrainingMemory * outcome.run->accelerator.memory;
  for (setup.zero_stage = 1; setup.zero_stage < 3; ++setup.zero_stage)
    if (adaptationMemory(*whole, setup, outcome.run->rules).total() <= room) break;
  return setup.zero_stage;
}

std::string gigabytesOf(Bytes size) { return fmt::format("{:.1f} GB", size.value() / 1e9); }

Warning nothingFitsWarning(const AdaptOutcome& outcome) {
  const auto least = std::min_element(outcome.rows.begin(), outcome.rows.end(),
                                      [](const AdaptRow& a, const AdaptRow& b) {
                                        return a.cost->memory.total() < b.cost->memory.total();
                                      });
  const AdaptationMemory& memory = least->cost->memory;
  return {"nothing_fits",
          fmt::format("{} of {} does not fit on {} x {} with ZeRO stage {}: each device needs {} "
                      "and has {}: weights {}, gradients {}, optimizer {}, activations {}, logits "
                      "{}. Take more devices, --recompute full or shorter sequences",
                      name(least->method), outcome.model.entry.name, outcome.run->setup.devices,
                      outcome.run->accelerator.name, least->cost->zero_stage,
                      gigabytesOf(memory.total()), gigabytesOf(least->cost->device_memory),
                      gigabytesOf(memory.weights + memory.gathered_layer),
                      gigabytesOf(memory.gradients), gigabytesOf(memory.optimizer),
                      gigabytesOf(memory.activations), gigabytesOf(memory.logits))};
}

// ---- serving ----------------------------------------------------------------------------------

/// The question of serving the base model, with the routing of the task where it was measured.
CostRequest servedBase(const AdaptOutcome& outcome, const AdaptRequest& request) {
  CostRequest base;
  base.model = request.model;
  base.hardware = request.hardware;
  base.catalog_dir = request.catalog_dir;
  base.prompt_tokens = request.prompt_tokens;
  base.output_tokens = request.output_tokens;
  base.usd_per_device_hour = request.usd_per_device_hour;
  for (const AdaptTask& task : outcome.tasks)
    if (!outcome.selections.empty() && task.name == outcome.selections.front().task && task.token)
      base.router_skew = task.source;
  return base;
}

/// Tensor parallel among the fewest devices that hold the base and one request.
Result<Parallelism> servingSplit(const CostSetting& setting, const AdaptRequest& request) {
  const ModelEntry& model = setting.sweep.model.entry;
  if (request.serving_devices) {
    const Parallelism asked = tensorParallel(std::max(1, *request.serving_devices));
    if (const auto good = checkParallelism(asked, model); !good)
      return tl::unexpected(good.error());
    return asked;
  }
  for (int devices = 1; devices <= kMostServingDevices; devices *= 2) {
    const Parallelism split = tensorParallel(devices);
    if (!checkParallelism(split, model)) continue;
    const ServingOption option = deploy(setting.sweep, split, setting.kernels);
    if (pointAt(setting.sweep, option, 1).kv_limit >= 1) return split;
  }
  return fail(ErrorKind::kInfeasible, "--serving-devices",
              fmt::format("no up to {} devices of {} hold {}", kMostServingDevices,
                          setting.kernels.target().name, model.name));
}

std::optional<ExpertPopularity> taskPopularity(const AdaptOutcome& outcome) {
  if (outcome.selections.empty()) return std::nullopt;
  for (const AdaptTask& task : outcome.tasks) {
    if (task.name != outcome.selections.front().task || !task.token) continue;
    RoutingAssumption assumption;
    assumption.popularity = PopularityKind::kMeasured;
    assumption.measured = ExpertCounts{task.source, task.token->experts, task.token->values};
    const auto popularity = expertPopularity(assumption, task.token->experts,
                                             static_cast<std::size_t>(outcome.model.entry.top_k));
    if (popularity) return *popularity;
  }
  return std::nullopt;
}

}  // namespace

Result<void> setAdaptRun(AdaptOutcome& outcome, const AdaptRequest& request) {
  if (request.hardware.empty()) {
    if (request.devices) return usageError("--devices", "needs --hardware");
    if (request.adapters) return usageError("--adapters", "needs --hardware");
    return {};
  }
  if (auto good = checkAdaptRun(request); !good) return good;
  const auto catalog = loadHardware(request.catalog_dir);
  if (!catalog) return tl::unexpected(catalog.error());
  const auto entry = findHardware(*catalog, request.hardware);
  if (!entry) return tl::unexpected(entry.error());
  AdaptationRun run;
  run.accelerator = acceleratorOf(*entry);
  run.setup = adaptSetup(outcome, request);
  run.zero_stage = request.zero_stage;
  run.tokens = request.tokens.value_or(kUsualSteps * run.setup.global_batch_sequences *
                                       run.setup.sequence_length);
  run.mfu = request.mfu;
  outcome.run = run;
  const auto stage = fullStage(outcome, request);
  if (!stage) return tl::unexpected(stage.error());
  outcome.run->setup.zero_stage = *stage;
  return setAdaptPrice(outcome, request);
}

Result<void> addAdaptCosts(AdaptOutcome& outcome, const AdaptRequest& request) {
  if (!outcome.run || outcome.model.entry.encoder_layers > 0) return {};
  std::optional<TrainingSpeedModel> speed;
  if (!request.mfu) {
    auto fitted = shippedTrainingSpeedModel();
    if (!fitted) return tl::unexpected(fitted.error());
    speed = *std::move(fitted);
  }
  const auto full = fullSpeed(outcome.model, *outcome.run, speed ? &*speed : nullptr);
  if (!full) return tl::unexpected(full.error());
  for (AdaptRow& row : outcome.rows) {
    auto cost = adaptationCost(row.adapted, *outcome.run, *full);
    if (!cost) return tl::unexpected(cost.error());
    row.cost = *std::move(cost);
  }
  if (nothingFits(outcome)) outcome.warnings.push_back(nothingFitsWarning(outcome));
  return {};
}

Result<void> addAdaptServing(AdaptOutcome& outcome, const AdaptRequest& request,
                             const std::vector<AdaptationSettings>& settings) {
  if (!request.adapters || outcome.model.entry.encoder_layers > 0) return {};
  if (*request.adapters < 1)
    return usageError("--adapters",
                      fmt::format("is {}; 1 and more are possible", *request.adapters));
  if (!isPositive(request.prompt_tokens) || !(request.output_tokens >= 1))
    return usageError("--prompt-tokens", "and --output-tokens must be positive");
  const auto setting = costSetting(servedBase(outcome, request));
  if (!setting) return tl::unexpected(setting.error());
  const auto split = servingSplit(*setting, request);
  if (!split) return tl::unexpected(split.error());
  AdapterServingQuestion question;
  question.setting = setting->sweep;
  question.parallelism = *split;
  question.adapters = *request.adapters;
  question.engine_limit = setting->engine_limit.value_or(question.engine_limit);
  question.popularity = taskPopularity(outcome);
  outcome.adapters = *request.adapters;
  outcome.serving_devices = split->devices();
  for (std::size_t i = 0; i < outcome.rows.size(); ++i)
    outcome.rows[i].serving =
        adapterServing(question, outcome.rows[i].adapted, settings[i], setting->kernels);
  return {};
}

}  // namespace moe
