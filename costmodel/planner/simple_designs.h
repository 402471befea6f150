#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "costmodel/accelerator.h"
#include "costmodel/planner/priced_design.h"
#include "costmodel/planner/training_budget.h"
#include "costmodel/serving.h"
#include "costmodel/shape_rule.h"
#include "data/error.h"

namespace moe {

/// A machine and traffic under the plain roofline of costmodel/serving.h, and training at a
/// constant MFU: the settings of published plans.
struct RooflineSetting {
  ShapeRule shape_rule;
  Accelerator accelerator;
  UsdPerSecond price;  ///< of one serving device
  int max_devices = 8;
  Workload workload;
  ServingSettings settings;
  TrainingMachine training;
  int training_devices = 0;         ///< of the cluster, for the wall time; 0: no cluster named
  double flop_per_param_token = 6;  ///< C = this * f N D, f the shape rule's for E > 1
};

/// The design with so many experts, named "E 8". Its prices are exact, so that `serving_usd` costs
/// a few microseconds.
PricedDesign rooflineDesign(const RooflineSetting& setting, double experts);

/// What a FLOP costs, training and serving [Sardana2024]:
///
///     training  6 N D p_t / m_t        serving  2 N (D_in / m_in + D_out / m_out) p_s
struct FlopPrices {
  std::string name;
  std::string description;
  double training_usd_per_flop = 1;  ///< p_t, at full use
  double serving_usd_per_flop = 1;   ///< p_s
  double training_mfu = 1;
  double prompt_mfu = 1;
  double output_mfu = 1;
  double prompt_per_output = 0;  ///< D_in / D_out
};

/// A dense design priced by FLOP alone: no memory, no limit on N.
PricedDesign flopDesign(const FlopPrices& prices);

/// The settings of [Sardana2024]:
///
///     sardana2024-flop  FLOP instead of USD; lifetime tokens are prompt and output together
///     sardana2024-usd   training on A100-80GB at 1.50 USD/h and MFU 0.5; serving in int8 on
///                       A100-40GB at 1.00 USD/h, MFU 0.5 for prompts and 0.01 for output, 70
///                       prompt and 215 output tokens a request. The paper prints 1.10 USD/h, with
///                       which its own results do not come out; with 1.00 they do
///
/// An unknown name is a usage error that lists them.
Result<FlopPrices> flopPricesPreset(std::string_view name);
std::vector<std::string> flopPricesNames();

}  // namespace moe
