#include "app/workflows/formula_designs.h"

#include <fmt/format.h>

#include <algorithm>

#include "costmodel/planner/simple_designs.h"
#include "costmodel/presets.h"
#include "data/catalog/catalog.h"

namespace moe {
namespace {

/// Options of the exact cost model say nothing here.
Result<void> refuseExact(const LifetimeQuestion& question, const char* formula) {
  const std::pair<const char*, bool> stated[] = {
      {"--hardware", !question.hardware.empty()},
      {"--model-template", !question.model_template.empty()},
      {"--devices", !question.devices.empty()},
      {"--parallelism", !question.parallelism.empty()},
      {"--top-k", !question.top_k.empty()},
      {"--granularity", !question.granularity.empty()},
      {"--weights", question.weights != std::vector{Precision::kBf16}},
      {"--kv-cache", question.kv_cache != Precision::kBf16},
      {"--engine", question.engine != "vllm"},
      {"--router-skew", question.router_skew.has_value()},
      {"--ttft-limit-s", question.ttft_limit_s.has_value()},
      {"--tpot-limit-s", question.tpot_limit_s.has_value()},
      {"--save-model", !question.save_model.empty()},
      {"--sensitivity", question.sensitivity}};
  for (const auto& [option, given] : stated)
    if (given)
      return usageError(option,
                        fmt::format("{} is a published formula that does not know it; leave one "
                                    "of them out",
                                    formula));
  return {};
}

/// FLOP prices know no machine and no request.
Result<void> refuseMachines(const LifetimeQuestion& question) {
  const std::pair<const char*, bool> stated[] = {
      {"--prompt-tokens", question.prompt_tokens.has_value()},
      {"--output-tokens", question.output_tokens.has_value()},
      {"--max-devices", question.max_devices.has_value()},
      {"--max-concurrency", question.max_concurrency.has_value()},
      {"--usd-per-device-hour", question.usd_per_device_hour.has_value()},
      {"--training-hardware", !question.training_hardware.empty()},
      {"--training-devices", question.training_devices.has_value()},
      {"--training-mfu", question.training_mfu.has_value()},
      {"--training-usd-per-device-hour", question.training_usd_per_device_hour.has_value()}};
  for (const auto& [option, given] : stated)
    if (given) return usageError(option, "--flop-prices hold all prices; leave one of them out");
  return {};
}

Result<PlanDesigns> flopDesigns(const LifetimeQuestion& question) {
  if (auto good = refuseExact(question, "--flop-prices"); !good)
    return tl::unexpected(good.error());
  if (auto good = refuseMachines(question); !good) return tl::unexpected(good.error());
  if (!question.cost_preset.empty())
    return usageError("--flop-prices", "--cost-preset states prices too; state one of them");
  const auto prices = flopPricesPreset(question.flop_prices);
  if (!prices) return usageError("--flop-prices", prices.error().message);
  PlanDesigns result;
  result.designs = {flopDesign(*prices)};
  result.sources.push_back("prices: " + prices->name + " (" + prices->description + ")");
  if (question.experts != LifetimeQuestion{}.experts)
    result.warnings.push_back({"dense_only",
                               "FLOP prices are of one dense model; --experts is "
                               "not looked at."});
  return result;
}

Result<RooflineSetting> rooflineSetting(const LifetimeQuestion& question, PlanDesigns& result) {
  const auto preset = costPreset(question.cost_preset);
  if (!preset) return tl::unexpected(preset.error());
  auto rule = shapeRulePreset(question.shape);
  if (!rule) return usageError("--shape", rule.error().message);
  RooflineSetting setting;
  setting.shape_rule = *std::move(rule);
  setting.accelerator = preset->accelerator;
  setting.price = question.usd_per_device_hour ? usdPerHour(*question.usd_per_device_hour)
                                               : *preset->accelerator.price;
  setting.max_devices = question.max_devices.value_or(preset->max_devices);
  setting.workload = preset->workload;
  if (question.prompt_tokens) setting.workload.prompt_tokens = *question.prompt_tokens;
  if (question.output_tokens) setting.workload.output_tokens = *question.output_tokens;
  setting.settings = preset->settings;
  if (question.max_concurrency) setting.settings.max_concurrency = *question.max_concurrency;
  result.sources.push_back("cost preset: " + preset->name + " (" + preset->description + ")");
  return setting;
}

/// The same checks as for a plan at a training budget.
Result<void> checkServing(const RooflineSetting& setting) {
  const Workload& load = setting.workload;
  if (!(setting.price.value() > 0) || !(setting.price.value() < 1e3))
    return usageError("--usd-per-device-hour", fmt::format("{:g} is no price of a device-hour",
                                                           setting.price.value() * 3600));
  if (setting.max_devices < 1)
    return usageError("--max-devices", fmt::format("is {}; allow at least 1", setting.max_devices));
  if (!(load.prompt_tokens >= 0 && load.prompt_tokens < 1e9))
    return usageError("--prompt-tokens", fmt::format("{:g} is no mean length", load.prompt_tokens));
  if (!(load.output_tokens > 0 && load.output_tokens < 1e9))
    return usageError("--output-tokens", fmt::format("{:g} is no mean length", load.output_tokens));
  const auto& limit = setting.settings.max_concurrency;
  if (limit && !(*limit >= 1))
    return usageError("--max-concurrency",
                      fmt::format("{:g} running requests serve nothing", *limit));
  return {};
}

Result<void> setTraining(const LifetimeQuestion& question, RooflineSetting& setting,
                         PlanDesigns& result) {
  setting.training = {setting.accelerator, setting.price,
                      question.training_mfu.value_or(kAssumedTrainingMfu)};
  if (!question.training_hardware.empty()) {
    const auto catalog = loadHardware(question.catalog_dir);
    if (!catalog) return tl::unexpected(catalog.error());
    const auto entry = findHardware(*catalog, question.training_hardware, "--training-hardware");
    if (!entry) return tl::unexpected(entry.error());
    setting.training.accelerator = acceleratorOf(*entry);
    if (setting.training.accelerator.price)
      setting.training.price = *setting.training.accelerator.price;
    else if (!question.training_usd_per_device_hour)
      return fail(ErrorKind::kInput, setting.training.accelerator.name,
                  "the catalog has no price for it; state --training-usd-per-device-hour");
  }
  if (question.training_usd_per_device_hour)
    setting.training.price = usdPerHour(*question.training_usd_per_device_hour);
  result.sources.push_back(fmt::format("price of {} (training): {:.4g} USD per device-hour",
                                       setting.training.accelerator.name,
                                       setting.training.price.value() * 3600));
  setting.training_devices = question.training_devices.value_or(0);
  if (!question.training_mfu)
    result.warnings.push_back(
        {"assumed_training_mfu",
         fmt::format("A training MFU of {:g} is assumed; state --training-mfu.",
                     kAssumedTrainingMfu)});
  const auto valid = affordableFlop(Usd(1), setting.training);
  if (!valid) return tl::unexpected(valid.error());
  return {};
}

Result<PlanDesigns> rooflineDesigns(const LifetimeQuestion& question) {
  if (auto good = refuseExact(question, "--cost-preset"); !good)
    return tl::unexpected(good.error());
  PlanDesigns result;
  auto setting = rooflineSetting(question, result);
  if (!setting) return tl::unexpected(setting.error());
  if (auto good = checkServing(*setting); !good) return tl::unexpected(good.error());
  if (auto set = setTraining(question, *setting, result); !set) return tl::unexpected(set.error());
  std::vector<double> counts = question.experts;
  std::sort(counts.begin(), counts.end());
  counts.erase(std::unique(counts.begin(), counts.end()), counts.end());
  for (const double experts : counts) {
    if (!(experts >= 1))
      return usageError("--experts", fmt::format("{:g} is no number of experts", experts));
    result.designs.push_back(rooflineDesign(*setting, experts));
  }
  return result;
}

}  // namespace

Result<PlanDesigns> formulaDesigns(const LifetimeQuestion& question) {
  return question.flop_prices.empty() ? rooflineDesigns(question) : flopDesigns(question);
}

}  // namespace moe
