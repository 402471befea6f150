#pragma once

#include <optional>
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

/// The front over a share of the designs, before it is joined with the others.
struct FrontPiece {
  std::vector<PricedDesign> designs;  ///< of a piece from elsewhere: label and model alone
  /// From the cheapest to the best; of a front over lifetime USD one for each sum, or none.
  std::vector<std::optional<ParetoPoint>> points;
  std::vector<LeftOutDesign> left_out;
};

/// The piece of a share of the question's designs. Errors: as answerFront.
Result<FrontPiece> frontPiece(const LifetimeQuestion& question, const Share& share,
                              std::stop_token stop = {}, const ProgressSink& progress = {});

/// The answer from the pieces of all shares, in their order: equal to that of answerFront without
/// them, bit for bit, and without the pricing. Errors: as answerFront; kInput for a piece that is
/// of another question.
Result<FrontAnswer> answerFront(const LifetimeQuestion& question,
                                const std::vector<FrontPiece>& pieces);

/// The same from inputs of a question with the same key: equal numbers, without the pricing.
Result<FrontAnswer> answerFront(const LifetimeQuestion& question, const LifetimeInputs& inputs,
                                std::stop_token stop = {});

}  // namespace moe
