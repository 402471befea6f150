#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "app/workflows/advice_wanted.h"
#include "app/workflows/concrete_model.h"
#include "app/workflows/plan_designs.h"
#include "costmodel/advice/advice.h"
#include "costmodel/advice/instruction_tuning.h"
#include "costmodel/planner/curves.h"
#include "costmodel/planner/lifetime.h"
#include "costmodel/planner/sensitivity.h"
#include "data/progress.h"

namespace moe {

/// Trade-offs around the model of a plan, for plots.
struct LifetimeCurves {
  std::optional<Curve> over_training;  ///< every (N, D) with its loss
  std::optional<Curve> same_training;  ///< every (N, D) whose training costs as much
  std::optional<Curve> same_total;     ///< every (N, D) whose whole life costs as much
};

/// A lifetime plan with everything that it rests on.
struct LifetimeAnswer {
  LifetimeQuestion question;
  LifetimeRequest request;
  LifetimeOutcome outcome;
  std::vector<Basis> price_basis;  ///< of each design's serving price
  std::vector<LeftOutDesign> left_out;
  /// The row that is explained: the recommended one, else the best of those that lie too far
  /// outside the runs to be recommended; none when nothing is feasible.
  std::optional<std::size_t> shown;
  std::optional<ConcreteModel> model;  ///< of that row; none where prices are a formula
  LifetimeCurves curves;
  std::optional<Sensitivity> sensitivity;
  std::optional<InstructionTuning> instruction_tuning;  ///< of that row
  std::vector<Advice> advice;                           ///< of published designs
  std::vector<std::string> sources;
  std::vector<Warning> warnings;
  Seconds timing;
};

/// Law, limits and designs of a question, ready for the planner. Errors: kUsage for a question
/// that makes no sense or lacks something, kInput, kUnanswered, kInfeasible, kCancelled as
/// chosenLaw and planDesigns.
struct LifetimeInputs {
  LifetimeRequest request;
  PlanDesigns designs;
};
Result<LifetimeInputs> lifetimeInputs(const LifetimeQuestion& question, std::stop_token stop = {},
                                      const ProgressSink& progress = {});

/// Plans, makes the recommended model concrete and writes its file where one was asked for. Errors
/// as lifetimeInputs and planLifetime; designs without an answer are rows with a reason.
Result<LifetimeAnswer> answerLifetime(const LifetimeQuestion& question, std::stop_token stop = {},
                                      const ProgressSink& progress = {});

/// The same from inputs of a question with the same key: equal numbers, without the pricing.
Result<LifetimeAnswer> answerLifetime(const LifetimeQuestion& question,
                                      const LifetimeInputs& inputs, std::stop_token stop = {},
                                      const ProgressSink& progress = {},
                                      AdviceWanted advice = AdviceWanted::kYes);

/// The same from draws that were solved before.
Result<LifetimeAnswer> answerLifetime(const LifetimeQuestion& question,
                                      const LifetimeInputs& inputs, const LifetimeDraws& draws,
                                      std::stop_token stop = {}, const ProgressSink& progress = {});

/// The request that these inputs and this question make. Errors: kUsage.
Result<LifetimeRequest> lifetimeRequest(const LifetimeQuestion& question,
                                        const LifetimeInputs& inputs);

/// What each assumption of an answer moves, whether its question asked for that or not. Errors:
/// kUsage where prices are a formula or the answer is infeasible; as sensitivityOf.
Result<Sensitivity> sensitivityOfAnswer(const LifetimeAnswer& answer, const LifetimeInputs& inputs,
                                        std::stop_token stop = {},
                                        const ProgressSink& progress = {});

}  // namespace moe
