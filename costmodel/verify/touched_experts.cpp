#include "costmodel/verify/touched_experts.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "costmodel/kernels/routing/given_routing.h"
#include "costmodel/routing/expert_coverage.h"
#include "costmodel/routing/expert_popularity.h"
#include "costmodel/serving.h"
#include "data/counter_random.h"

namespace moe {
namespace {

double touchedByLayer(const RoutingTrace& trace, std::span<const std::uint16_t> chosen) {
  const auto routing =
      givenRouting(chosen, static_cast<int>(trace.top_k), static_cast<int>(trace.experts));
  require(routing.has_value(), "the choices of a trace are experts of its layers");
  return expertsTouched(*routing);
}

double consecutiveTouched(const RoutingTrace& trace, std::size_t tokens, std::size_t batches) {
  const std::size_t starts = trace.tokens - tokens + 1;
  const std::size_t count = std::min(batches, starts);
  double sum = 0;
  for (std::size_t layer = 0; layer < trace.layers; ++layer)
    for (std::size_t i = 0; i < count; ++i)
      sum += touchedByLayer(trace, trace.chosen(layer, i * starts / count, tokens));
  return sum / static_cast<double>(count * trace.layers);
}

/// Tokens without replacement, others in each batch: the first of a partial shuffle.
double randomTouched(const RoutingTrace& trace, std::size_t tokens, std::size_t batches,
                     std::uint64_t seed) {
  std::vector<std::size_t> order(trace.tokens);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::vector<std::uint16_t> chosen;
  double sum = 0;
  for (std::size_t draw = 0; draw < batches * trace.layers; ++draw) {
    chosen.clear();
    for (std::size_t i = 0; i < tokens; ++i) {
      std::swap(order[i], order[i + counterIndex(seed, draw, i, order.size() - i)]);
      const auto of_token = trace.chosen(draw % trace.layers, order[i]);
      chosen.insert(chosen.end(), of_token.begin(), of_token.end());
    }
    sum += touchedByLayer(trace, chosen);
  }
  return sum / static_cast<double>(batches * trace.layers);
}

ExpertPopularity popularityOf(const RoutingTrace& trace) {
  RoutingAssumption assumption;
  assumption.popularity = PopularityKind::kMeasured;
  assumption.measured = expertCounts(trace);
  auto popularity = expertPopularity(assumption, trace.experts, trace.top_k);
  require(popularity.has_value(), "the counts of a trace are those of its tokens");
  return std::move(*popularity);
}

CorrelationFit fitTo(const std::vector<TouchedExperts>& rows, const ExpertPopularity& popularity) {
  std::vector<CoveragePoint> points;
  for (const TouchedExperts& row : rows)
    points.push_back({row.tokens, row.uniform, row.skewed, row.random, row.consecutive});
  return fitCorrelation(popularity, points);
}

}  // namespace

Result<TouchedExpertsStudy> touchedExperts(const RoutingTrace& trace,
                                           std::span<const std::size_t> batch_tokens,
                                           std::uint64_t seed, std::size_t batches) {
  if (batches == 0) return fail(ErrorKind::kUsage, "batches", "is 0; 1 or more is needed");
  const ExpertPopularity popularity = popularityOf(trace);
  TouchedExpertsStudy study;
  for (const std::size_t tokens : batch_tokens) {
    if (tokens == 0 || tokens > trace.tokens) continue;
    TouchedExperts& row = study.rows.emplace_back();
    row.tokens = tokens;
    row.uniform = expertsTouched(static_cast<double>(trace.experts),
                                 static_cast<double>(trace.top_k), static_cast<double>(tokens));
    row.skewed = expertsTouched(popularity, static_cast<double>(tokens));
    row.random = randomTouched(trace, tokens, batches, seed);
    row.consecutive = consecutiveTouched(trace, tokens, batches);
  }
  if (study.rows.empty())
    return fail(ErrorKind::kUsage, "batch tokens",
                fmt::format("no batch is of 1 to {} tokens, as many as {} has", trace.tokens,
                            trace.source));
  study.correlation = fitTo(study.rows, popularity);
  for (TouchedExperts& row : study.rows) {
    const double tokens = static_cast<double>(row.tokens);
    row.correlated = expertsTouched(
        popularity, effectiveTokens({tokens, tokens}, study.correlation.correlation));
  }
  return study;
}

}  // namespace moe
