#include <fmt/format.h>

#include "app/report/document/answer_headline.h"
#include "app/report/document/part_builders.h"
#include "app/report/number_text.h"
#include "app/report/plots/assumption_plot.h"
#include "app/report/table_cells.h"

namespace moe::report {
namespace {

std::string movedFigure(const AssumptionStudy& study, double figure) {
  return study.logarithmic ? moneyText(Usd(figure)) : decimalText(figure, 3);
}

TableRow endCells(const AssumptionStudy& study, const AssumptionRow& row,
                  const AssumptionEnd& end) {
  TableRow cells = {row.name, row.taken.empty() ? "as answered" : row.taken, end.value};
  if (!end.problem.empty()) {
    cells.insert(cells.end(), {kNothing, kNothing, "no answer: " + end.problem});
    return cells;
  }
  const double figure = end.answer.figure;
  const double base = study.base.figure;
  cells.push_back(figureCell(movedFigure(study, figure), figure));
  cells.push_back(study.logarithmic
                      ? decimalCell(figure / base, 2)
                      : figureCell(fmt::format("{:+.3f}", figure - base), figure - base));
  std::string choice = end.answer.choice;
  if (!end.answer.detail.empty()) choice += (choice.empty() ? "" : ", ") + end.answer.detail;
  cells.push_back(end.choice_changed ? "CHANGES: " + choice : choice);
  return cells;
}

TextTable studyTable(const AssumptionStudy& study) {
  TextTable table{
      fmt::format("One assumption moved at a time; as assumed: {}{}",
                  studyFigure(study, study.base.figure),
                  study.base.choice.empty() ? "" : ", " + study.base.choice),
      {{"Assumption", "", Align::kLeft},
       {"Assumed", "", Align::kLeft},
       {"If it is", "", Align::kLeft},
       {study.figure == "loss" ? "Loss" : "Price", study.unit},
       {study.logarithmic ? "Ratio" : "Change", study.logarithmic ? "x as assumed" : study.unit},
       {"Then taken", "", Align::kLeft}}};
  for (const AssumptionRow& row : study.rows)
    for (const AssumptionEnd& end : row.ends) table.rows.push_back(endCells(study, row, end));
  return table;
}

void addStudy(const ProjectStep& step, const StepEvidence& evidence, Section& section) {
  const std::string key = keyOf(step);
  section.blocks.push_back(Subheading{stepTitle(step)});
  if (!evidence.assumptions) {
    section.blocks.push_back(
        Paragraph{sentenceOf("no assumption was moved: " + evidence.no_assumptions)});
    return;
  }
  section.blocks.push_back(Paragraph{sentenceOf(whatWouldChange(evidence))});
  addFigure(section, key, assumptionPlot(*evidence.assumptions));
  addTable(section, key + "_assumptions", studyTable(*evidence.assumptions));
}

}  // namespace

void addAssumptionsPart(const ReportSource& source, Section& section) {
  for (std::size_t i = 0; i < source.answers.size(); ++i) {
    const StepEvidence& evidence = source.evidence.steps[i];
    if (!source.answers[i].answer) continue;
    if (evidence.assumptions || !evidence.no_assumptions.empty())
      addStudy(source.answers[i].step, evidence, section);
  }
  eachAnswer<FitAnswer>(source, [&](const ProjectStep& step, const FitAnswer& answer,
                                    const StepEvidence&) {
    for (const LawFit& fit : answer.fits)
      if (!fit.windows.empty())
        section.blocks.push_back(Paragraph{fmt::format(
            "{}, law {}: the points were chosen by the rule '{}'. Other windows of the same curves "
            "give the values that stand in its table of windows.",
            stepTitle(step), fit.fit.family->name, answer.question.points.curve)});
  });
  if (section.blocks.empty())
    section.blocks.push_back(
        Paragraph{"No plan and no cost was answered, so there is no assumption to move."});
}

}  // namespace moe::report
