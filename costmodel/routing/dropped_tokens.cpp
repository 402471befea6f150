#include "costmodel/routing/dropped_tokens.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "data/counter_random.h"
#include "data/quantile.h"

namespace moe {
namespace {

/// Parts of a batch, each with an order of its own: on one line two experts of even popularity that
/// lie a whole number apart meet the same tokens.
constexpr std::size_t kParts = 16;

constexpr std::uint64_t kTokenStream = 0;
constexpr std::uint64_t kOrderStream = 1;

double unitRandom(std::uint64_t seed, std::uint64_t stream, std::uint64_t index) {
  return static_cast<double>(counterRandom(seed, stream, index) >> 11) * 0x1p-53;
}

Result<void> checkDropped(const DroppedQuestion& question) {
  const double factor = question.capacity_factor;
  if (!(std::isfinite(factor) && factor > 0))
    return usageError("--capacity-factor", fmt::format("is {:g}; it must be above 0", factor));
  const double tokens = question.batch.tokens;
  if (!(tokens >= 1 && tokens <= 1e7))
    return usageError("batch", fmt::format("of {:g} tokens; it must be from 1 to 1e7", tokens));
  if (question.batches == 0) return usageError("batches", "must be 1 or more");
  return {};
}

DroppedEstimate estimateOf(const std::vector<double>& dropped, double tokens) {
  const double sum = std::accumulate(dropped.begin(), dropped.end(), 0.0);
  return {sum / static_cast<double>(dropped.size()), quantile(dropped, 0.05),
          quantile(dropped, 0.95), dropped.size(), tokens};
}

/// Probabilities of a layer; of uniform routing they are not listed.
std::vector<double> layerOf(const ExpertPopularity& popularity, std::size_t batch) {
  if (popularity.uniform())
    return std::vector<double>(popularity.experts, static_cast<double>(popularity.top_k) /
                                                       static_cast<double>(popularity.experts));
  const auto chosen = popularity.layer(batch % popularity.layers());
  return {chosen.begin(), chosen.end()};
}

std::vector<std::size_t> shuffledExperts(std::size_t experts, std::uint64_t seed,
                                         std::uint64_t batch) {
  std::vector<std::size_t> order(experts);
  std::iota(order.begin(), order.end(), std::size_t{0});
  const std::uint64_t stream = counterRandom(seed, kOrderStream, batch);
  for (std::size_t left = experts; left > 1; --left)
    std::swap(order[left - 1], order[counterIndex(seed, stream, left, left)]);
  return order;
}

/// Sorted random numbers from 0 to 1, one a token: places of a Poisson process over its end, which
/// are distributed as sorted uniform numbers and need no sorting.
std::vector<double> sortedUnits(std::size_t tokens, std::uint64_t seed, std::uint64_t batch) {
  const std::uint64_t stream = counterRandom(seed, kTokenStream, batch);
  std::vector<double> units(tokens);
  double place = 0;
  const auto step = [&](std::uint64_t index) {
    place -= std::log1p(-unitRandom(seed, stream, index));
    return place;
  };
  for (std::size_t i = 0; i < tokens; ++i) units[i] = step(i);
  const double end = step(tokens);
  for (double& unit : units) unit /= end;
  return units;
}

/// How many of the sorted numbers lie below x.
double below(const std::vector<double>& units, double x) {
  return static_cast<double>(std::ranges::lower_bound(units, x) - units.begin());
}

/// Adds what the tokens of one part choose. A token whose number is u meets the expert on [a, b) of
/// the line when a whole number above u lies in it: one count below b less one below a, turns
/// included.
void addAssignments(const std::vector<double>& chosen, const std::vector<std::size_t>& order,
                    const std::vector<double>& units, std::vector<double>& assignments) {
  const auto tokens = static_cast<double>(units.size());
  const auto metBefore = [&](double place) {
    const double turns = std::floor(place);
    return turns * tokens + below(units, place - turns);
  };
  double place = 0;
  double before = 0;
  for (const std::size_t expert : order) {
    place += chosen[expert];
    const double after = metBefore(place);
    assignments[expert] += after - before;
    before = after;
  }
}

std::vector<double> drawnAssignments(const std::vector<double>& chosen, std::size_t tokens,
                                     std::uint64_t seed, std::uint64_t batch) {
  std::vector<double> assignments(chosen.size());
  for (std::size_t part = 0; part < kParts; ++part) {
    const std::size_t of_part = (part + 1) * tokens / kParts - part * tokens / kParts;
    const std::uint64_t index = batch * kParts + part;
    if (of_part > 0)
      addAssignments(chosen, shuffledExperts(chosen.size(), seed, index),
                     sortedUnits(of_part, seed, index), assignments);
  }
  return assignments;
}

std::vector<double> countedAssignments(const RoutingTrace& trace, std::size_t layer,
                                       std::size_t first, std::size_t tokens) {
  std::vector<double> assignments(trace.experts);
  for (const std::uint16_t id : trace.chosen(layer, first, tokens)) ++assignments[id];
  return assignments;
}

}  // namespace

double droppedFraction(std::span<const double> assignments_per_expert, double capacity_factor) {
  const double all =
      std::accumulate(assignments_per_expert.begin(), assignments_per_expert.end(), 0.0);
  if (!(all > 0)) return 0;
  const double capacity =
      capacity_factor * all / static_cast<double>(assignments_per_expert.size());
  double over = 0;
  for (const double assignments : assignments_per_expert)
    over += std::max(0.0, assignments - capacity);
  return over / all;
}

Result<DroppedEstimate> simulateDropped(const ExpertPopularity& popularity,
                                        const DroppedQuestion& question) {
  if (const auto good = checkDropped(question); !good) return tl::unexpected(good.error());
  const double effective = effectiveTokens(question.batch, question.correlation);
  const auto tokens = static_cast<std::size_t>(std::max(1.0, std::round(effective)));
  std::vector<double> dropped;
  for (std::size_t batch = 0; batch < question.batches; ++batch) {
    const std::vector<double> chosen = layerOf(popularity, batch);
    dropped.push_back(droppedFraction(drawnAssignments(chosen, tokens, question.seed, batch),
                                      question.capacity_factor));
  }
  return estimateOf(dropped, question.batch.tokens);
}

Result<DroppedEstimate> countDropped(const RoutingTrace& trace, const DroppedQuestion& question) {
  if (const auto good = checkDropped(question); !good) return tl::unexpected(good.error());
  const auto tokens = std::min(static_cast<std::size_t>(question.batch.tokens), trace.tokens);
  const std::size_t starts = trace.tokens - tokens + 1;
  const std::size_t stretches = std::min(question.batches, starts);
  std::vector<double> dropped;
  for (std::size_t layer = 0; layer < trace.layers; ++layer)
    for (std::size_t i = 0; i < stretches; ++i)
      dropped.push_back(
          droppedFraction(countedAssignments(trace, layer, i * starts / stretches, tokens),
                          question.capacity_factor));
  return estimateOf(dropped, static_cast<double>(tokens));
}

}  // namespace moe
