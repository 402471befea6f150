#include "costmodel/planner/simple_designs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <limits>
#include <memory>

#include "costmodel/planner/equal_cost.h"

namespace moe {
namespace {

constexpr double kNoLimit = 1e18;  // parameters; beyond any machine
constexpr double kA100PeakBf16 = 312e12;
constexpr double kA100PeakInt8 = 624e12;

PlanRequest requestOf(const RooflineSetting& setting) {
  PlanRequest request;
  request.shape_rule = setting.shape_rule;
  request.accelerator = setting.accelerator;
  request.price = setting.price;
  request.max_devices = setting.max_devices;
  request.workload = setting.workload;
  request.settings = setting.settings;
  return request;
}

ServingPrice priceOf(const ServingCost& cost, const PlanRequest& request, double params,
                     double experts) {
  ServingPrice price;
  price.usd_per_million_output_tokens_all_in = cost.usd_per_million_output_tokens_all_in;
  price.usd_per_million_tokens = cost.usd_per_million_tokens;
  price.devices = cost.devices;
  price.concurrency = cost.concurrency;
  price.kv_space_requests = cost.kv_space_requests;
  price.tpot_s = (cost.decode_step + cost.prefill_per_step).value();
  if (request.workload.prompt_tokens > 0)
    price.ttft_s = promptPass(cost.devices, request.shape_rule.shape(params, experts),
                              request.accelerator, request.workload, request.settings)
                       .value();
  if (cost.devices > 1) price.parallelism = fmt::format("tp{}", cost.devices);
  return price;
}

TrainingPrice trainingPrice(const RooflineSetting& setting, double experts, double params,
                            double tokens) {
  const double factor = experts > 1 ? setting.shape_rule.train_flop_factor : 1;
  const double achieved = setting.training.mfu * setting.training.accelerator.peak_bf16.value();
  TrainingPrice price;
  price.flop = setting.flop_per_param_token * factor * params * tokens;
  const double device_seconds = price.flop / achieved;
  price.usd = device_seconds * setting.training.price.value();
  price.device_hours = device_seconds / 3600;
  if (setting.training_devices > 0) price.wall_s = device_seconds / setting.training_devices;
  return price;
}

FlopPrices sardanaFlop() {
  return {.name = "sardana2024-flop",
          .description = "[Sardana2024] in FLOP: 6 N D of training, 2 N a token served"};
}

FlopPrices sardanaUsd() {
  return {.name = "sardana2024-usd",
          .description =
              "[Sardana2024] in USD: A100, 1.50 USD/h to train at MFU 0.5, 1.00 USD/h "
              "to serve in int8 at MFU 0.5 (prompts) and 0.01 (output)",
          .training_usd_per_flop = 1.50 / 3600 / kA100PeakBf16,
          .serving_usd_per_flop = 1.00 / 3600 / kA100PeakInt8,
          .training_mfu = 0.5,
          .prompt_mfu = 0.5,
          .output_mfu = 0.01,
          .prompt_per_output = 70.0 / 215.0};
}

}  // namespace

PricedDesign rooflineDesign(const RooflineSetting& setting, double experts) {
  const auto request = std::make_shared<const PlanRequest>(requestOf(setting));
  PricedDesign design;
  design.label = fmt::format("E {:g}", experts);
  design.model.experts = experts;
  design.top_k = std::min(setting.shape_rule.top_k, experts);
  design.model.top_k = design.top_k;
  design.hardware = setting.accelerator.name;
  const ShapeRule rule = setting.shape_rule;
  design.active_params = [rule, experts](double n) { return rule.activeParams(n, experts); };
  design.total_params = [rule, experts](double n) { return rule.totalParams(n, experts); };
  design.largest_params = largestThatFits(*request, experts).value_or(0);
  design.serving = [request, experts](double n) -> std::optional<ServingPrice> {
    const auto cost = servingOf(*request, n, experts);
    if (!cost) return std::nullopt;
    return priceOf(*cost, *request, n, experts);
  };
  design.serving_usd = [request, experts](double n) {
    const auto cost = servingOf(*request, n, experts);
    return cost ? cost->usd_per_million_output_tokens_all_in
                : std::numeric_limits<double>::infinity();
  };
  design.training = [setting, experts](double n, double tokens) {
    return trainingPrice(setting, experts, n, tokens);
  };
  return design;
}

PricedDesign flopDesign(const FlopPrices& prices) {
  const double per_output = 2e6 * prices.serving_usd_per_flop *
                            (prices.prompt_per_output / prices.prompt_mfu + 1 / prices.output_mfu);
  const double per_token = per_output / (1 + prices.prompt_per_output);
  const double per_training_flop = prices.training_usd_per_flop / prices.training_mfu;
  PricedDesign design;
  design.label = prices.name;
  design.active_params = [](double n) { return n; };
  design.total_params = design.active_params;
  design.largest_params = kNoLimit;
  design.serving = [per_output, per_token](double n) -> std::optional<ServingPrice> {
    ServingPrice price;
    price.usd_per_million_output_tokens_all_in = per_output * n;
    price.usd_per_million_tokens = per_token * n;
    return price;
  };
  design.serving_usd = [per_output](double n) { return per_output * n; };
  design.training = [per_training_flop](double n, double tokens) {
    TrainingPrice price;
    price.flop = 6 * n * tokens;
    price.usd = price.flop * per_training_flop;
    return price;
  };
  return design;
}

std::vector<std::string> flopPricesNames() { return {"sardana2024-flop", "sardana2024-usd"}; }

Result<FlopPrices> flopPricesPreset(std::string_view name) {
  if (name == "sardana2024-flop") return sardanaFlop();
  if (name == "sardana2024-usd") return sardanaUsd();
  return fail(ErrorKind::kUsage, "--cost-preset",
              fmt::format("there are no FLOP prices '{}'; known are {}", name,
                          fmt::join(flopPricesNames(), ", ")));
}

}  // namespace moe
