#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "app/report/document/part_builders.h"
#include "app/report/document/table_shape.h"
#include "app/report/number_text.h"
#include "app/report/plots/verify_plot.h"
#include "app/report/table_cells.h"
#include "app/report/validate_report.h"

namespace moe::report {
namespace {

constexpr const char* kAccuracyTerms =
    "TPOT is the time per output token, TTFT the time to the first token, latency that of a whole "
    "request. MAPE is the mean of |predicted/measured - 1|, p90 what 90 % of the rows stay below, "
    "ratio the median of predicted over measured; inside says how many measured TPOT lie in their "
    "90 % interval.";

TextTable withAccuracyUnits(TextTable table) {
  return withUnits(std::move(table),
                   {{"Rows", "count"}, {"Core rows", "count"}, {"Ratio", "predicted/measured"}});
}

/// Models and machines that the report's own answers use, to be found in the table.
std::vector<std::string> usedNames(const ReportSource& source) {
  std::vector<std::string> names;
  eachAnswer<CostOutcome>(source,
                          [&](const ProjectStep&, const CostOutcome& outcome, const StepEvidence&) {
                            names.push_back(outcome.model.entry.name);
                            names.push_back(outcome.accelerator.name);
                          });
  eachAnswer<PlanAnswer>(source,
                         [&](const ProjectStep&, const PlanAnswer& answer, const StepEvidence&) {
                           names.push_back(answer.request.accelerator.name);
                         });
  return names;
}

bool isUsed(const ValidatedGroup& group, const std::vector<std::string>& names) {
  return std::any_of(group.values.begin(), group.values.end(), [&](const std::string& value) {
    return std::find(names.begin(), names.end(), value) != names.end();
  });
}

/// The measured groups that a report's model or machine belongs to, by their core rows where there
/// are some.
std::string nearText(const ValidateOutcome& serving, const std::vector<std::string>& names) {
  std::vector<std::string> near;
  for (const ValidatedGroup& group : serving.groups) {
    if (!isUsed(group, names)) continue;
    const ErrorSummary& errors = group.core.tpot.count > 0 ? group.core.tpot : group.accuracy.tpot;
    near.push_back(fmt::format("{} ({} rows, TPOT MAPE {})", fmt::join(group.values, " on "),
                               errors.count, percentText(errors.mape)));
  }
  if (near.empty())
    return "None of these measurements is of a model or machine of this report: its errors are "
           "those of other models and machines.";
  return fmt::format("Nearest to this report, by model or machine: {}.", fmt::join(near, "; "));
}

TextTable trainingAccuracyTable(const std::vector<TrainingAccuracy>& rows) {
  TextTable table{"Training speed, each configuration predicted without its own rows",
                  {{"Measured by", "", Align::kLeft},
                   {"Models", "", Align::kLeft},
                   {"Rows", "count"},
                   {"MAPE", "%"},
                   {"Median", "%"},
                   {"p90", "%"},
                   {"Ratio", "predicted/measured"},
                   {"Inside 90 % interval", "%"}}};
  for (const TrainingAccuracy& row : rows)
    table.rows.push_back({row.source, row.group, wholeCell(row.n), percentFigureCell(row.mape),
                          percentFigureCell(row.median_ape), percentFigureCell(row.p90_ape),
                          decimalCell(row.median_ratio, 2), percentFigureCell(row.coverage)});
  return table;
}

void addServingAccuracy(const ReportSource& source, const ValidateOutcome& serving,
                        Section& section) {
  section.blocks.push_back(Paragraph{fmt::format(
      "{} measured points of serving systems that ship with the program, held against what it "
      "predicts for them. {}",
      serving.rows.size(), kAccuracyTerms)});
  section.blocks.push_back(Paragraph{nearText(serving, usedNames(source))});
  addTable(section, "accuracy_sets", withAccuracyUnits(accuracySetTable(serving)));
  addTable(section, "accuracy_groups", withAccuracyUnits(accuracyGroupTable(serving)));
  addFigure(section, "accuracy", validatePlot(serving));
}

/// Answers whose prices are a published roofline.
void nameRooflines(const ReportSource& source, Section& section) {
  BulletList list;
  eachAnswer<PlanAnswer>(source, [&](const ProjectStep& step, const PlanAnswer& answer,
                                     const StepEvidence&) {
    if (answer.request.served.empty())
      list.items.push_back(fmt::format(
          "{}: prices are a roofline of {} ({}); it was not held against measured serving. Ratios "
          "between models are firmer than prices.",
          stepTitle(step), answer.request.accelerator.name, name(servingBasis(answer.request))));
  });
  eachAnswer<CostOutcome>(
      source, [&](const ProjectStep& step, const CostOutcome& outcome, const StepEvidence&) {
        if (!outcome.interval_known)
          list.items.push_back(stepTitle(step) +
                               ": a roofline with a preset's constants, not held against measured "
                               "serving.");
      });
  if (!list.items.empty()) section.blocks.push_back(std::move(list));
}

}  // namespace

void addAccuracyPart(const ReportSource& source, Section& section) {
  nameRooflines(source, section);
  const auto& accuracy = source.evidence.accuracy;
  if (accuracy && !accuracy->serving.rows.empty())
    addServingAccuracy(source, accuracy->serving, section);
  if (accuracy) addTable(section, "accuracy_training", trainingAccuracyTable(accuracy->training));
  if (section.blocks.empty())
    section.blocks.push_back(Paragraph{"No answer of this report rests on the cost model."});
}

}  // namespace moe::report
