#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "app/report/document/answer_headline.h"
#include "app/report/document/part_builders.h"
#include "app/report/number_text.h"

namespace moe::report {
namespace {

/// "training budget = 3.33e19 FLOP".
std::string condition(const AssumptionRow& row, const AssumptionEnd& end) {
  return fmt::format("{} = {}", row.name, end.value);
}

/// Ends that take another choice, gathered by it: "8 experts: law yun2024, prompt tokens 1024".
std::vector<std::string> otherChoices(const AssumptionStudy& study) {
  std::vector<std::string> choices;
  std::vector<std::string> conditions;
  for (const AssumptionRow& row : study.rows)
    for (const AssumptionEnd& end : row.ends) {
      if (!end.choice_changed) continue;
      const auto found = std::find(choices.begin(), choices.end(), end.answer.choice);
      const auto at = static_cast<std::size_t>(found - choices.begin());
      if (found == choices.end()) {
        choices.push_back(end.answer.choice);
        conditions.push_back(condition(row, end));
      } else {
        conditions[at] += ", or " + condition(row, end);
      }
    }
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < choices.size(); ++i)
    texts.push_back(fmt::format("{} with {}", choices[i], conditions[i]));
  return texts;
}

struct Mover {
  const AssumptionRow* row = nullptr;
  const AssumptionEnd* end = nullptr;
  double moved = 0;
};

/// That of the price of a device-hour goes without saying.
Mover largestMover(const AssumptionStudy& study) {
  Mover largest;
  for (const AssumptionRow& row : study.rows)
    for (const AssumptionEnd& end : row.ends) {
      if (!end.problem.empty() || row.name == kDeviceHourPrice) continue;
      const double moved = study.logarithmic
                               ? std::abs(std::log(end.answer.figure / study.base.figure))
                               : std::abs(end.answer.figure - study.base.figure);
      if (moved > largest.moved) largest = {&row, &end, moved};
    }
  return largest;
}

}  // namespace

std::string studyFigure(const AssumptionStudy& study, double figure) {
  const std::string number = study.logarithmic ? moneyText(Usd(figure)) : decimalText(figure, 3);
  return number + " " + study.unit;
}

std::string whatWouldChange(const StepEvidence& evidence) {
  if (!evidence.assumptions) return "";
  const AssumptionStudy& study = *evidence.assumptions;
  const std::vector<std::string> others = otherChoices(study);
  std::string text;
  if (!others.empty())
    text = fmt::format("Taken instead: {}. ", fmt::join(others, "; "));
  else if (!study.base.choice.empty())
    text = "No single assumption that was moved changes the choice. ";
  const Mover most = largestMover(study);
  if (most.row == nullptr) return text;
  return text + fmt::format("The {} moves most with {}: {} instead of {}.", study.figure,
                            condition(*most.row, *most.end),
                            studyFigure(study, most.end->answer.figure),
                            studyFigure(study, study.base.figure));
}

std::string withInterval(double value, const std::optional<Range>& range,
                         std::string (*text)(double)) {
  return range ? intervalText(text(value), text(range->low), text(range->high)) : text(value);
}

}  // namespace moe::report
