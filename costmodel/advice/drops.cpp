#include <fmt/format.h>

#include "costmodel/advice/advice.h"

namespace moe {
namespace {

// What ST-MoE trains and evaluates with [Zoph2022]: an expert takes c T / E of T tokens, however
// many experts k a token chooses, while our factor is of T k / E.
constexpr double kPublishedFactors[] = {1.25, 2.0};

double factorOfChoices(double published, std::size_t top_k) {
  return published / static_cast<double>(top_k);
}

std::string shareText(double share) {
  if (share < 5e-5) return "0 %";
  return fmt::format("{:.{}f} %", 100 * share, share < 0.0995 ? 1 : 0);
}

std::string dropsText(const DroppedEstimate& drops) {
  const std::string mean = shareText(drops.mean);
  const std::string low = shareText(drops.low);
  const std::string high = shareText(drops.high);
  return low == high ? mean : fmt::format("{} [{}, {}]", mean, low, high);
}

Result<ExpertPopularity> evenPopularity(std::size_t experts, std::size_t top_k) {
  return expertPopularity({}, experts, top_k);
}

}  // namespace

Result<std::vector<AssumedDrops>> assumedDrops(const RoutingAssumption& skew, std::size_t experts,
                                               std::size_t top_k, const TokenBatch& batch,
                                               std::uint64_t seed) {
  const auto even = evenPopularity(experts, top_k);
  if (!even) return tl::unexpected(even.error());
  const auto skewed = expertPopularity(skew, experts, top_k);
  if (!skewed) return tl::unexpected(skewed.error());
  std::vector<AssumedDrops> drops;
  for (const double factor : kPublishedFactors) {
    DroppedQuestion question{
        .capacity_factor = factorOfChoices(factor, top_k), .batch = batch, .seed = seed};
    const auto of_even = simulateDropped(*even, question);
    if (!of_even) return tl::unexpected(of_even.error());
    question.correlation = skew.correlation;
    const auto of_skewed = simulateDropped(*skewed, question);
    if (!of_skewed) return tl::unexpected(of_skewed.error());
    drops.push_back({factor, *of_even, *of_skewed});
  }
  return drops;
}

Result<std::vector<AssumedDrops>> countedDrops(const RoutingTrace& trace, double tokens,
                                               std::uint64_t seed) {
  const auto even = evenPopularity(trace.experts, trace.top_k);
  if (!even) return tl::unexpected(even.error());
  std::vector<AssumedDrops> drops;
  for (const double factor : kPublishedFactors) {
    const DroppedQuestion question{.capacity_factor = factorOfChoices(factor, trace.top_k),
                                   .batch = {tokens, 1},
                                   .seed = seed};
    const auto counted = countDropped(trace, question);
    if (!counted) return tl::unexpected(counted.error());
    DroppedQuestion alike = question;
    alike.batch.tokens = counted->tokens;
    const auto of_even = simulateDropped(*even, alike);
    if (!of_even) return tl::unexpected(of_even.error());
    drops.push_back({factor, *of_even, *counted});
  }
  return drops;
}

Advice capacityAdvice(const std::vector<AssumedDrops>& drops, const std::string& skew_name) {
  std::string text = fmt::format("Of {:.0f} tokens that share an expert's slots,",
                                 drops.empty() ? 0.0 : drops.front().skewed.tokens);
  for (const AssumedDrops& at : drops) {
    const bool first = &at == &drops.front();
    text += fmt::format(
        "{} a capacity of {:g} times tokens over experts{} drops {} of the choices "
        "with even routing and {} with {}",
        first ? "" : ";", at.capacity_factor, first ? " (as ST-MoE counts it, without k)" : "",
        dropsText(at.even), dropsText(at.skewed), skew_name);
  }
  return {"capacity_factor", text, AdviceBasis::kComputed,
          "simulated batches, 5 % and 95 % of them"};
}

}  // namespace moe
