#include "app/workflows/fit_workflow.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>

#include "app/workflows/fit_question.h"
#include "app/workflows/write_file.h"
#include "fitting/trust/bootstrap.h"
#include "fitting/laws/law_file.h"

namespace moe {

namespace {

Result<RunTable> readTable(const FitQuestion& question, const FitPlan& plan) {
  const std::vector<std::filesystem::path> paths(question.files.begin(), question.files.end());
  return readRunFiles(paths, plan.read)
      .and_then([&](const RunTable& table) { return applyFilters(table, plan.filters); })
      .map([&](const RunTable& table) {
        return dropHighestLosses(table, question.drop_highest_loss);
      });
}

Range rangeOf(const RunTable& table, double TrainingRun::*variable) {
  Range range{table.runs[0].*variable, table.runs[0].*variable};
  for (const TrainingRun& run : table.runs) {
    range.low = std::min(range.low, run.*variable);
    range.high = std::max(range.high, run.*variable);
  }
  return range;
}

FittedRange fittedRange(const RunTable& table) {
  FittedRange range;
  range.params = rangeOf(table, &TrainingRun::params);
  range.train_tokens = rangeOf(table, &TrainingRun::train_tokens);
  range.experts = rangeOf(table, &TrainingRun::experts);
  Range ratio{std::numeric_limits<double>::infinity(), 0};
  for (const TrainingRun& run : table.runs) {
    ratio.low = std::min(ratio.low, run.train_tokens / run.params);
    ratio.high = std::max(ratio.high, run.train_tokens / run.params);
  }
  range.tokens_per_param = ratio;
  return range;
}

std::string windowText(const CurveRule& rule) {
  return fmt::format("{:.3g} to {:.3g} of each schedule", rule.low, rule.high);
}

/// Refits on the earlier and the later window; one that cannot be fitted is named in a warning.
void fitWindows(const LawFamily& family, const RunTable& all, const FitPlan& plan,
                std::stop_token stop, LawFit& result) {
  if (plan.curve.choice != PointChoice::kWindow) return;
  for (const auto& [label, rule] : {std::pair{"earlier", earlierWindow(plan.curve)},
                                    std::pair{"later", laterWindow(plan.curve)}}) {
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

/// Which rows of the table the question holds out.
Result<std::vector<bool>> heldOut(const RunTable& table, const CurveSelection& selection,
                                  const FitPlan& plan) {
  if (plan.hold_out_share) {
    return largestCompute(table.runs, selection.run_of_row, *plan.hold_out_share);
  }
  constexpr const char* kRowTag = "row of the fitted table";
  RunTable numbered = table;
  TagColumn& rows = numbered.tags.emplace_back(TagColumn{kRowTag, {}});
  for (std::size_t row = 0; row < table.runs.size(); ++row) {
    rows.values.push_back(std::to_string(row));
  }
  const auto kept = applyFilters(numbered, std::span(&*plan.hold_out_filter, 1));
  if (!kept) return tl::unexpected(kept.error());
  std::vector<bool> held(table.runs.size(), false);
  for (const std::string& row : kept->tag(kRowTag)->values) held[std::stoul(row)] = true;
  return held;
}

Result<std::optional<HoldOutResult>> heldOutError(const LawFamily& family, const FitAnswer& answer,
                                                  const FitPlan& plan, std::stop_token stop) {
  if (answer.question.hold_out.empty()) return std::nullopt;
  const auto held = heldOut(answer.table, answer.selection, plan);
  if (!held) return tl::unexpected(held.error());
  const auto result =
      holdOut(family, answer.table.runs, answer.selection.run_of_row, *held, plan.fit, stop);
  if (!result) return tl::unexpected(result.error());
  return *result;
}

/// A table may count N otherwise than the law's paper does; the fitted law then counts as the
/// table.
void warnAboutParameterKind(const LawFamily& family, const FitAnswer& answer, LawFit& fit) {
  const ParameterKind own = answer.table.parameter_kind;
  if (own == ParameterKind::kUnstated || own == family.parameter_kind) return;
  fit.warnings.push_back(
      {"parameter_kind_differs",
       fmt::format("{} is stated for {} parameters and these runs count {} ones: the fitted law "
                   "holds for N counted as in the runs",
                   family.name, name(family.parameter_kind), name(own))});
}

void setFlopRule(const FitAnswer& answer, Law& law) {
  if (law.family->flop_rule == nullptr) return;
  const FlopRule rule = law.family->flop_rule(answer.experts.high);
  law.flop_per_param_token = rule.per_param;
  law.router_flop = rule.router;
}

Law lawOf(const LawFit& fit, const FitAnswer& answer) {
  Law law;
  law.family = fit.fit.family;
  law.values = fit.fit.values;
  law.name = fmt::format("{} fitted to {}", law.family->name, answer.question.files.front());
  law.source = fmt::format("{} ({}), fitted to {} points of {} runs", law.family->name,
                           law.family->source, fit.fit.points, fit.fit.runs);
  const ParameterKind stated = answer.table.parameter_kind;
  law.parameter_kind = stated == ParameterKind::kUnstated ? law.family->parameter_kind : stated;
  setFlopRule(answer, law);
  law.range = fittedRange(answer.table);
  law.posterior = fit.fit.posterior;
  law.residual_rms = fit.fit.rms_log_residual;
  for (const WindowFit& window : fit.windows) {
    law.variants.push_back(
        {fmt::format("{} window, {}", window.label, windowText(window.rule)), window.values});
  }
  for (const ParameterFit& parameter : fit.fit.parameters) {
    if (!parameter.identified && !parameter.fixed) law.unidentified.push_back(parameter.name);
  }
  law.warnings = answer.warnings;
  law.warnings.insert(law.warnings.end(), fit.warnings.begin(), fit.warnings.end());
  if (!law.unidentified.empty()) {
    law.warnings.push_back({"not_identified", fmt::format("the runs do not determine {}",
                                                          fmt::join(law.unidentified, ", "))});
  }
  return law;
}

std::string savePath(const FitQuestion& question, std::string_view law) {
  if (question.laws.size() == 1) return question.save;
  const std::filesystem::path path(question.save);
  const std::filesystem::path name =
      fmt::format("{}-{}{}", path.stem().string(), law, path.extension().string());
  return (path.parent_path() / name).string();
}

void warnAboutRuns(const FitResult& fit, LawFit& result) {
  if (fit.runs <= fit.values.size()) {
    result.warnings.push_back(
        {"few_runs",
         fmt::format("{} runs for {} parameters: points of one run are not independent, "
                     "so there is no interval",
                     fit.runs, fit.values.size())});
  }
  if (!fit.converged) result.warnings.push_back({"not_converged", fit.termination});
}

Result<LawFit> fitOne(const LawFamily& family, const RunTable& all, const FitPlan& plan,
                      const FitAnswer& answer, std::stop_token stop, const ProgressSink& progress) {
  const FitQuestion& question = answer.question;
  const auto stage = [&](std::string_view what, double fraction) {
    if (progress) progress(fmt::format("{}: {}", family.name, what), fraction);
  };
  const FitData data = FitData::of(answer.table.runs, answer.selection.run_of_row);
  auto fit = fitLaw(family, data, plan.fit, stop, stage);
  if (!fit) return tl::unexpected(fit.error());
  LawFit result;
  result.fit = std::move(*fit);
  warnAboutParameterKind(family, answer, result);
  warnAboutRuns(result.fit, result);
  if (question.bootstrap > 0) {
    BootstrapOptions options;
    options.resamples = question.bootstrap;
    options.seed = question.seed;
    bootstrap(data, plan.fit, options, result.fit, stop, stage);
  }
  fitWindows(family, all, plan, stop, result);
  auto hold_out = heldOutError(family, answer, plan, stop);
  if (hold_out) {
    result.hold_out = *hold_out;
  } else if (hold_out.error().kind == ErrorKind::kCancelled) {
    result.warnings.push_back({"hold_out_missing", "stopped before the held-out runs were tried"});
  } else {
    return tl::unexpected(hold_out.error());
  }
  result.law = lawOf(result, answer);
  return result;
}

/// Saves every law once all are fitted.
Result<void> saveLaws(FitAnswer& answer) {
  if (answer.question.save.empty()) return {};
  for (LawFit& fit : answer.fits) {
    fit.saved_to = savePath(answer.question, fit.fit.family->name);
    if (auto written = writeFile(fit.saved_to, lawToJson(fit.law)); !written) return written;
  }
  return {};
}

/// What the points themselves must be told about, whatever the law.
void warnAboutPoints(const RunTable& table, std::size_t rows, FitAnswer& answer) {
  answer.warnings = table.warnings;
  const bool last = answer.question.curve == "last";
  if (last && rows > answer.selection.points) {
    answer.warnings.push_back(
        {"earlier_points_left_out",
         fmt::format("{} of {} rows are earlier points of their run's curve and are left out; "
                     "--curve all takes them, --map run= makes every row a run of its own",
                     rows - answer.selection.points, rows)});
  }
  if (answer.selection.mid_schedule) {
    answer.warnings.push_back(
        {"mid_schedule",
         "the points are, or include, evaluations on the way, with the learning rate not yet "
         "annealed: a finished run of the same length ends lower, so read the data term and every "
         "optimal size with the windows beside it"});
  }
  if (answer.selection.runs_without_points > 0) {
    answer.warnings.push_back(
        {"runs_without_points", fmt::format("{} runs have no point in this window",
                                            answer.selection.runs_without_points)});
  }
  if (!table.skipped.empty()) {
    answer.warnings.push_back(
        {"skipped_rows", fmt::format("{} bad rows were left out", table.skipped.size())});
  }
}

}  // namespace

bool FitAnswer::converged() const {
  return std::all_of(fits.begin(), fits.end(), [](const LawFit& fit) { return fit.fit.converged; });
}

Result<FitAnswer> answerFit(const FitQuestion& question, std::stop_token stop,
                            const ProgressSink& progress) {
  const auto begin = std::chrono::steady_clock::now();
  const auto plan = understand(question);
  if (!plan) return tl::unexpected(plan.error());
  const auto all = readTable(question, *plan);
  if (!all) return tl::unexpected(all.error());

  FitAnswer answer;
  answer.question = question;
  answer.selection = selectPoints(*all, plan->curve);
  answer.table = std::exchange(answer.selection.table, {});
  if (answer.table.runs.empty()) {
    return fail(ErrorKind::kInput, "--curve",
                fmt::format("no point of any run lies in {}", question.curve));
  }
  answer.params = rangeOf(answer.table, &TrainingRun::params);
  answer.train_tokens = rangeOf(answer.table, &TrainingRun::train_tokens);
  answer.experts = rangeOf(answer.table, &TrainingRun::experts);
  for (const TrainingRun& run : answer.table.runs) {
    answer.largest_compute = std::max(answer.largest_compute, run.params * run.train_tokens);
  }
  warnAboutPoints(answer.table, all->runs.size(), answer);
  for (const LawFamily* family : plan->families) {
    auto fit = fitOne(*family, *all, *plan, answer, stop, progress);
    if (!fit) return tl::unexpected(fit.error());
    answer.fits.push_back(std::move(*fit));
  }
  if (auto saved = saveLaws(answer); !saved) return tl::unexpected(saved.error());
  answer.timing =
      Seconds(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  return answer;
}

}  // namespace moe
