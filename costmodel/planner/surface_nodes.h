#pragma once

#include <limits>
#include <vector>

#include "costmodel/planner/price_surface.h"

namespace moe {

/// ln price of what cannot be served.
inline constexpr double kNoServing = std::numeric_limits<double>::infinity();

/// A real model of a family, ready to be divided and priced.
struct SurfaceNode {
  Realised model;
  SweepSetting setting;
};

/// The cost model's question about one entry.
Result<SweepSetting> surfaceSetting(const PriceSurfaceRequest& request, const ModelEntry& entry);

/// Divisions of counts of devices that divide a node evenly or are whole nodes.
std::vector<Parallelism> surfaceDivisions(const PriceSurfaceRequest& request,
                                          const ModelEntry& entry);

/// One division of one real model: what its cache holds, and times as if it held anything.
class BoundDivision {
 public:
  /// The setting must outlive it.
  BoundDivision(const SweepSetting& setting, const Parallelism& division,
                const KernelLibrary& kernels);

  ConcurrencyTimes operator()(double concurrency) const { return timesOf(point(concurrency)); }
  ServingPoint point(double concurrency) const { return pointAt(setting_, option_, concurrency); }
  const ServingModel& model() const { return *option_.model; }

  double kvRequests() const { return kv_requests_; }
  double requestBytes() const { return request_bytes_; }  ///< of a device's cache
  double weightBytes() const { return weight_bytes_; }    ///< of a device

 private:
  static ConcurrencyTimes timesOf(const ServingPoint& point) {
    return {1 / point.output_tokens_per_s, point.tpot_s, point.ttft_s};
  }

  const SweepSetting& setting_;
  ServingOption option_;
  double kv_requests_ = 0;
  double request_bytes_ = 0;
  double weight_bytes_ = 0;
};

/// The best concurrency within cache and limits, and ln of its device-seconds per token.
std::optional<BestConcurrency> exactConcurrency(const BoundDivision& bound,
                                                const PriceSurfaceRequest& request,
                                                const std::vector<double>& steps);
double logDeviceSeconds(const std::optional<BestConcurrency>& best, const Parallelism& division);

/// Requests that the division with the most room holds.
double mostRequests(const PriceSurfaceRequest& request, const SweepSetting& setting);

/// ln N just above the largest model that fits, at most the range's end.
Result<double> topOfRange(const PriceSurfaceRequest& request);

/// Real models of rising N: the smallest, then models of the family's own proportions, so that the
/// curve is smooth, up to the first one at or above the top. Where hidden sizes are far apart, so
/// are the models.
Result<std::vector<SurfaceNode>> surfaceNodes(const PriceSurfaceRequest& request, double top);

/// A real model in the middle of each two nodes: of the family's proportions, too, which takes
/// finer steps of the hidden size. None where there is no such model.
Result<std::vector<SurfaceNode>> nodesBetween(const PriceSurfaceRequest& request,
                                              const std::vector<double>& log_params);

}  // namespace moe
