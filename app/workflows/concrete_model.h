#pragma once

#include <string>

#include "costmodel/planner/lifetime.h"
#include "costmodel/planner/price_surface.h"
#include "costmodel/planner/priced_designs.h"
#include "costmodel/planner/realise.h"
#include "data/error.h"

namespace moe {

/// The recommended model with integer sizes, trained and served by the exact cost model.
struct ConcreteModel {
  Realised model;
  double train_tokens = 0;  ///< that reach the loss asked for at its N; of a budget: the plan's
  double loss = 0;
  TrainingChoice training;
  ExactPrice serving;
  double serve_usd = 0;  ///< of the lifetime tokens
  double total_usd = 0;
  double usd_per_million_tokens = 0;  ///< of prompt and output together
  double output_tokens_per_s = 0;     ///< of a replica
  std::string toml;                   ///< as `moeplan cost --model FILE.toml` reads it
};

/// `fixed`: the model, where the design is one of a concrete model; null: the size is made one.
/// Errors: those of realise, exactPrice and cheapestTraining; kInfeasible when the real model does
/// not fit or keep the limits.
Result<ConcreteModel> concreteModel(const LifetimeRequest& request, const DesignRequest& design,
                                    const LifetimeModel& planned, const ModelEntry* fixed);

}  // namespace moe
