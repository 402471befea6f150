#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "app/workflows/lifetime_workflow.h"
#include "costmodel/planner/pareto.h"
#include "data/progress.h"

namespace moe {

/// A front of loss against price with everything that it rests on.
struct FrontAnswer {
  LifetimeQuestion question;
  ParetoRequest request;
  std::vector<ParetoPoint> points;  ///< from the cheapest to the best
  bool over_lifetime = false;       ///< D free, price of the whole life
  std::vector<LeftOutDesign> left_out;
  std::vector<std::string> sources;
  std::vector<Warning> warnings;
  Seconds timing;
};

/// Loss against serving price at a training budget; or, where `total_usd` has two sums, loss
/// against what a whole life costs. Errors as planDesigns, servingFront and lifetimeFront.
Result<FrontAnswer> answerFront(const LifetimeQuestion& question, std::stop_token stop = {},
                                const ProgressSink& progress = {});

/// The same from inputs of a question with the same key: equal numbers, without the pricing.
Result<FrontAnswer> answerFront(const LifetimeQuestion& question, const LifetimeInputs& inputs,
                                std::stop_token stop = {});

}  // namespace moe
