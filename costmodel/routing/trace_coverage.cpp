#include "costmodel/routing/trace_coverage.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "costmodel/routing/expert_coverage.h"
#include "costmodel/serving.h"
#include "data/counter_random.h"

namespace moe {
namespace {

constexpr std::size_t kDraws = 256;

/// Counts distinct experts without clearing a table for each count.
class DistinctCounter {
 public:
  explicit DistinctCounter(std::size_t experts) : seen_(experts, 0) {}
  void start() {
    ++round_;
    distinct_ = 0;
  }
  void add(std::span<const std::uint16_t> ids) {
    for (const std::uint16_t id : ids) {
      distinct_ += seen_[id] != round_;
      seen_[id] = round_;
    }
  }
  double distinct() const { return static_cast<double>(distinct_); }

 private:
  std::vector<std::size_t> seen_;
  std::size_t round_ = 0;
  std::size_t distinct_ = 0;
};

double consecutiveMean(const RoutingTrace& trace, std::size_t size) {
  DistinctCounter counter(trace.experts);
  const std::size_t starts = trace.tokens - size + 1;
  const std::size_t stretches = std::min(kDraws, starts);
  double sum = 0;
  for (std::size_t layer = 0; layer < trace.layers; ++layer) {
    for (std::size_t i = 0; i < stretches; ++i) {
      counter.start();
      counter.add(trace.chosen(layer, i * starts / stretches, size));
      sum += counter.distinct();
    }
  }
  return sum / static_cast<double>(stretches * trace.layers);
}

/// Tokens without replacement, other ones in each layer: the first `size` of a partial shuffle.
double randomMean(const RoutingTrace& trace, std::size_t size, std::uint64_t seed) {
  DistinctCounter counter(trace.experts);
  std::vector<std::size_t> tokens(trace.tokens);
  std::iota(tokens.begin(), tokens.end(), std::size_t{0});
  double sum = 0;
  for (std::size_t draw = 0; draw < kDraws * trace.layers; ++draw) {
    counter.start();
    for (std::size_t i = 0; i < size; ++i) {
      std::swap(tokens[i], tokens[i + counterIndex(seed, draw, i, tokens.size() - i)]);
      counter.add(trace.chosen(draw % trace.layers, tokens[i]));
    }
    sum += counter.distinct();
  }
  return sum / static_cast<double>(kDraws * trace.layers);
}

CorrelationFit errorsAt(double correlation, const ExpertPopularity& popularity,
                        std::span<const CoveragePoint> points) {
  CorrelationFit fit{correlation, 0, 0};
  for (const CoveragePoint& point : points) {
    const double tokens = static_cast<double>(point.tokens);
    const double touched =
        expertsTouched(popularity, effectiveTokens({tokens, tokens}, correlation));
    const double error = touched / point.consecutive - 1;
    fit.rms_error += error * error;
    if (std::abs(error) > std::abs(fit.worst_error)) fit.worst_error = error;
  }
  fit.rms_error = std::sqrt(fit.rms_error / static_cast<double>(points.size()));
  return fit;
}

}  // namespace

std::vector<CoveragePoint> traceCoverage(const RoutingTrace& trace,
                                         std::span<const std::size_t> sizes, std::uint64_t seed) {
  RoutingAssumption assumption;
  assumption.popularity = PopularityKind::kMeasured;
  assumption.measured = expertCounts(trace);
  const auto popularity = expertPopularity(assumption, trace.experts, trace.top_k);
  require(popularity.has_value(), "the counts of a trace are those of its tokens");
  std::vector<CoveragePoint> points;
  for (const std::size_t size : sizes) {
    if (size == 0 || size > trace.tokens) continue;
    const double tokens = static_cast<double>(size);
    CoveragePoint& point = points.emplace_back();
    point.tokens = size;
    point.uniform = expertsTouched(static_cast<double>(trace.experts),
                                   static_cast<double>(trace.top_k), tokens);
    point.independent = expertsTouched(*popularity, tokens);
    point.random = randomMean(trace, size, seed);
    point.consecutive = consecutiveMean(trace, size);
  }
  return points;
}

CorrelationFit fitCorrelation(const ExpertPopularity& popularity,
                              std::span<const CoveragePoint> points) {
  constexpr int kSteps = 1000;
  CorrelationFit best = errorsAt(0, popularity, points);
  for (int step = 1; step <= kSteps; ++step) {
    const CorrelationFit fit = errorsAt(step / double{kSteps}, popularity, points);
    if (fit.rms_error < best.rms_error) best = fit;
  }
  return best;
}

}  // namespace moe
