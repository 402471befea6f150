#pragma once

#include <Eigen/Core>
#include <stop_token>
#include <vector>

#include "app/workflows/fit_question.h"
#include "app/workflows/fit_workflow.h"
#include "data/index_range.h"
#include "fitting/trust/profile_likelihood.h"

namespace moe {

/// What takes long in the fit of one law: refits of resampled runs and sides of profile
/// likelihoods. Each item depends on the fit and on its index alone, so that shares of them can be
/// made anywhere and in any order.
struct FitParts {
  Eigen::VectorXd fitted;       ///< coordinates of the fit that the items start from
  std::size_t refit_count = 0;  ///< of the whole
  std::size_t side_count = 0;
  std::vector<Eigen::VectorXd> refits;  ///< of the share, by index
  std::vector<ProfileSide> sides;
};

/// A share of the parts of every law of a question, in the order of its laws. Errors: as answerFit;
/// kCancelled when stopped.
Result<std::vector<FitParts>> shareOfFit(const FitQuestion& question, const Share& share,
                                         std::stop_token stop = {},
                                         const ProgressSink& progress = {});

/// The answer from all parts of every law: equal to that of answerFit without them, bit for bit.
/// Errors: as answerFit; kInput when the parts start from another fit or are not all.
Result<FitAnswer> answerFit(const FitQuestion& question, const std::vector<FitParts>& parts,
                            std::stop_token stop = {}, const ProgressSink& progress = {});

/// The points that one law is fitted to.
struct FittedPoints {
  RunTable table;
  std::vector<std::size_t> run_of_row;
  std::vector<std::size_t> rows;  ///< of the answer's table
};

/// A law fitted to its points, before anything else is said about it.
struct FittedLaw {
  FittedPoints points;
  FitData data;
  FitResult fit;
};

/// Progress that names the law.
ProgressSink stageOf(const LawFamily& family, const ProgressSink& progress);

/// Errors: as fitLaw; kInput for a column to resample by that is not there.
Result<FittedLaw> fittedLaw(const LawFamily& family, const FitPlan& plan, const FitAnswer& answer,
                            std::stop_token stop, const ProgressSink& progress);

/// A share of the parts of one law; unfinished when stopped, then without sides.
FitParts partsOfLaw(const FittedLaw& fitted, const FitPlan& plan, const FitQuestion& question,
                    const Share& share, std::stop_token stop, const ProgressSink& progress);

/// Errors: kInput when parts do not start from this fit.
Result<void> checkParts(const FitParts& parts, const FittedLaw& fitted, const FitPlan& plan,
                        const FitQuestion& question);

}  // namespace moe
