#include "fitting/trust/comparison.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numbers>
#include <tuple>

#include "fitting/trust/distributions.h"
#include "fitting/trust/standard_errors.h"

namespace moe {

namespace {

constexpr double kDecisive = 10;  // of BIC: odds beyond 100 to 1

/// Everything about the data that a family is tried on.
struct Trial {
  std::span<const TrainingRun> runs;
  std::span<const std::size_t> group;
  const ComparisonOptions& options;
  std::stop_token stop;
};

void fillCriteria(FamilyScore& score) {
  const FitResult& fit = *score.fit;
  const double runs = static_cast<double>(fit.runs);
  score.free_parameters = freeCoordinates(fit).size();
  const bool laplace = fit.objective_kind.kind == ObjectiveKind::kHuber;
  constexpr double kLeastSpread = 1e-12;  // runs without noise: a likelihood of rounding errors
  const double mean = std::max(fit.mean_abs_log_residual, kLeastSpread);
  const double rms = std::max(fit.rms_log_residual, kLeastSpread);
  score.log_likelihood = laplace ? -runs * (1 + std::log(2 * mean))
                                 : -0.5 * runs * (1 + std::log(2 * std::numbers::pi * rms * rms));
  const double counted = static_cast<double>(score.free_parameters) + 1;
  score.aic = 2 * counted - 2 * score.log_likelihood;
  score.bic = counted * std::log(runs) - 2 * score.log_likelihood;
}

/// Keeps a result, or the reason why there is none; false when stopped.
bool keep(Result<HoldOutResult> found, std::optional<HoldOutResult>& result, std::string& reason) {
  if (found) {
    result = std::move(*found);
  } else {
    reason = describe(found.error());
    return found.error().kind != ErrorKind::kCancelled;
  }
  return true;
}

/// False when stopped.
bool tryFamily(const Trial& trial, FamilyScore& score) {
  const LawFamily& family = *score.family;
  const ComparisonOptions& options = trial.options;
  auto fit = fitLaw(family, FitData::of(trial.runs, trial.group), options.fit, trial.stop);
  if (!fit) {
    score.unsuitable = fit.error().message;
    return fit.error().kind != ErrorKind::kCancelled;
  }
  score.fit = std::move(*fit);
  fillCriteria(score);
  if (!options.held.empty() &&
      !keep(holdOut(family, trial.runs, trial.group, options.held, options.fit, trial.stop),
            score.hold_out, score.no_hold_out)) {
    return false;
  }
  if (options.folds < 2) return true;
  return keep(crossValidate(family, trial.runs, trial.group, options.folds, options.seed,
                            options.fit, trial.stop),
              score.cross_validation, score.no_cross_validation);
}

/// Of the held-out runs where there are any: errors of other runs are no match for them.
double unseenError(const FamilyScore& score, bool holds_out) {
  const std::optional<HoldOutResult>& result = holds_out ? score.hold_out : score.cross_validation;
  return result ? result->mean_abs_log_error : std::numeric_limits<double>::infinity();
}

/// The same function fitted to the same runs ends at the same objective and the same errors.
bool sameFunction(const FamilyScore& a, const FamilyScore& b) {
  const auto close = [](double x, double y, double relative) {
    return std::abs(x - y) <= relative * std::abs(x);
  };
  if (a.fit->exact() && b.fit->exact()) return a.free_parameters == b.free_parameters;
  return a.free_parameters == b.free_parameters &&
         close(a.fit->objective, b.fit->objective, 1e-7) &&
         (!a.hold_out || !b.hold_out ||
          close(a.hold_out->mean_abs_log_error, b.hold_out->mean_abs_log_error, 1e-4));
}

void markSame(std::vector<FamilyScore>& scores) {
  for (std::size_t i = 0; i < scores.size(); ++i) {
    for (std::size_t k = 0; k < i && scores[i].same_as == nullptr; ++k) {
      const bool known = scores[i].fit && scores[k].fit && scores[k].same_as == nullptr;
      if (known && sameFunction(scores[k], scores[i])) scores[i].same_as = scores[k].family;
    }
  }
}

/// By the error on unseen runs; a family that repeats another one stands right behind it.
void rank(std::vector<FamilyScore>& scores) {
  const bool holds_out = std::any_of(scores.begin(), scores.end(), [](const FamilyScore& score) {
    return score.hold_out.has_value();
  });
  std::map<const LawFamily*, double> error;
  for (const FamilyScore& score : scores) {
    const double own = unseenError(score, holds_out);
    error[score.family] = std::isnan(own) ? std::numeric_limits<double>::infinity() : own;
  }
  const auto key = [&](const FamilyScore& score) {
    const LawFamily* family = score.same_as == nullptr ? score.family : score.same_as;
    return std::tuple(!score.fit.has_value(), error[family], family->name,
                      score.same_as != nullptr);
  };
  std::stable_sort(scores.begin(), scores.end(),
                   [&](const FamilyScore& a, const FamilyScore& b) { return key(a) < key(b); });
}

/// Something is known of its errors on runs that it did not see.
bool judged(const FamilyScore& score) { return score.hold_out || score.cross_validation; }

void judge(Comparison& comparison) {
  std::vector<FamilyScore>& scores = comparison.scores;
  for (FamilyScore& score : scores) {
    if (!score.fit) continue;
    const FamilyScore& leader = scores.front();
    if (&score == &leader) {
      score.standing = Standing::kLeader;
    } else {
      score.hold_out_excess = errorExcess(score.hold_out, leader.hold_out);
      score.cross_validation_excess = errorExcess(score.cross_validation, leader.cross_validation);
      score.standing = clearlyBeaten(score, leader) ? Standing::kBeaten : Standing::kCannotTell;
    }
    if (score.standing == Standing::kBeaten || score.same_as != nullptr) continue;
    if (!judged(score) && judged(leader)) continue;
    const auto place = static_cast<std::size_t>(&score - scores.data());
    std::optional<std::size_t>& best = comparison.recommended;
    if (!best || score.bic < scores[*best].bic) best = place;
  }
}

}  // namespace

std::optional<ErrorExcess> errorExcess(const std::optional<HoldOutResult>& own,
                                       const std::optional<HoldOutResult>& other) {
  if (!own || !other) return std::nullopt;
  require(own->unseen.size() == other->unseen.size(), "errors of the same unseen runs");
  const double count = static_cast<double>(own->unseen.size());
  double sum = 0;
  double squares = 0;
  for (std::size_t i = 0; i < own->unseen.size(); ++i) {
    const double difference =
        own->unseen[i].mean_abs_log_error - other->unseen[i].mean_abs_log_error;
    sum += difference;
    squares += difference * difference;
  }
  ErrorExcess result;
  result.mean = sum / count;
  double half_width = std::numeric_limits<double>::infinity();
  if (count > 1) {
    const double variance = std::max(0.0, squares - sum * result.mean) / (count - 1);
    half_width = studentQuantile(0.975, count - 1) * std::sqrt(variance / count);
  }
  result.ci95 = {result.mean - half_width, result.mean + half_width};
  return result;
}

bool clearlyBeaten(const FamilyScore& score, const FamilyScore& by) {
  int against = 0;
  bool in_favour = false;
  for (const std::optional<ErrorExcess>& excess :
       {errorExcess(score.hold_out, by.hold_out),
        errorExcess(score.cross_validation, by.cross_validation)}) {
    if (!excess) continue;
    against += excess->ci95.low > 0;
    in_favour = in_favour || excess->mean < 0;
  }
  const double bic_loss = score.bic - by.bic;
  against += bic_loss >= kDecisive;
  in_favour = in_favour || bic_loss <= -kDecisive;
  return against >= 2 && !in_favour;
}

Result<Comparison> compareFamilies(std::span<const LawFamily* const> families,
                                   std::span<const TrainingRun> runs,
                                   std::span<const std::size_t> group,
                                   const ComparisonOptions& options, std::stop_token stop,
                                   const ProgressSink& progress) {
  const Trial trial{runs, group, options, stop};
  Comparison comparison;
  for (std::size_t i = 0; i < families.size(); ++i) {
    FamilyScore& score = comparison.scores.emplace_back();
    score.family = families[i];
    if (progress) {
      progress(families[i]->name, static_cast<double>(i) / static_cast<double>(families.size()));
    }
    if (!tryFamily(trial, score)) return fail(ErrorKind::kCancelled, "", "stopped");
  }
  markSame(comparison.scores);
  rank(comparison.scores);
  judge(comparison);
  return comparison;
}

}  // namespace moe
