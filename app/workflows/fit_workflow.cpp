#include "app/workflows/fit_workflow.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>

#include "app/workflows/fit_question.h"
#include "app/workflows/write_file.h"
#include "fitting/bootstrap.h"
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

/// Refits on the earlier and the later window; a window with too few points is left out.
std::vector<WindowFit> windowFits(const LawFamily& family, const RunTable& all, const FitPlan& plan,
                                  std::stop_token stop) {
  std::vector<WindowFit> windows;
  if (plan.curve.choice != PointChoice::kWindow) return windows;
  for (const auto& [label, rule] : {std::pair{"earlier", earlierWindow(plan.curve)},
                                    std::pair{"later", laterWindow(plan.curve)}}) {
    const CurveSelection selection = selectPoints(all, rule);
    const auto fit =
        fitLaw(family, FitData::of(selection.table.runs, selection.run_of_row), plan.fit, stop);
    if (!fit) continue;
    windows.push_back({label, rule, selection.points, fit->values, fit->objective});
  }
  return windows;
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
void warnAboutParameterKind(const LawFamily& family, FitAnswer& answer) {
  const ParameterKind own = answer.table.parameter_kind;
  if (own == ParameterKind::kUnstated || own == family.parameter_kind) return;
  answer.warnings.push_back(
      {"parameter_kind_differs",
       fmt::format("{} is stated for {} parameters and these runs count {} ones: the fitted law "
                   "holds for N counted as in the runs",
                   family.name, name(family.parameter_kind), name(own))});
}

Law lawOf(const LawFit& fit, const FitAnswer& answer) {
  Law law;
  law.family = fit.fit.family;
  law.values = fit.fit.values;
  law.name = fmt::format("{} fitted to {}", law.family->name, answer.question.files.front());
  law.source = fmt::format("{} ({}), fitted to {} points of {} runs", law.family->name,
                           law.family->source, fit.fit.points, fit.fit.runs);
  law.range = fittedRange(answer.table);
  law.posterior = fit.fit.posterior;
  law.residual_rms = fit.fit.rms_log_residual;
  for (const WindowFit& window : fit.windows) {
    law.variants.push_back(
        {fmt::format("{} window, {}", window.label, windowText(window.rule)), window.values});
  }
  for (const ParameterFit& parameter : fit.fit.parameters) {
    if (!parameter.identified) law.unidentified.push_back(parameter.name);
  }
  law.warnings = answer.warnings;
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
  if (question.bootstrap > 0) {
    BootstrapOptions options;
    options.resamples = question.bootstrap;
    options.seed = question.seed;
    bootstrap(data, plan.fit, options, result.fit, stop, stage);
  }
  result.windows = windowFits(family, all, plan, stop);
  auto hold_out = heldOutError(family, answer, plan, stop);
  if (!hold_out) return tl::unexpected(hold_out.error());
  result.hold_out = *hold_out;
  result.law = lawOf(result, answer);
  if (!question.save.empty()) {
    result.saved_to = savePath(question, family.name);
    const auto written = writeFile(result.saved_to, lawToJson(result.law));
    if (!written) return tl::unexpected(written.error());
  }
  return result;
}

/// What the points themselves must be told about, whatever the law.
void warnAboutPoints(const RunTable& table, FitAnswer& answer) {
  answer.warnings = table.warnings;
  if (answer.selection.mid_schedule) {
    answer.warnings.push_back(
        {"mid_schedule",
         fmt::format("{} of the points are evaluations on the way, with the learning rate not yet "
                     "annealed: a finished run of the same length ends lower, so read the data "
                     "term and every optimal size with the windows beside it",
                     answer.selection.points == answer.selection.runs ? "some" : "most")});
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
  warnAboutPoints(answer.table, answer);
  for (const LawFamily* family : plan->families) {
    warnAboutParameterKind(*family, answer);
    auto fit = fitOne(*family, *all, *plan, answer, stop, progress);
    if (!fit) return tl::unexpected(fit.error());
    answer.fits.push_back(std::move(*fit));
  }
  answer.timing =
      Seconds(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  return answer;
}

}  // namespace moe
