#include "app/workflows/design_workshop.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/workflows/model_choice.h"
#include "costmodel/engine/engine_constants.h"
#include "costmodel/shape_rule.h"
#include "costmodel/verify/point_predictor.h"

namespace moe {
namespace {

Result<UsdPerSecond> priceOf(const std::optional<double>& stated, const Accelerator& machine,
                             const char* option) {
  if (stated && !(*stated > 0 && *stated < 1e6))
    return usageError(option, fmt::format("{:g} is no price of a device-hour", *stated));
  if (stated) return usdPerHour(*stated);
  if (machine.price) return *machine.price;
  return fail(ErrorKind::kInput, machine.name,
              fmt::format("the catalog has no price for it; state {}", option));
}

std::string priceText(const Accelerator& machine, const std::optional<double>& stated,
                      const char* use) {
  if (stated)
    return fmt::format("price of {} ({}): {:.4g} USD per device-hour, as stated", machine.name, use,
                       *stated);
  return fmt::format("price of {} ({}): {:.4g} USD per device-hour, {} ({})", machine.name, use,
                     machine.price->value() * 3600, machine.price_date, machine.price_source);
}

Result<void> takeFamily(const LifetimeQuestion& question, Workshop& workshop, PlanDesigns& result) {
  workshop.top_k = question.top_k;
  if (question.model_template.empty()) {
    auto family = templateOfRule(question.shape);
    if (!family) return usageError("--shape", family.error().message);
    workshop.family = *std::move(family);
    const auto rule = shapeRulePreset(question.shape);
    if (workshop.top_k.empty()) workshop.top_k = {rule ? rule->top_k : 1};
    if (question.models.empty()) result.sources.push_back("shape: " + question.shape);
    return {};
  }
  const auto model = chosenModel(question.model_template, question.catalog_dir);
  if (!model) return tl::unexpected(model.error());
  auto family = templateOfModel(*model);
  if (!family) return tl::unexpected(family.error());
  workshop.family = *std::move(family);
  if (workshop.top_k.empty()) workshop.top_k = {std::max(1.0, static_cast<double>(model->top_k))};
  result.sources.push_back(fmt::format("shape: that of {} ({})", model->name, model->source));
  return {};
}

Result<void> takeMachines(const LifetimeQuestion& question, const HardwareCatalog& catalog,
                          Workshop& workshop, PlanDesigns& result) {
  if (question.hardware.empty())
    return usageError("--hardware", "state the accelerators that may serve, or a --cost-preset");
  for (const std::string& name : question.hardware) {
    const auto entry = findHardware(catalog, name, "--hardware");
    if (!entry) return tl::unexpected(entry.error());
    const auto same = [&](const ServingMachine& machine) {
      return machine.kernels.target().name == entry->name;
    };
    if (std::any_of(workshop.machines.begin(), workshop.machines.end(), same)) continue;
    auto kernels = loadKernels(*entry, catalog, question.catalog_dir);
    if (!kernels) return tl::unexpected(kernels.error());
    const Accelerator& machine = kernels->target();
    const auto price = priceOf(question.usd_per_device_hour, machine, "--usd-per-device-hour");
    if (!price) return tl::unexpected(price.error());
    result.sources.push_back(fmt::format("hardware: {} ({})", machine.name, machine.source));
    result.sources.push_back(priceText(machine, question.usd_per_device_hour, "serving"));
    workshop.machines.push_back({*std::move(kernels), *price});
  }
  return {};
}

Result<void> takeServing(const LifetimeQuestion& question, Workshop& workshop,
                         PlanDesigns& result) {
  if (!question.prompt_tokens || !question.output_tokens)
    return usageError(question.prompt_tokens ? "--output-tokens" : "--prompt-tokens",
                      "state the mean tokens of a request (prompt and output)");
  if (!(*question.prompt_tokens >= 0 && *question.prompt_tokens < 1e9))
    return usageError("--prompt-tokens",
                      fmt::format("{:g} is no mean length", *question.prompt_tokens));
  if (!(*question.output_tokens > 0 && *question.output_tokens < 1e9))
    return usageError("--output-tokens",
                      fmt::format("{:g} is no mean length", *question.output_tokens));
  if (question.max_devices && *question.max_devices < 1)
    return usageError("--max-devices",
                      fmt::format("is {}; allow at least 1", *question.max_devices));
  if (question.max_concurrency && !(*question.max_concurrency >= 1))
    return usageError("--max-concurrency", fmt::format("{:g} running requests serve nothing",
                                                       *question.max_concurrency));
  const auto engine = engineOf(question.engine, "--engine");
  if (!engine) return tl::unexpected(engine.error());
  for (const auto& [option, limit] : {std::pair("--ttft-limit-s", question.ttft_limit_s),
                                      std::pair("--tpot-limit-s", question.tpot_limit_s)})
    if (limit && !(*limit > 0))
      return usageError(
          option, fmt::format("a limit of {:g} s allows nothing; it must be positive", *limit));
  if (question.router_skew && !(*question.router_skew >= 0 && *question.router_skew <= 2))
    return usageError("--router-skew",
                      fmt::format("{:g} is no exponent from 0 to 2", *question.router_skew));
  PriceSurfaceRequest& serving = workshop.base.serving;
  serving.family = workshop.family;
  serving.engine = *engine;
  serving.rules = memoryRulesOf(*engine);
  serving.constants = engineConstants(*engine);
  serving.kv_cache = question.kv_cache;
  serving.load.prompt_tokens = *question.prompt_tokens;
  serving.load.output_tokens = *question.output_tokens;
  serving.devices = question.devices;
  serving.parallelism = question.parallelism;
  serving.max_devices = question.max_devices.value_or(kUsualDevices);
  for (const int devices : question.devices)
    if (!question.max_devices) serving.max_devices = std::max(serving.max_devices, devices);
  serving.limits = {question.ttft_limit_s, question.tpot_limit_s};
  serving.threads = question.threads;
  if (question.max_concurrency) serving.engine_limit = *question.max_concurrency;
  if (question.router_skew) serving.skew.exponent = *question.router_skew;
  result.sources.push_back("engine: " + engineConstantsSource());
  return {};
}

Result<void> takeTraining(const LifetimeQuestion& question, const HardwareCatalog& catalog,
                          Workshop& workshop, PlanDesigns& result) {
  TrainingPriceRequest& training = workshop.base.training;
  training.accelerator = workshop.machines.front().kernels.target();
  if (!question.training_hardware.empty()) {
    const auto entry = findHardware(catalog, question.training_hardware, "--training-hardware");
    if (!entry) return tl::unexpected(entry.error());
    training.accelerator = acceleratorOf(*entry);
  }
  const Accelerator& machine = training.accelerator;
  if (question.training_hardware.empty() && workshop.machines.size() > 1)
    result.warnings.push_back(
        {"trains_on_first", fmt::format("All designs are trained on the first machine, {}; state "
                                        "--training-hardware for another.",
                                        machine.name)});
  const bool as_serving =
      question.training_hardware.empty() && !question.training_usd_per_device_hour;
  const auto& stated =
      as_serving ? question.usd_per_device_hour : question.training_usd_per_device_hour;
  const auto price = priceOf(stated, machine, "--training-usd-per-device-hour");
  if (!price) return tl::unexpected(price.error());
  training.price = *price;
  training.family = workshop.family;
  training.cluster_devices = question.training_devices;
  training.mfu = question.training_mfu;
  training.threads = question.threads;
  result.sources.push_back(priceText(machine, stated, "training"));
  if (question.training_mfu) return {};
  auto speed = shippedTrainingSpeedModel();
  if (!speed) return tl::unexpected(speed.error());
  result.speed = std::make_shared<const TrainingSpeedModel>(*std::move(speed));
  training.speed = result.speed.get();
  result.sources.push_back(
      "training speed: measured rows of llm-foundry, Megatron-Bridge, NeMo and others "
      "(data/tables/training/SOURCE.md)");
  return {};
}

/// What tells a design from the others of the question: "E 8", "E 8, top-2, fp8, H200-141GB SXM".
std::string labelOf(const Workshop& workshop, const RoutingChoice& routing, Precision weights,
                    const ServingMachine& machine) {
  std::string label = fmt::format("E {:g}", routing.experts);
  if (routing.experts > 1 && workshop.top_k.size() > 1)
    label += fmt::format(", top-{:g}", routing.top_k);
  if (routing.granularity && workshop.several_widths)
    label += fmt::format(", G {:g}", *routing.granularity);
  if (workshop.several_weights) label += fmt::format(", {}", name(weights));
  if (workshop.machines.size() > 1) label += ", " + machine.kernels.target().name;
  return label;
}

}  // namespace

Result<Workshop> servingWorkshop(const LifetimeQuestion& question, const HardwareCatalog& catalog,
                                 PlanDesigns& result) {
  Workshop workshop;
  workshop.several_widths = question.granularity.size() > 1;
  workshop.several_weights = question.weights.size() > 1;
  if (auto done = takeFamily(question, workshop, result); !done)
    return tl::unexpected(done.error());
  if (auto done = takeMachines(question, catalog, workshop, result); !done)
    return tl::unexpected(done.error());
  if (auto done = takeServing(question, workshop, result); !done)
    return tl::unexpected(done.error());
  return workshop;
}

Result<Workshop> workshopOf(const LifetimeQuestion& question, PlanDesigns& result) {
  const auto catalog = loadHardware(question.catalog_dir);
  if (!catalog) return tl::unexpected(catalog.error());
  auto workshop = servingWorkshop(question, *catalog, result);
  if (!workshop) return tl::unexpected(workshop.error());
  if (auto done = takeTraining(question, *catalog, *workshop, result); !done)
    return tl::unexpected(done.error());
  return workshop;
}

Result<std::vector<RoutingChoice>> routingsOf(const LifetimeQuestion& question,
                                              const Workshop& workshop, PlanDesigns& result) {
  if (question.experts.empty()) return usageError("--experts", "state at least one expert count");
  for (const double experts : question.experts)
    if (!(experts >= 1 && experts < 1e6) || experts != std::floor(experts))
      return usageError("--experts", fmt::format("{:g} is no number of experts", experts));
  std::vector<std::optional<double>> widths(question.granularity.begin(),
                                            question.granularity.end());
  if (widths.empty()) widths = {std::nullopt};
  std::vector<double> counts = question.experts;
  std::sort(counts.begin(), counts.end());
  counts.erase(std::unique(counts.begin(), counts.end()), counts.end());
  std::vector<RoutingChoice> list;
  for (const double experts : counts) {
    if (experts == 1) {
      list.push_back({});
      continue;
    }
    for (const double top_k : workshop.top_k)
      if (top_k > experts)
        result.left_out.push_back({fmt::format("E {:g}, top-{:g}", experts, top_k),
                                   "a token cannot use more experts than there are"});
      else
        for (const auto& width : widths) list.push_back({experts, top_k, width});
  }
  if (list.empty()) return usageError("--top-k", "is more than every number of experts");
  return list;
}

DesignRequest requestOf(const Workshop& workshop, const RoutingChoice& routing, Precision weights,
                        const ServingMachine& machine) {
  DesignRequest request = workshop.base;
  PriceSurfaceRequest& serving = request.serving;
  serving.experts = routing.experts;
  serving.top_k = routing.top_k;
  serving.granularity = routing.granularity;
  serving.weights = weights;
  serving.kernels = machine.kernels;
  serving.price = machine.price;
  request.training.experts = routing.experts;
  request.training.top_k = routing.top_k;
  request.training.granularity = routing.granularity;
  request.label = labelOf(workshop, routing, weights, machine);
  return request;
}

}  // namespace moe
