#include "app/workflows/fit_law.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <set>

#include "app/workflows/fit_parts.h"
#include "app/workflows/fit_warnings.h"
#include "fitting/trust/bootstrap.h"

namespace moe {

namespace {

void warnAboutReduction(const FittedPoints& points, const FitAnswer& answer, LawFit& fit) {
  const std::size_t left_out = answer.points.table.runs.size() - points.rows.size();
  if (left_out == 0) return;
  fit.warnings.push_back(
      {"reduced", fmt::format("{} of {} points have E > 1 and are left out: {} has no experts",
                              left_out, answer.points.table.runs.size(), fit.fit.family->name)});
}

/// A profile that ends below the fit has found what the search missed.
void warnAboutLowerProfiles(LawFit& fit) {
  for (const Profile& profile : fit.study.profiles) {
    if (!profile.found_lower) continue;
    fit.warnings.push_back(
        {"not_global", fmt::format("the profile of {} ends below the fit, which is not the global "
                                   "optimum: --confirm searches again",
                                   profile.parameter)});
    return;
  }
}

std::string windowText(const CurveRule& rule) {
  return fmt::format("{:.3g} to {:.3g} of each schedule", rule.low, rule.high);
}

/// Refits on the earlier and the later window; one that cannot be fitted is named in a warning.
void fitWindows(const LawFamily& family, const RunTable& all, const FitPlan& plan,
                std::stop_token stop, LawFit& result) {
  if (plan.points.curve.choice != PointChoice::kWindow) return;
  for (const auto& [label, rule] : {std::pair{"earlier", earlierWindow(plan.points.curve)},
                                    std::pair{"later", laterWindow(plan.points.curve)}}) {
    const CurveSelection selection = selectPoints(all, rule);
    const auto fit =
        fitLaw(family, FitData::of(selection.table.runs, selection.run_of_row), plan.fit, stop);
    if (fit) {
      result.windows.push_back({label, rule, selection.points, fit->values, fit->objective});
    } else {
      result.warnings.push_back(
          {"window_missing", fmt::format("no fit on the {} window ({}): {}", label,
                                         windowText(rule), describe(fit.error()))});
    }
  }
}

Result<std::optional<HoldOutResult>> heldOutError(const LawFamily& family,
                                                  const FittedPoints& points, const FitPlan& plan,
                                                  std::stop_token stop) {
  if (!plan.hold_out.any()) return std::nullopt;
  const auto held = heldOut(plan.hold_out, points.table, points.run_of_row);
  if (!held) return tl::unexpected(held.error());
  auto result = holdOut(family, points.table.runs, points.run_of_row, *held, plan.fit, stop);
  if (!result) return tl::unexpected(result.error());
  return std::move(*result);
}

/// Fills the error on the runs held out, or says that there was no time for it.
Result<void> tryHoldOut(const LawFamily& family, const FittedPoints& points, const FitPlan& plan,
                        std::stop_token stop, LawFit& fit) {
  auto hold_out = heldOutError(family, points, plan, stop);
  if (hold_out) {
    fit.hold_out = std::move(*hold_out);
    return {};
  }
  if (hold_out.error().kind != ErrorKind::kCancelled) return tl::unexpected(hold_out.error());
  fit.warnings.push_back({"hold_out_missing", "stopped before the held-out runs were tried"});
  return {};
}

FittedRange fittedRange(const FittedPoints& points, const DataSummary& data) {
  FittedRange range;
  range.params = data.params;
  range.train_tokens = data.train_tokens;
  range.experts = data.experts;
  Range ratio{std::numeric_limits<double>::infinity(), 0};
  for (const TrainingRun& run : points.table.runs) {
    ratio.low = std::min(ratio.low, run.train_tokens / run.params);
    ratio.high = std::max(ratio.high, run.train_tokens / run.params);
  }
  range.tokens_per_param = ratio;
  return range;
}

/// At most so many draws are kept with a law: enough for any percentile.
constexpr std::size_t kMostSavedDraws = 10000;

std::vector<std::vector<double>> savedDraws(const std::vector<std::vector<double>>& posterior) {
  if (posterior.size() <= kMostSavedDraws) return posterior;
  std::vector<std::vector<double>> draws;
  for (std::size_t i = 0; i < kMostSavedDraws; ++i) {
    draws.push_back(posterior[i * posterior.size() / kMostSavedDraws]);
  }
  return draws;
}

void setFlopRule(const DataSummary& data, Law& law) {
  if (law.family->flop_rule == nullptr) return;
  const FlopRule rule = law.family->flop_rule(data.experts.high);
  law.flop_per_param_token = rule.per_param;
  law.router_flop = rule.router;
}

/// The law as everything downstream uses it, without its warnings.
Law lawOf(const LawFit& fit, const FittedPoints& points, const FitAnswer& answer) {
  Law law;
  law.family = fit.fit.family;
  law.values = fit.fit.values;
  law.name = fmt::format("{} fitted to {}", law.family->name, answer.question.points.files.front());
  law.source = fmt::format("{} ({}), fitted to {} points of {} runs", law.family->name,
                           law.family->source, fit.fit.points, fit.fit.runs);
  const ParameterKind stated = answer.points.table.parameter_kind;
  law.parameter_kind = stated == ParameterKind::kUnstated ? law.family->parameter_kind : stated;
  setFlopRule(fit.data, law);
  law.range = fittedRange(points, fit.data);
  law.posterior = savedDraws(fit.fit.posterior);
  law.residual_rms = fit.fit.runScatter();
  for (const WindowFit& window : fit.windows) {
    law.variants.push_back(
        {fmt::format("{} window, {}", window.label, windowText(window.rule)), window.values});
  }
  for (const ParameterFit& parameter : fit.fit.parameters) {
    if (!parameter.identified && !parameter.fixed) law.unidentified.push_back(parameter.name);
  }
  return law;
}

void addWarnings(const FitAnswer& answer, LawFit& fit) {
  std::vector<Warning>& warnings = fit.law.warnings;
  warnings = answer.points.warnings;
  warnings.insert(warnings.end(), fit.warnings.begin(), fit.warnings.end());
  if (fit.law.unidentified.empty()) return;
  warnings.push_back({"not_identified", fmt::format("the runs do not determine {}",
                                                    fmt::join(fit.law.unidentified, ", "))});
}

/// The optimum at ten times the largest run's compute, or three times the largest N and D of a law
/// without one.
LawPoint chosenTarget(const LawFit& fit) {
  LawPoint target;
  target.experts = fit.data.experts.high;
  if (!fit.study.allocations.empty()) {
    const ComputeOptimum& best = fit.study.allocations.back().allocation.rows[1].optimum;
    target.params = best.params;
    target.train_tokens = best.train_tokens;
    return target;
  }
  target.params = 3 * fit.data.params.high;
  target.train_tokens = 3 * fit.data.train_tokens.high;
  return target;
}

Result<Suggestion> suggestionFor(const FitQuestion& question, const FitPlan& plan,
                                 const FitData& data, const LawFit& fit, std::stop_token stop) {
  Suggestion suggestion;
  suggestion.target_chosen = !plan.target;
  suggestion.target = plan.target.value_or(chosenTarget(fit));
  if (!fit.law.family->dependsOnExperts()) suggestion.target.experts = fit.data.experts.high;
  suggestion.budget_chosen = !question.suggest_budget_flop;
  double spent = 0;
  for (const TrainingRun& run : data.points) {
    spent += fit.law.flopPerParamToken(pointOf(run)) * run.params * run.train_tokens;
  }
  suggestion.budget = Flop(question.suggest_budget_flop.value_or(spent));
  auto design = suggestRuns(data, plan.fit, fit.fit, fit.law,
                            {.target = suggestion.target,
                             .runs = question.suggest_runs,
                             .budget = suggestion.budget,
                             .seed = question.seed},
                            stop);
  if (!design) return tl::unexpected(design.error());
  suggestion.design = std::move(*design);
  return suggestion;
}

}  // namespace

DataSummary summaryOf(const RunTable& table, std::span<const std::size_t> run_of_row) {
  DataSummary data;
  data.points = table.runs.size();
  data.runs = std::set<std::size_t>(run_of_row.begin(), run_of_row.end()).size();
  const auto range = [&](double TrainingRun::*variable) {
    Range covered{table.runs[0].*variable, table.runs[0].*variable};
    for (const TrainingRun& run : table.runs) {
      covered.low = std::min(covered.low, run.*variable);
      covered.high = std::max(covered.high, run.*variable);
    }
    return covered;
  };
  data.params = range(&TrainingRun::params);
  data.train_tokens = range(&TrainingRun::train_tokens);
  data.experts = range(&TrainingRun::experts);
  for (const TrainingRun& run : table.runs) {
    data.largest_compute = std::max(data.largest_compute, run.params * run.train_tokens);
  }
  return data;
}

Result<LawFit> fitOneLaw(const LawFamily& family, const FitPlan& plan, const FitAnswer& answer,
                         const std::optional<Comparison>& rivals, const FitParts* given,
                         std::stop_token stop, const ProgressSink& progress) {
  const FitQuestion& question = answer.question;
  const ProgressSink stage = stageOf(family, progress);
  auto fitted = fittedLaw(family, plan, answer, stop, stage);
  if (!fitted) return tl::unexpected(fitted.error());
  const FittedPoints& points = fitted->points;
  const FitData& data = fitted->data;
  const StudyRequest study{&data, plan.fit, plan.study, question.seed};
  if (given) {
    if (auto same = checkParts(*given, *fitted, plan, question); !same) {
      return tl::unexpected(same.error());
    }
  }
  const FitParts own = given ? FitParts{} : partsOfLaw(*fitted, plan, question, {}, stop, stage);
  const FitParts& parts = given ? *given : own;
  LawFit result;
  result.fit = std::move(fitted->fit);
  result.data = summaryOf(points.table, points.run_of_row);
  result.data.rows = points.rows;
  result.warnings = warningsOfFit(family, points.table, result.fit);
  warnAboutReduction(points, answer, result);
  if (question.bootstrap > 0) describeResamples(data, parts.refits, result.fit);
  if (!question.bootstrap_by.empty() && !result.fit.interval_method.empty()) {
    result.fit.interval_method +=
        fmt::format(", grouped by {} ({} groups)", question.bootstrap_by, data.groups);
  }
  fitWindows(family, answer.points.all, plan, stop, result);
  if (auto tried = tryHoldOut(family, points, plan, stop, result); !tried) {
    return tl::unexpected(tried.error());
  }
  result.study.profiles = profileFit(study, parts.sides, result.fit);
  warnAboutLowerProfiles(result);
  result.law = lawOf(result, points, answer);
  studyFit(study, result.fit, result.law, stop, stage, result.study);
  if (!question.residuals.empty() && !result.study.residuals) {
    result.study.residuals = studyResiduals(data, result.fit);
  }
  if (rivals) result.rival = rivalOf(family, *rivals);
  if (question.suggest_runs > 0) {
    auto suggestion = suggestionFor(question, plan, data, result, stop);
    if (!suggestion) return tl::unexpected(suggestion.error());
    result.suggestion = std::move(*suggestion);
  }
  addWarnings(answer, result);
  return result;
}

}  // namespace moe
