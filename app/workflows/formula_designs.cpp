#include "app/workflows/formula_designs.h"

#include <fmt/format.h>

#include <algorithm>

#include "costmodel/planner/simple_designs.h"
#include "costmodel/presets.h"
#include "data/catalog/catalog.h"

namespace moe {
namespace {

tl::unexpected<Error> usage(std::string where, std::string message) {
  return fail(ErrorKind::kUsage, std::move(where), std::move(message));
}

/// Options of the exact cost model say nothing here.
Result<void> refuseExact(const LifetimeQuestion& question, const char* formula) {
  const std::pair<const char*, bool> stated[] = {
      {"--hardware", !question.hardware.empty()},
      {"--model-template", !question.model_template.empty()},
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
      return usage(option, fmt::format("{} is a published formula that does not know it; leave one "
                                       "of them out",
                                       formula));
  return {};
}

Result<PlanDesigns> flopDesigns(const LifetimeQuestion& question) {
  if (auto good = refuseExact(question, "--flop-prices"); !good)
    return tl::unexpected(good.error());
  if (!question.cost_preset.empty())
    return usage("--flop-prices", "--cost-preset states prices too; state one of them");
  const auto prices = flopPricesPreset(question.flop_prices);
  if (!prices) return usage("--flop-prices", prices.error().message);
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
  if (!rule) return usage("--shape", rule.error().message);
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
  }
  if (question.training_usd_per_device_hour)
    setting.training.price = usdPerHour(*question.training_usd_per_device_hour);
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
  if (auto set = setTraining(question, *setting, result); !set) return tl::unexpected(set.error());
  std::vector<double> counts = question.experts;
  std::sort(counts.begin(), counts.end());
  counts.erase(std::unique(counts.begin(), counts.end()), counts.end());
  for (const double experts : counts) {
    if (!(experts >= 1))
      return usage("--experts", fmt::format("{:g} is no number of experts", experts));
    result.designs.push_back(rooflineDesign(*setting, experts));
  }
  return result;
}

}  // namespace

Result<PlanDesigns> formulaDesigns(const LifetimeQuestion& question) {
  return question.flop_prices.empty() ? rooflineDesigns(question) : flopDesigns(question);
}

}  // namespace moe
