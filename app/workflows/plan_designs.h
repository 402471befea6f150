#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "app/workflows/lifetime_question.h"
#include "costmodel/planner/plan.h"
#include "costmodel/planner/priced_designs.h"
#include "data/error.h"
#include "data/index_range.h"
#include "data/progress.h"

namespace moe {

inline constexpr int kUsualDevices = 8;  ///< a model is spread over at most, where nothing is said

/// A combination that no plan can choose, and why.
struct LeftOutDesign {
  std::string label;
  std::string reason;
  ErrorKind kind = ErrorKind::kInfeasible;  ///< else: no size of it could ever be served
  std::string option = {};                  ///< that is to blame then
};

/// Every combination of experts, top-k, granularity, precision and hardware that a question lists,
/// priced.
struct PlanDesigns {
  std::vector<PricedDesign> designs;
  /// What each was built from, so that one of its sizes can be made a real model; empty where
  /// prices are a formula (--cost-preset, --flop-prices).
  std::vector<DesignRequest> requests;
  std::vector<ModelEntry> models;  ///< of each design when the question lists concrete models
  std::vector<LeftOutDesign> left_out;
  std::size_t never_priced = 0;  ///< of `left_out`, the first ones: no combination at all
  std::shared_ptr<const TrainingSpeedModel> speed;  ///< what the requests' training rests on
  std::vector<std::string> sources;
  std::vector<Warning> warnings;
};

/// Errors: kUsage for a question that makes no sense or lacks something; kInput for unknown names
/// and a machine without a price; kInfeasible when no combination can be served at all, with the
/// reason of each; kCancelled.
Result<PlanDesigns> planDesigns(const LifetimeQuestion& question, std::stop_token stop = {},
                                const ProgressSink& progress = {});

/// The same for a share of the combinations of experts, top-k and granularity, or of a formula's
/// designs: perhaps no design at all.
Result<PlanDesigns> planDesigns(const LifetimeQuestion& question, const Share& share,
                                std::stop_token stop = {}, const ProgressSink& progress = {});

/// What planDesigns says of every share, without the pricing: sources, warnings, and the
/// combinations that are none.
Result<PlanDesigns> unpricedDesigns(const LifetimeQuestion& question);

/// Errors: kInfeasible (or a wrong question) when there is no design, with the reason of each.
Result<void> checkServed(const PlanDesigns& designs);

/// Serving prices alone, of one machine and precision, for plans at a training budget. None when
/// the machine has no measured kernels: then a roofline has to do.
struct ExactServing {
  std::vector<ServedExperts> served;
  Basis basis = Basis::kInterpolated;
  std::vector<LeftOutDesign> left_out;
  std::vector<std::string> sources;
};
Result<std::optional<ExactServing>> exactServing(const LifetimeQuestion& question,
                                                 std::stop_token stop = {},
                                                 const ProgressSink& progress = {});

}  // namespace moe
