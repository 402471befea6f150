#pragma once

#include <optional>
#include <vector>

#include "costmodel/engine/sweep.h"
#include "costmodel/planner/best_concurrency.h"
#include "costmodel/planner/realise.h"

namespace moe {

/// One way of dividing all models of a family, at the nodes of a surface. Rows that were not
/// computed are NaN: the division is far from the cheapest there.
struct DivisionTable {
  Parallelism parallelism;
  std::vector<double> log_weight_bytes;   ///< of one device, by node
  std::vector<double> log_request_bytes;  ///< of the cache of a running request on a device
  std::vector<double> log_token_s;        ///< by node, then concurrency, as if the cache held it
  std::vector<double> log_tpot_s;
  std::vector<double> log_ttft_s;
  std::vector<double> log_correction;  ///< by node: exact over interpolated price
};

/// The exact cost model at real models of rising N.
struct SurfaceTables {
  std::vector<double> log_params;  ///< ln N of the nodes
  std::vector<RealisedParams> sizes;
  std::vector<double> concurrencies;
  std::vector<DivisionTable> divisions;
  Bytes device_memory;
  MemoryRules rules;
  double concurrency_limit = 0;
  ServingLimits limits;
};

/// A serving read off the tables.
struct TableChoice {
  std::size_t division = 0;
  double kv_requests = 0;
  BestConcurrency best;
  double log_device_s_per_token = 0;  ///< ln of what the price is proportional to
};

/// The cheapest concurrency of one division at ln N between nodes `cell` and `cell + 1`. Times are
/// interpolated in ln N (their logs) and in concurrency, the memory in ln N.
std::optional<TableChoice> divisionChoice(const SurfaceTables& tables, std::size_t division,
                                          std::size_t cell, double log_params);

/// The cheapest of all divisions. None when none fits and keeps the limits.
std::optional<TableChoice> cheapestChoice(const SurfaceTables& tables, std::size_t cell,
                                          double log_params);

/// Times of a division at some concurrency, within the cache or not.
ConcurrencyTimes timesAt(const SurfaceTables& tables, std::size_t division, std::size_t cell,
                         double log_params, double concurrency);

/// The node at or below ln N, at most the last but one.
std::size_t cellOf(const SurfaceTables& tables, double log_params);

}  // namespace moe
