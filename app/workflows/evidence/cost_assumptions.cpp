#include "app/workflows/evidence/cost_assumptions.h"

#include <fmt/format.h>

#include <cmath>

namespace moe {
namespace {

std::string costNumber(double value) {
  std::string text =
      std::abs(value) < 1e6 ? fmt::format("{:.6g}", value) : fmt::format("{:.3g}", value);
  std::erase(text, '+');
  return text;
}

AnswerInShort costInShort(const CostOutcome& outcome) {
  return {outcome.prices.cost.usd_per_million_output_tokens_all_in,
          fmt::format("{} x {}, {}", outcome.devices, outcome.accelerator.name,
                      nameOf(outcome.parallelism)),
          fmt::format("{:g} requests at once", outcome.concurrency)};
}

template <class Change>
TriedValue costValue(const CostRequest& request, std::string value, Change change) {
  return {std::move(value), [request, change]() -> Result<AnswerInShort> {
            CostRequest other = request;
            other.frontier = false;
            change(other);
            const auto outcome = runCost(other);
            if (!outcome) return tl::unexpected(outcome.error());
            return costInShort(*outcome);
          }};
}

TriedAssumption costLengthAssumption(const CostRequest& request, const char* name, double mean,
                                     std::optional<double> CostRequest::*length) {
  const auto times = [&](double factor) {
    return costValue(request, costNumber(mean * factor) + " tokens",
                     [=](CostRequest& other) { other.*length = mean * factor; });
  };
  return {name, costNumber(mean) + " tokens", {times(0.5), times(2)}};
}

TriedAssumption costConcurrencyAssumption(const CostRequest& request, const CostOutcome& outcome) {
  const auto times = [&](double factor) {
    const double count = std::max(1.0, std::floor(outcome.concurrency * factor));
    return costValue(request, costNumber(count) + " requests", [count](CostRequest& other) {
      other.request_rate.reset();
      other.concurrency = count;
    });
  };
  return {
      "requests at once", costNumber(outcome.concurrency) + " requests", {times(0.25), times(0.5)}};
}

TriedAssumption routingAssumption(const CostRequest& request, const CostOutcome& outcome) {
  const auto skew = [&](const char* name, const char* value) {
    return costValue(request, name, [value](CostRequest& other) { other.router_skew = value; });
  };
  return {"router skew",
          outcome.routing.name,
          {skew("even", "even"), skew("power law 2", "power-law:2")}};
}

TriedAssumption shareAssumption(const CostRequest& request, const char* name, double taken,
                                double tried, double CostRequest::*share) {
  const auto percent = [](double value) { return fmt::format("{:.3g} %", 100 * value); };
  TriedAssumption assumption{name, percent(taken), {}};
  for (const double value : {0.0, tried})
    if (value != taken)
      assumption.values.push_back(
          costValue(request, percent(value), [=](CostRequest& other) { other.*share = value; }));
  return assumption;
}

/// Half and twice, or the cheapest and the dearest offer of the catalog where it has both.
TriedAssumption devicePriceAssumption(const CostRequest& request, const CostOutcome& outcome) {
  const double usd = outcome.price.price.value() * 3600;
  const auto times = [&](double factor) {
    return costValue(request, fmt::format("{:.3g} USD", usd * factor), [=](CostRequest& other) {
      other.price_scenario.clear();
      other.usd_per_device_hour = usd * factor;
    });
  };
  return {kDeviceHourPrice, fmt::format("{:.3g} USD", usd), {times(0.5), times(2)}};
}

AnswerInShort trainingInShort(const TrainingCostOutcome& outcome) {
  return {outcome.cost.price.value(), "",
          fmt::format("{:.3g} days", outcome.cost.time.value() / 86400)};
}

template <class Change>
TriedValue trainingValue(const TrainingCostRequest& request, std::string value, Change change) {
  return {std::move(value), [request, change]() -> Result<AnswerInShort> {
            TrainingCostRequest other = request;
            change(other);
            const auto outcome = runTrainingCost(other);
            if (!outcome) return tl::unexpected(outcome.error());
            return trainingInShort(*outcome);
          }};
}

TriedAssumption mfuAssumption(const TrainingCostRequest& request,
                              const TrainingCostOutcome& outcome) {
  const double mfu = outcome.cost.mfu;
  const bool stated = !outcome.cost.speed;
  const double slow = stated ? 1.25 : outcome.cost.high_factor;
  const double fast = stated ? 0.8 : outcome.cost.low_factor;
  const auto with = [&](double other) {
    return trainingValue(request, fmt::format("{:.2g} %", 100 * other),
                         [other](TrainingCostRequest& r) { r.mfu = other; });
  };
  return {"MFU",
          fmt::format("{:.2g} %", 100 * mfu),
          {with(mfu / slow), with(std::min(1.0, mfu / fast))}};
}

}  // namespace

Result<AssumptionStudy> costAssumptions(const CostRequest& request, const CostOutcome& outcome,
                                        int threads, std::stop_token stop,
                                        const ProgressSink& progress) {
  AssumptionStudy study;
  study.figure = "price of output tokens, all in";
  study.unit = "USD per million output tokens";
  study.base = costInShort(outcome);
  std::vector<TriedAssumption> tried;
  const bool measured_lengths = outcome.lengths.kind == LengthKind::kMeasured;
  if (request.preset.empty() && !measured_lengths) {
    tried.push_back(costLengthAssumption(request, "prompt tokens", outcome.workload.prompt_tokens,
                                         &CostRequest::prompt_tokens));
    tried.push_back(costLengthAssumption(request, "output tokens", outcome.workload.output_tokens,
                                         &CostRequest::output_tokens));
  }
  if (request.preset.empty()) {
    if (!request.request_rate && outcome.concurrency >= 4)
      tried.push_back(costConcurrencyAssumption(request, outcome));
    if (outcome.model.params.experts > 0) tried.push_back(routingAssumption(request, outcome));
    tried.push_back(shareAssumption(request, "prompt tokens found in the cache",
                                    request.prefix_hit_rate, 0.5, &CostRequest::prefix_hit_rate));
    tried.push_back(shareAssumption(request, "time that devices are idle", request.idle_share, 0.3,
                                    &CostRequest::idle_share));
  }
  tried.push_back(devicePriceAssumption(request, outcome));
  return studyAssumptions(std::move(study), tried, threads, stop, progress);
}

Result<AssumptionStudy> trainingAssumptions(const TrainingCostRequest& request,
                                            const TrainingCostOutcome& outcome, int threads,
                                            std::stop_token stop, const ProgressSink& progress) {
  AssumptionStudy study;
  study.figure = "price of the run";
  study.unit = "USD";
  study.base = trainingInShort(outcome);
  const double tokens = outcome.question.train_tokens;
  const double usd = outcome.question.price.value() * 3600;
  const auto tokens_times = [&](double factor) {
    return trainingValue(request, costNumber(tokens * factor) + " tokens",
                         [=](TrainingCostRequest& r) { r.train_tokens = tokens * factor; });
  };
  const auto price_times = [&](double factor) {
    return trainingValue(request, fmt::format("{:.3g} USD", usd * factor),
                         [=](TrainingCostRequest& r) { r.usd_per_device_hour = usd * factor; });
  };
  const std::vector<TriedAssumption> tried = {
      {"training tokens", costNumber(tokens) + " tokens", {tokens_times(0.5), tokens_times(2)}},
      mfuAssumption(request, outcome),
      {kDeviceHourPrice, fmt::format("{:.3g} USD", usd), {price_times(0.5), price_times(2)}}};
  return studyAssumptions(std::move(study), tried, threads, stop, progress);
}

}  // namespace moe
