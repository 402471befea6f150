#pragma once

#include <functional>
#include <optional>
#include <string>

#include "costmodel/precision.h"
#include "fitting/laws/law_point.h"

namespace moe {

/// What serving a model of one size costs at its cheapest, and how.
struct ServingPrice {
  double usd_per_million_output_tokens_all_in = 0;
  double usd_per_million_tokens = 0;  ///< of prompt and output together
  double devices = 0;                 ///< of a replica
  double concurrency = 0;
  double kv_space_requests = 0;  ///< what the cache alone would hold
  double tpot_s = 0;
  double ttft_s = 0;
  std::string parallelism;  ///< "tp4"; empty where there is no choice
};

/// What training a model of one size on so many tokens takes.
struct TrainingPrice {
  double usd = 0;
  double flop = 0;
  double device_hours = 0;
  double wall_s = 0;  ///< on the cluster of the question; 0 when none was named
};

/// One way of building and serving a model that a plan chooses among: everything but its size N and
/// its training tokens D. N is what the law declares, taken as the shape rule's dense model.
struct PricedDesign {
  std::string label;  ///< "E 8", "E 8, top-2, fp8, 8 x H100"
  LawPoint model;     ///< experts, granularity and so on; N and D are not looked at
  double top_k = 1;
  Precision weights = Precision::kBf16;
  std::string hardware;

  /// Parameters that one token uses and that are in memory, of this N.
  std::function<double(double params)> active_params;
  std::function<double(double params)> total_params;

  /// The cheapest serving of this N within all limits; none when nothing fits or keeps them. The
  /// price rises with N. `largest` is the N above which there is none.
  std::function<std::optional<ServingPrice>(double params)> serving;
  double largest_params = 0;
  bool fixed = false;  ///< one concrete model: `largest_params` is its N, and no other is a size

  /// Only the price (usd_per_million_output_tokens_all_in), infinite where there is none: the inner
  /// loop. The same figure as `serving` gives.
  std::function<double(double params)> serving_usd;

  std::function<TrainingPrice(double params, double tokens)> training;

  /// Relative half-width of the price's 90 % interval, and of the error of its interpolation.
  double price_uncertainty = 0;
  double interpolation_error = 0;
};

}  // namespace moe
