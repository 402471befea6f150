#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <variant>

#include "app/report/plot_spec.h"
#include "app/workflows/front_workflow.h"
#include "app/workflows/lifetime_workflow.h"
#include "app/workflows/plan_workflow.h"
#include "app/workflows/project/project.h"

namespace moe {

/// Law and prices of the question that was asked last, so that moving a budget looks nothing up.
/// Forget it when a file that it came from changes.
struct PlanKnowledge {
  std::optional<PlanQuestion> plan_key;
  std::optional<LifetimeQuestion> lifetime_key;
  std::shared_ptr<const PlanInputs> plan;
  std::shared_ptr<const LifetimeInputs> lifetime;
};

/// What one answer shows, made beside the window: the fast part, which follows a slider.
struct PlanPicture {
  ProjectPlan asked;
  PlanKnowledge known;
  std::variant<PlanAnswer, LifetimeAnswer, FrontAnswer> answer;
  report::PlotSpec curves;  ///< loss against price, the bill of a lifetime, or the front
  bool quick = false;       ///< without the intervals of the configurations
  bool sketch = false;      ///< priced by a roofline until the exact prices are there
};

/// How much of an answer is made. Quick: best values, and curves with their bands; what takes a
/// solution per draw (intervals of configurations, shares of draws) and advice on the design are
/// left to the full one.
/// Sketch: likewise, with roofline prices where exact ones would have to be made first, which takes
/// seconds.
enum class PlanPace { kFull, kQuick, kSketch };

/// Whether exact prices have to be made for this question, and a sketch can stand for them.
bool canSketch(const ProjectPlan& asked, const PlanKnowledge& known);

/// Answers a plan of any mode, from `known` where it is of the same machine, traffic and law. The
/// law's file stands in the question. What only the tornado needs is left to planTornado. Errors as
/// answerPlan, answerLifetime and answerFront.
Result<std::shared_ptr<const PlanPicture>> planPicture(const ProjectPlan& asked,
                                                       const PlanKnowledge& known,
                                                       PlanPace pace = PlanPace::kFull,
                                                       std::stop_token stop = {},
                                                       const ProgressSink& progress = {});

/// What is drawn when the slider rests; none where the mode has no such plot.
struct PlanDetails {
  std::optional<report::PlotSpec> map;
  std::optional<report::PlotSpec> over_training;
};
PlanDetails planDetails(const PlanPicture& picture);

/// What the answer of a lifetime plan depends on. Where that cannot be said, the plot says why.
report::PlotSpec planTornado(const PlanPicture& picture, std::stop_token stop = {},
                             const ProgressSink& progress = {});

}  // namespace moe
