#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "costmodel/planner/lifetime.h"
#include "data/progress.h"

namespace moe {

/// One assumption, moved to a low and a high end: price, traffic, MFU, prompt or output length,
/// budget, skew, law. Each end makes the whole question anew, designs included; empty: no such end.
struct SensitivityFactor {
  std::string name;        ///< "price of a device-hour"
  std::string low_label;   ///< "1.00 USD"
  std::string high_label;  ///< "3.00 USD"
  std::function<Result<LifetimeRequest>()> low;
  std::function<Result<LifetimeRequest>()> high;
};

/// What one end changes. Ratios are over the base's answer.
struct SensitivityEnd {
  std::string label;
  std::string problem;  ///< why there is no answer; empty: there is one
  std::string design;   ///< label of the one that is taken
  double params = 0;
  double loss = 0;
  double total_usd = 0;
  double params_ratio = 1;
  double total_ratio = 1;
  double loss_difference = 0;  ///< nats
  bool design_changed = false;
};

struct SensitivityRow {
  std::string name;
  std::optional<SensitivityEnd> low;
  std::optional<SensitivityEnd> high;
  /// How far the ends lie apart: in ln of total USD, or in nats where the money is fixed. An end
  /// without an answer counts as infinite.
  double swing = 0;
};

/// A tornado: the assumption that moves most first.
struct Sensitivity {
  SensitivityEnd base;
  std::vector<SensitivityRow> rows;
};

/// Plans the base and both ends of every factor, without draws. Taken is the best design, also
/// where it lies outside the law's runs: what may be recommended jumps at their ends and would hide
/// what an assumption does. Errors: those of the base's plan; kInfeasible when the base
/// has no answer; kCancelled.
Result<Sensitivity> sensitivityOf(const LifetimeRequest& base,
                                  const std::vector<SensitivityFactor>& factors,
                                  std::stop_token stop = {}, const ProgressSink& progress = {});

}  // namespace moe
