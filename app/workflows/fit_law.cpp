#include "app/workflows/fit_law.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <set>

#include "app/workflows/fit_warnings.h"
#include "data/nearest_name.h"
#include "fitting/trust/bootstrap.h"

namespace moe {

namespace {

/// The points that one law is fitted to.
struct FittedPoints {
  RunTable table;
  std::vector<std::size_t> run_of_row;
  std::vector<std::size_t> rows;  // of the answer's table
};

/// All of the answer's points; of a law without experts, when reduced, those with E = 1.
Result<FittedPoints> pointsFor(const LawFamily& family, const FitPlan& plan,
                               const FitAnswer& answer) {
  FittedPoints points{answer.points.table, answer.points.run_of_row, {}};
  points.rows.resize(points.table.runs.size());
  std::iota(points.rows.begin(), points.rows.end(), std::size_t{0});
  if (!plan.fit.reduce || family.dependsOnExperts()) return points;
  const auto dense = [&](std::size_t row) { return answer.points.table.runs[row].experts == 1; };
  const auto kept =
      static_cast<std::size_t>(std::count_if(points.rows.begin(), points.rows.end(), dense));
  const bool one_count = answer.data.experts.low == answer.data.experts.high;
  if (kept == points.rows.size() || one_count) return points;
  if (kept == 0) {
    return fail(ErrorKind::kInput, std::string(family.name),
                "--reduce keeps the runs with E = 1, and there are none; keep one expert count "
                "with --filter experts=8, or take an expert-aware law");
  }
  std::erase_if(points.rows, [&](std::size_t row) { return !dense(row); });
  points.table = answer.points.table.select(points.rows);
  points.run_of_row.clear();
  for (const std::size_t row : points.rows) {
    points.run_of_row.push_back(answer.points.run_of_row[row]);
  }
  return points;
}

/// The groups that are resampled and left out together: runs, or rows of one value of a column.
Result<std::vector<std::size_t>> groupsOf(const FittedPoints& points, const std::string& column) {
  if (column.empty()) return points.run_of_row;
  const TagColumn* tag = points.table.tag(column);
  if (tag == nullptr) {
    std::vector<std::string> names;
    for (const TagColumn& other : points.table.tags) names.push_back(other.name);
    return fail(
        ErrorKind::kInput, "--bootstrap-by",
        fmt::format("the runs have no column '{}'; {}", column,
                    names.empty() ? "they have no further columns" : didYouMean(column, names)));
  }
  std::map<std::string, std::size_t> number;
  std::vector<std::size_t> groups;
  for (const std::string& value : tag->values) {
    groups.push_back(number.emplace(value, number.size()).first->second);
  }
  return groups;
}

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
                         const std::optional<Comparison>& rivals, std::stop_token stop,
                         const ProgressSink& progress) {
  const FitQuestion& question = answer.question;
  const auto stage = [&](std::string_view what, double fraction) {
    if (progress) progress(fmt::format("{}: {}", family.name, what), fraction);
  };
  const auto points = pointsFor(family, plan, answer);
  if (!points) return tl::unexpected(points.error());
  const auto groups = groupsOf(*points, question.bootstrap_by);
  if (!groups) return tl::unexpected(groups.error());
  const FitData data = FitData::of(points->table.runs, *groups);
  auto fit = fitLaw(family, data, plan.fit, stop, stage);
  if (!fit) return tl::unexpected(fit.error());
  LawFit result;
  result.fit = std::move(*fit);
  result.data = summaryOf(points->table, points->run_of_row);
  result.data.rows = points->rows;
  result.warnings = warningsOfFit(family, points->table, result.fit);
  warnAboutReduction(*points, answer, result);
  if (question.bootstrap > 0) {
    bootstrap(data, plan.fit, {.resamples = question.bootstrap, .seed = question.seed}, result.fit,
              stop, stage);
  }
  if (!question.bootstrap_by.empty() && !result.fit.interval_method.empty()) {
    result.fit.interval_method +=
        fmt::format(", grouped by {} ({} groups)", question.bootstrap_by, data.groups);
  }
  fitWindows(family, answer.points.all, plan, stop, result);
  auto hold_out = heldOutError(family, *points, plan, stop);
  if (hold_out) {
    result.hold_out = std::move(*hold_out);
  } else if (hold_out.error().kind == ErrorKind::kCancelled) {
    result.warnings.push_back({"hold_out_missing", "stopped before the held-out runs were tried"});
  } else {
    return tl::unexpected(hold_out.error());
  }
  const StudyRequest study{&data, plan.fit, plan.study, question.seed};
  result.study.profiles = profileFit(study, result.fit, stop, stage);
  warnAboutLowerProfiles(result);
  result.law = lawOf(result, *points, answer);
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
