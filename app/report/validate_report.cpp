#include "app/report/validate_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "app/report/number_text.h"
#include "app/report/table_cells.h"
#include "app/report/text_table.h"

namespace moe::report {
namespace {

constexpr int kValidateWidth = 118;
constexpr std::size_t kWorstRows = 5;

TableCell percent(const ErrorSummary& summary, double share) {
  return summary.count > 0 ? percentFigureCell(share) : TableCell(kNothing);
}

void addErrorColumns(TextTable& table) {
  table.columns.push_back({"Rows"});
  for (const char* heading : {"TPOT MAPE", "Median", "p90"})
    table.columns.push_back({heading, "%"});
  table.columns.push_back({"Ratio"});
  for (const char* heading : {"Inside", "TTFT median", "Latency MAPE"})
    table.columns.push_back({heading, "%"});
}

void addErrorCells(TableRow& cells, const ValidatedGroup& group, std::size_t rows) {
  const auto& [name, tpot, ttft, latency] = group.accuracy;
  const bool any = group.coverage.count > 0;
  const double inside = 100 * group.coverage.share();
  for (TableCell cell : {wholeCell(rows), percent(tpot, tpot.mape), percent(tpot, tpot.median_ape),
                         percent(tpot, tpot.p90_ape),
                         tpot.count > 0 ? decimalCell(tpot.median_ratio, 2) : TableCell(kNothing),
                         any ? decimalCell(inside, 0) : TableCell(kNothing),
                         percent(ttft, ttft.median_ape), percent(latency, latency.mape)})
    cells.push_back(std::move(cell));
}

std::size_t rowsOf(const ValidatedGroup& group) {
  return std::max(group.accuracy.tpot.count, group.accuracy.ttft.count);
}

/// ln of predicted over measured TPOT; of TTFT where no TPOT was measured.
double missedBy(const ValidatedPoint& row) {
  const ServingMeasurement& measured = row.point.measured;
  if (measured.tpot_s) return std::abs(std::log(row.tpot_s / *measured.tpot_s));
  return std::abs(std::log(row.ttft_s / measured.ttft_s.value_or(row.ttft_s)));
}

std::string deploymentText(const PredictedPoint& point) {
  const ServingMeasurement& m = point.measured;
  std::string split = m.tensor_parallel > 1 ? fmt::format(" tp{}", m.tensor_parallel) : "";
  if (m.data_parallel > 1) split += fmt::format(" dp{}", m.data_parallel);
  if (m.expert_parallel > 1) split += fmt::format(" ep{}", m.expert_parallel);
  return fmt::format("{} {} on {} x {}{}, {}", point.model, m.weights, m.devices, point.hardware,
                     split, m.engine);
}

TextTable worstTable(const ValidateOutcome& outcome) {
  TextTable table{outcome.flagged ? "Core rows that are missed most" : "Rows that are missed most",
                  {{"Line"},
                   {"Deployment", "", Align::kLeft},
                   {"Requests"},
                   {"Prompt", "tokens"},
                   {"Output", "tokens"},
                   {"Measured", "TPOT"},
                   {"Predicted", "TPOT"},
                   {"90 % interval"},
                   {"Basis", "", Align::kLeft}}};
  std::vector<const ValidatedPoint*> rows;
  for (const ValidatedPoint& row : outcome.rows)
    if (row.point.measured.core || !outcome.flagged) rows.push_back(&row);
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto* a, const auto* b) { return missedBy(*a) > missedBy(*b); });
  rows.resize(std::min(rows.size(), kWorstRows));
  for (const ValidatedPoint* row : rows) {
    const ServingMeasurement& m = row->point.measured;
    table.rows.push_back(
        {m.where.substr(m.where.rfind(':') + 1), deploymentText(row->point),
         plainCell(m.concurrency), countCell(m.prompt_tokens), countCell(m.output_tokens),
         m.tpot_s ? durationCell(Seconds(*m.tpot_s)) : kNothing, durationCell(Seconds(row->tpot_s)),
         fmt::format("{} to {}", durationText(Seconds(row->tpot_low_s)),
                     durationText(Seconds(row->tpot_high_s))),
         std::string(name(row->point.basis))});
  }
  return table;
}

/// "1624 interpolated, 37 transferred"
std::string basisText(const ValidateOutcome& outcome) {
  std::map<Basis, std::size_t> counts;
  for (const ValidatedPoint& row : outcome.rows) ++counts[row.point.basis];
  std::vector<std::string> words;
  for (const auto& [basis, count] : counts)
    words.push_back(fmt::format("{} {}", count, name(basis)));
  return fmt::format("{}", fmt::join(words, ", "));
}

std::string headText(const ValidateOutcome& outcome) {
  const std::size_t all = outcome.rows.size() + outcome.skipped.size();
  std::string text =
      wrappedText(fmt::format("Points: {} of {} rows of {}{}", outcome.rows.size(), all,
                              outcome.points, outcome.shipped ? " (shipped with moeplan)" : ""),
                  kValidateWidth, 2);
  text += wrappedText(
      fmt::format("Basis of the kernels' times: {}; of the engines': fitted", basisText(outcome)),
      kValidateWidth, 2);
  if (outcome.shipped)
    text += wrappedText(
        "The engines' constants were fitted to most of these core rows; "
        "data/tables/serving/ACCURACY.md has the errors on models and machines left out.",
        kValidateWidth, 2);
  return text + "\n";
}

}  // namespace

TextTable accuracySetTable(const ValidateOutcome& outcome) {
  TextTable table{"Errors, |predicted/measured - 1|", {{"Set", "", Align::kLeft}}};
  addErrorColumns(table);
  const std::vector<ValidatedGroup> all{outcome.overall};
  for (const ValidatedGroup& set : outcome.sets.empty() ? all : outcome.sets) {
    table.rows.push_back({set.accuracy.name});
    addErrorCells(table.rows.back(), set, rowsOf(set));
  }
  if (outcome.flagged)
    table.footnotes.push_back(
        "Clean: no known defect. Core: clean, and none of the doubtful measurements.");
  return table;
}

TextTable accuracyGroupTable(const ValidateOutcome& outcome) {
  TextTable table;
  std::vector<std::string> keys;
  for (const PointKey key : outcome.keys) {
    keys.emplace_back(name(key));
    std::string heading = keys.back();
    heading[0] = static_cast<char>(heading[0] - 'a' + 'A');
    table.columns.push_back({heading, "", Align::kLeft});
  }
  table.title = fmt::format("All rows by {}", fmt::join(keys, ", "));
  addErrorColumns(table);
  if (outcome.flagged) {
    table.columns.push_back({"Core rows"});
    table.columns.push_back({"TPOT MAPE", "%"});
  }
  for (const ValidatedGroup& group : outcome.groups) {
    table.rows.emplace_back(group.values.begin(), group.values.end());
    addErrorCells(table.rows.back(), group, rowsOf(group));
    if (!outcome.flagged) continue;
    const ErrorSummary& core = group.core.tpot;
    table.rows.back().push_back(wholeCell(core.count));
    table.rows.back().push_back(percent(core, core.mape));
  }
  return table;
}

std::string validateText(const ValidateOutcome& outcome) {
  std::string text = headText(outcome);
  text += tableText(accuracySetTable(outcome), kValidateWidth) + "\n";
  if (!outcome.keys.empty()) text += tableText(accuracyGroupTable(outcome), kValidateWidth) + "\n";
  text += tableText(worstTable(outcome), kValidateWidth) + "\n";
  text += wrappedText(
      "TPOT: time per output token. TTFT: time to first token. Latency: of a whole request. MAPE: "
      "mean of |predicted/measured - 1|. p90: 90 % of the rows are below. Ratio: median of "
      "predicted/measured. Inside: measured TPOT lies in its 90 % interval.",
      kValidateWidth);
  for (const Warning& warning : outcome.warnings)
    text += wrappedText("Warning: " + warning.message, kValidateWidth, 2);
  text += "\nSources\n";
  for (const std::string& source : outcome.sources)
    text += wrappedText("  " + source, kValidateWidth, 4);
  return text;
}

}  // namespace moe::report
