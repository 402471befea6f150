#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "costmodel/routing/expert_popularity.h"
#include "data/readers/routing_trace.h"

namespace moe {

/// Distinct experts of a layer that `tokens` tokens touch: means over the layers of a trace.
struct CoveragePoint {
  std::size_t tokens = 0;
  double uniform = 0;      ///< the formula with evenly popular experts
  double independent = 0;  ///< the formula with the trace's own popularities
  double random = 0;       ///< counted in tokens drawn from anywhere in the trace
  double consecutive = 0;  ///< counted in tokens that follow each other
};

/// Counts each size in up to 256 draws and 256 stretches per layer; stretches lie evenly over the
/// trace and may cross from one sequence to the next. Sizes above the trace's tokens are left out.
/// Equal seeds give equal draws.
std::vector<CoveragePoint> traceCoverage(const RoutingTrace& trace,
                                         std::span<const std::size_t> sizes, std::uint64_t seed);

/// The correlation that explains the consecutive counts best, and what it leaves.
struct CorrelationFit {
  double correlation = 0;  ///< to 0.001
  double rms_error = 0;    ///< relative, of the experts touched
  double worst_error = 0;  ///< relative, with its sign: predicted / counted - 1
};

/// Least squares of the relative error over the points, correlation from 0 to 1, with each stretch
/// taken as one sequence. At least one point.
CorrelationFit fitCorrelation(const ExpertPopularity& popularity,
                              std::span<const CoveragePoint> points);

}  // namespace moe
