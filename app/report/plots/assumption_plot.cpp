#include "app/report/plots/assumption_plot.h"

#include <fmt/format.h>

#include "app/report/number_text.h"
#include "app/report/plots/plot_parts.h"

namespace moe::report {
namespace {

std::string movedText(const AssumptionStudy& study, const AssumptionEnd& end) {
  return study.logarithmic
             ? fmt::format("{:.2f} x", end.answer.figure / study.base.figure)
             : fmt::format("{:+.3f} {}", end.answer.figure - study.base.figure, study.unit);
}

PlotBar movedBar(const AssumptionStudy& study, const AssumptionRow& row, const AssumptionEnd& end,
                 int index) {
  PlotBar bar;
  bar.row = index;
  bar.from = study.base.figure;
  bar.to = end.problem.empty() ? end.answer.figure : study.base.figure;
  bar.color = end.choice_changed ? emphasis() : category(0);
  bar.name = end.choice_changed ? "another choice" : "the same choice";
  bar.id = row.name;
  bar.text = end.problem.empty() ? end.value : end.value + ": no answer";
  bar.label = end.problem.empty() ? fmt::format("{} {}: {}; {}", row.name, end.value,
                                                movedText(study, end), end.answer.choice)
                                  : fmt::format("{} {}: {}", row.name, end.value, end.problem);
  return bar;
}

}  // namespace

PlotSpec assumptionPlot(const AssumptionStudy& study) {
  PlotSpec plot;
  plot.key = "assumptions";
  plot.title = "What the answer depends on";
  std::string heading = study.figure;
  if (!heading.empty() && heading.front() >= 'a' && heading.front() <= 'z')
    heading.front() = static_cast<char>(heading.front() - 'a' + 'A');
  plot.x = {heading, study.unit, study.logarithmic ? AxisScale::kLog : AxisScale::kLinear, {}, {}};
  plot.sentence = fmt::format(
      "The answer made anew with one assumption moved at a time; it starts from {} {}{}.",
      study.logarithmic ? moneyText(Usd(study.base.figure)) : decimalText(study.base.figure, 3),
      study.unit, study.base.choice.empty() ? "" : " (" + study.base.choice + ")");
  int index = 0;
  for (const AssumptionRow& row : study.rows) {
    plot.y.categories.push_back(row.name);
    for (const AssumptionEnd& end : row.ends) plot.bars.push_back(movedBar(study, row, end, index));
    ++index;
  }
  plot.reference_lines.push_back({ReferenceLine::Kind::kVertical, study.base.figure, "", false});
  plot.notes.push_back("Texts at the bars are the values tried; the table has them all.");
  if (study.rows.empty()) plot.empty_reason = "No assumption could be moved.";
  return plot;
}

}  // namespace moe::report
