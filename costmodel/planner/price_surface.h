#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "costmodel/operators/kernel_library.h"
#include "costmodel/planner/price_curve.h"
#include "costmodel/planner/priced_design.h"
#include "costmodel/planner/surface_tables.h"
#include "data/units.h"

namespace moe {

/// A family of models to be served, and how.
struct PriceSurfaceRequest {
  ModelTemplate family;
  double experts = 1;
  double top_k = 1;
  std::optional<double> granularity = {};
  Precision weights = Precision::kBf16;
  Precision kv_cache = Precision::kBf16;
  KernelLibrary kernels;
  Engine engine = Engine::kVllm;
  RouterSkew skew;
  bool overlap_exchange = false;
  MemoryRules rules;
  EngineConstants constants;
  ServingLoad load;    ///< lengths; its concurrency is not looked at
  UsdPerSecond price;  ///< of a device
  int max_devices = 8;
  std::vector<int> devices = {};  ///< of a replica; empty: every number up to max_devices
  std::vector<std::string> parallelism = {};  ///< "tp4", "tp8 ep8"; empty: every division
  ServingLimits limits;
  double engine_limit = 256;  ///< requests running at once; must be finite
  double min_params = 1e8;    ///< N
  double max_params = 1e13;   ///< the surface ends at what fits, or just above this
  /// Distance in ln N of the real models that are priced exactly. Which they are depends on the
  /// family, min_params and this alone, so that surfaces of other limits, machines and precisions
  /// rest on the same models and compare without noise.
  double spacing = 0.22;
  int threads = 0;
};

/// The cheapest serving of every N of a family, from the exact cost model at real models.
///
/// Between the models each division of the devices keeps its own curves of time and memory, so
/// that kinks where the cheapest division changes, and the walls where one is full, are where they
/// belong; the least of them is drawn as one fine curve. The price never falls with N: where the
/// exact one does, because integer sizes divide better or worse, a smaller model costs as much as
/// the cheapest larger one.
struct PriceSurface {
  SurfaceTables tables;
  std::vector<ModelEntry> models;  ///< the real ones, at the nodes of the tables
  PriceCurve log_usd;              ///< ln USD per million output tokens, all-in, over ln N
  double usd_per_device_s_per_token = 0;
  double output_share = 1;  ///< n / (p + n): from all-in to all tokens alike
  double smallest_params = 0;
  double largest_params = 0;
  /// Largest and median relative error at real models halfway between those of the tables, up to
  /// 0.9 of the largest that fits. Nearer to it a per cent of the weights decides how many requests
  /// are left, and the largest error there stands apart.
  double interpolation_error = 0;
  double median_interpolation_error = 0;
  double tight_error = 0;
  double largest_lowering = 0;   ///< relative: what the price gave up to rise with N
  double price_uncertainty = 0;  ///< relative half-width of the 90 % interval, middle of the range

  /// USD per million output tokens all-in; infinite above largest_params; below smallest_params as
  /// there. No heap, some 40 ns.
  double usd(double params) const;
  /// The same price with its deployment; none above largest_params.
  std::optional<ServingPrice> at(double params) const;
  double activeParams(double params) const;
  double totalParams(double params) const;
};

/// Share of the largest model above which the price is ruled by the last free bytes.
inline constexpr double kTightShare = 0.9;

/// Exact cost of the cheapest serving of one real model: every division of the devices, the
/// concurrency real-valued. None when nothing fits or keeps the limits.
struct ExactPrice {
  double usd_per_million_output_tokens_all_in = 0;
  Parallelism parallelism;
  BestConcurrency best;
};
Result<std::optional<ExactPrice>> exactPrice(const PriceSurfaceRequest& request,
                                             const ModelEntry& entry);

/// Errors: those of realise and formatsOf; usage of a range, a count or a price that makes no
/// sense; infeasible when not even the smallest model fits or keeps the limits, with the figures.
Result<PriceSurface> priceSurface(const PriceSurfaceRequest& request);

/// Draws the curve of tables that are filled; none when the smallest model has no price.
std::optional<PriceSurface> drawSurface(SurfaceTables tables, double usd_per_device_s_per_token,
                                        int threads);

/// A real model with its exact price.
struct PricedModel {
  double params = 0;
  double usd = 0;
};
/// Sets the interpolation errors of the surface. Models that have no price are left out.
void measureInterpolation(PriceSurface& surface, const std::vector<PricedModel>& models);

}  // namespace moe
