#include "app/report/fit_report.h"

#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "app/report/fit_study_text.h"
#include "app/report/number_text.h"
#include "app/report/table_cells.h"
#include "app/report/text_table.h"

namespace moe::report {

namespace {

std::string rangeText(const Range& range) {
  if (range.low == range.high) return countText(range.low);
  return fmt::format("{} to {}", countText(range.low), countText(range.high));
}

std::string dataText(const FitAnswer& answer) {
  const PointsQuestion& question = answer.question.points;
  std::string text = fmt::format("Runs: {} points of {} runs from {}\n", answer.data.points,
                                 answer.data.runs, fmt::join(question.files, ", "));
  if (!question.filters.empty()) {
    text += fmt::format("  kept: {}\n", fmt::join(question.filters, "; "));
  }
  if (!question.exclude_runs.empty()) {
    text += fmt::format("  left out: {}\n", fmt::join(question.exclude_runs, ", "));
  }
  if (question.curve != "last" || answer.data.points != answer.data.runs) {
    text += fmt::format("  points of each run's curve: {}\n", question.curve);
  }
  if (question.drop_highest_loss > 0) {
    text += fmt::format("  without the {} highest losses\n", question.drop_highest_loss);
  }
  text += fmt::format("  N {}, D {} tokens, E {}\n", rangeText(answer.data.params),
                      rangeText(answer.data.train_tokens), rangeText(answer.data.experts));
  return text;
}

std::string objectiveText(const FitResult& fit) {
  const Objective& objective = fit.objective_kind;
  const char* on = objective.scale == ResidualScale::kLoss ? "L, nats" : "ln L";
  if (objective.kind == ObjectiveKind::kLeastSquares)
    return fmt::format("sum of squares on {}", on);
  return fmt::format("sum of Huber(delta {:g}) on {}", objective.delta, on);
}

TableCell intervalCell(const ParameterFit& parameter) {
  if (parameter.ci95) {
    return spanCell(fmt::format("{} to {}", plainText(parameter.ci95->low, 4),
                                plainText(parameter.ci95->high, 4)),
                    parameter.ci95);
  }
  if (parameter.fixed) return "fixed";
  return parameter.identified ? "-" : "not identified";
}

TableCell profileCell(const Profile* profile) {
  TableCell cell(profileText(profile));
  if (profile != nullptr && (profile->low95 || profile->high95))
    cell.numbers = {{.low = profile->low95, .high = profile->high95}};
  return cell;
}

/// d of yun2024 is printed for decimal logarithms too: the paper does not say which it means.
std::string decimalInteraction(const FitResult& fit) {
  for (const ParameterFit& parameter : fit.parameters) {
    if (fit.family->source == "Yun2024" && parameter.name == "d") {
      return fmt::format("d for decimal logarithms: {:.6g}\n",
                         parameter.value * std::numbers::ln10);
    }
  }
  return {};
}

std::string searchText(const FitResult& fit) {
  std::string text =
      fmt::format("Search: {} starts, {} basin{}, {} of the starts in the best; {}\n", fit.starts,
                  fit.basins.size(), fit.basins.size() == 1 ? "" : "s",
                  percentText(fit.share_at_best), fit.termination);
  if (fit.confirmation) {
    text += fmt::format(
        "  second search: {} random starts, {} of them end there, {}\n", fit.confirmation->starts,
        fit.confirmation->at_best,
        fit.confirmation->found_lower ? "and one ended lower: its end is taken" : "none lower");
  }
  if (fit.basins.size() > 1 && fit.objective > 0) {
    text += fmt::format("  the next basin lies {} above\n",
                        percentText(fit.basins[1].objective / fit.objective - 1));
  }
  return text;
}

std::string lawText(const FitAnswer& answer, const LawFit& fit) {
  const FitResult& result = fit.fit;
  std::string text = fmt::format("\nLaw {} [{}]\n  {}\n", result.family->name,
                                 result.family->source, result.family->formula);
  text += fmt::format("Objective: {} = {:.10g}\n", objectiveText(result), result.objective);
  text += fmt::format("Residuals (fitted): rms {:.4f} nats, {} of the loss; mean {}\n",
                      result.rms_residual, percentText(result.rms_log_residual),
                      percentText(result.mean_abs_log_residual));
  text += searchText(result);
  text += tableText(parameterTable(fit), 118);
  text += decimalInteraction(result);
  if (!result.interval_method.empty()) {
    text +=
        fmt::format("Intervals: {}{}\n", result.interval_method,
                    result.resamples > 0 ? fmt::format(", {} resamples", result.resamples) : "");
  }
  text += waldText(fit);
  for (const std::string& ridge : result.ridges) text += wrappedText("Ridge: " + ridge, 100, 2);
  text += tradeOffText(fit);
  text += residualText(answer, fit);
  for (const Warning& warning : fit.warnings) {
    text += wrappedText("Warning: " + warning.message, 100, 2);
  }
  if (fit.hold_out) {
    text += fmt::format(
        "Held out: {} points of {} runs ({}): mean error {} (bias {:+.2f} %), "
        "extrapolated\n",
        fit.hold_out->points, fit.hold_out->runs, answer.question.hold_out,
        percentText(fit.hold_out->mean_abs_log_error), 100 * fit.hold_out->mean_log_error);
  }
  text += rivalText(fit);
  text += allocationText(fit);
  text += suggestionText(fit);
  if (!fit.windows.empty()) text += "\n" + tableText(windowTable(fit), 118);
  if (!fit.saved_to.empty()) {
    text += fmt::format("Saved to {} with {} posterior draws\n", fit.saved_to,
                        fit.law.posterior.size());
  }
  if (!fit.residuals_saved_to.empty()) {
    text += fmt::format("Residuals of every point in {}\n", fit.residuals_saved_to);
  }
  return text;
}

}  // namespace

TextTable windowTable(const LawFit& fit) {
  if (fit.windows.empty() || !fit.law.family->dependsOnTokens()) return {};
  const Flop budget(fit.law.flop_per_param_token * fit.data.largest_compute);
  const double experts =
      fit.law.family->dependsOnExperts() ? std::max(1.0, fit.data.experts.low) : 1.0;
  TextTable table;
  table.title = "The same fit on other windows: what moves here is not determined by these runs";
  table.columns = {{"Parameter", "", Align::kLeft}, {"This window"}};
  for (const WindowFit& window : fit.windows) {
    table.columns.push_back({fmt::format("{} ({:.2g} to {:.2g}, {} points)", window.label,
                                         window.rule.low, window.rule.high, window.points)});
  }
  for (std::size_t i = 0; i < fit.fit.values.size(); ++i) {
    const auto cell = [i](const std::vector<double>& values) {
      return figureCell(fmt::format("{:.4g}", values[i]), values[i]);
    };
    TableRow row = {fit.fit.parameters[i].name, cell(fit.fit.values)};
    for (const WindowFit& window : fit.windows) row.push_back(cell(window.values));
    table.rows.push_back(std::move(row));
  }
  TableRow sizes = {fmt::format("N_opt at {}, E = {:g}", powerText(budget.value()), experts)};
  TableRow ratios = {"D/N there"};
  const auto add = [&](const Law& law) {
    const auto best = computeOptimum(law, budget, {.experts = experts});
    sizes.push_back(best ? countCell(best->params) : "none");
    ratios.push_back(best ? plainCell(best->tokens_per_param()) : kNothing);
  };
  add(fit.law);
  for (const WindowFit& window : fit.windows) add(fit.law.withValues(window.values));
  table.rows.push_back(std::move(sizes));
  table.rows.push_back(std::move(ratios));
  return table;
}

TextTable parameterTable(const LawFit& fit) {
  TextTable table;
  table.columns = {{"Parameter", "", Align::kLeft},
                   {"Value"},
                   {"Std. error"},
                   {"95 % interval"},
                   {"Profile 95 %"},
                   {"Meaning", "", Align::kLeft}};
  for (const ParameterFit& parameter : fit.fit.parameters) {
    const TableCell error =
        parameter.standard_error ? plainCell(*parameter.standard_error, 2) : kNothing;
    table.rows.push_back(
        {parameter.name, figureCell(fmt::format("{:.6g}", parameter.value), parameter.value), error,
         intervalCell(parameter), profileCell(profileOf(fit.study, parameter.name)),
         parameter.identified ? parameter.meaning
                              : fmt::format("{} ({})", parameter.meaning, parameter.reason)});
  }
  return table;
}

std::string fitText(const FitAnswer& answer) {
  std::string text = dataText(answer);
  for (const LawFit& fit : answer.fits) text += lawText(answer, fit);
  if (!answer.points.warnings.empty()) text += "\n";
  for (const Warning& warning : answer.points.warnings) {
    text += wrappedText("Warning: " + warning.message, 100, 2);
  }
  for (const SkippedRow& row : answer.points.table.skipped) {
    text += fmt::format("  left out {}:{}: {}\n", row.path, row.line, row.reason);
  }
  return text;
}

}  // namespace moe::report
