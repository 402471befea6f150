#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "costmodel/routing/trace_coverage.h"
#include "data/error.h"
#include "data/readers/routing_trace.h"

namespace moe {

/// Distinct experts that a layer touches with the routing of a real text, beside the cost model's
/// formulas; means over the layers of the trace.
struct TouchedExperts {
  std::size_t tokens = 0;
  double uniform = 0;      ///< E (1 - (1 - k/E)^B): an upper bound
  double skewed = 0;       ///< sum_e 1 - (1 - p_e)^B with the trace's own popularity
  double correlated = 0;   ///< the same for B^(1-c) tokens: for consecutive ones
  double random = 0;       ///< in the routing of tokens drawn from anywhere in the trace
  double consecutive = 0;  ///< in the routing of tokens that follow each other
};

struct TouchedExpertsStudy {
  std::vector<TouchedExperts> rows;
  CorrelationFit correlation;  ///< c, fitted to these consecutive counts
};

/// Makes the routing that a layer would run (givenRouting) for up to `batches` batches per size and
/// layer and counts the experts that have work. Consecutive batches lie evenly over the trace.
/// Batches above the trace's tokens are left out. Equal seeds give equal draws.
///
/// Errors (kUsage): no batch that fits the trace, `batches` 0.
Result<TouchedExpertsStudy> touchedExperts(const RoutingTrace& trace,
                                           std::span<const std::size_t> batch_tokens,
                                           std::uint64_t seed = 0, std::size_t batches = 64);

}  // namespace moe
