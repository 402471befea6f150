#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/report/document/part_builders.h"
#include "app/report/number_text.h"

namespace moe::report {
namespace {

/// Collects what was not known, a sentence each.
class Unknowns {
 public:
  void add(const ProjectStep& step, const std::string& text) {
    items_.push_back(stepTitle(step) + ": " + text);
  }
  void add(std::string text) { items_.push_back(std::move(text)); }
  std::vector<std::string> take() && { return std::move(items_); }

 private:
  std::vector<std::string> items_;
};

void unknownOfMissingAnswers(const ReportSource& source, Unknowns& unknowns) {
  for (const AnsweredStep& step : source.answers)
    if (!step.answer)
      unknowns.add(step.step, "no answer; " + (step.skipped.empty() ? describe(step.answer.error())
                                                                    : step.skipped));
}

void unknownOfFiles(const ReportSource& source, Unknowns& unknowns) {
  std::vector<std::string> unlicensed;
  for (const InputFile& file : source.evidence.files)
    if (file.licence.empty() && file.role != "project") unlicensed.push_back(file.path);
  if (!unlicensed.empty())
    unknowns.add(
        fmt::format("The licence of {} is not stated beside it.", fmt::join(unlicensed, ", ")));
}

/// "c (both go to the bound 0)" for each parameter that the runs do not determine.
std::string undetermined(const LawFit& fit) {
  std::vector<std::string> names;
  for (const ParameterFit& parameter : fit.fit.parameters)
    if (!parameter.identified && !parameter.fixed)
      names.push_back(parameter.reason.empty()
                          ? parameter.name
                          : fmt::format("{} ({})", parameter.name, parameter.reason));
  return fmt::format("{}", fmt::join(names, "; "));
}

void unknownOfFit(const ProjectStep& step, const FitAnswer& answer, Unknowns& unknowns) {
  if (answer.points.mid_schedule)
    unknowns.add(step,
                 "the points lie in the middle of learning-rate schedules; what the runs would "
                 "have reached at their ends is not known.");
  for (const LawFit& fit : answer.fits) {
    const std::string law(fit.fit.family->name);
    if (const std::string names = undetermined(fit); !names.empty())
      unknowns.add(step, fmt::format("these runs do not determine {} of {}.", names, law));
    if (!fit.hold_out)
      unknowns.add(step, fmt::format("no runs were held out of {}, so its error on runs that it "
                                     "has not seen was not measured.",
                                     law));
    if (fit.fit.interval_method.empty())
      unknowns.add(step, fmt::format("{} has no intervals.", law));
    if (!fit.study.left_out.empty()) unknowns.add(step, fit.study.left_out);
  }
}

void unknownOfPlan(const ProjectStep& step, const PlanAnswer& answer, Unknowns& unknowns) {
  if (answer.outcome.draws == 0)
    unknowns.add(step, "how sure it is: the law has no posterior draws.");
  else
    unknowns.add(step,
                 "the intervals hold the scatter of the runs about the law, not whether the law's "
                 "form is right so far from them, nor what other data or other code would give.");
  for (const PlanRow& row : answer.outcome.rows)
    if (!row.chosen.exists || !row.chosen.serving)
      unknowns.add(step, fmt::format("{} has no model here that can be compared.",
                                     row.experts == 1 ? "a dense model"
                                                      : fmt::format("E = {:g}", row.experts)));
}

void unknownOfCost(const ProjectStep& step, const CostOutcome& outcome, Unknowns& unknowns) {
  if (!outcome.interval_known)
    unknowns.add(step,
                 "how far time and price are off: this roofline was not held against "
                 "measured serving.");
  unknowns.add(step, fmt::format("how tokens are routed was not measured for this traffic; {} was "
                                 "assumed.",
                                 outcome.routing.name));
  if (outcome.prices.comparisons.empty())
    unknowns.add(step, fmt::format("the catalog has no published API price of {} to compare with.",
                                   outcome.model.entry.name));
}

void unknownOfLifetime(const ProjectStep& step, const LifetimeAnswer& answer, Unknowns& unknowns) {
  if (answer.outcome.draws == 0) unknowns.add(step, "how sure it is: nothing was drawn.");
  for (const LeftOutDesign& design : answer.left_out)
    unknowns.add(step, fmt::format("{} was left out: {}.", design.label, design.reason));
  unknowns.add(step,
               "how many tokens will be served, and at which prices in later years, is assumed.");
}

void unknownOfTraining(const ProjectStep& step, const TrainingCostOutcome& outcome,
                       Unknowns& unknowns) {
  if (!outcome.cost.speed)
    unknowns.add(step, "how fast the training would run: the MFU was given, not predicted.");
  unknowns.add(step, "restarts, checkpoints and evaluation are not in the time or the price.");
}

void unknownOfAdapt(const ProjectStep& step, const AdaptOutcome& outcome, Unknowns& unknowns) {
  unknowns.add(
      step, fmt::format("how good the adapted {} will be at its task.", outcome.model.entry.name));
  if (!outcome.run) unknowns.add(step, "time and price: no machine was stated.");
}

}  // namespace

void addUnknownPart(const ReportSource& source, Section& section) {
  Unknowns unknowns;
  unknownOfMissingAnswers(source, unknowns);
  unknownOfFiles(source, unknowns);
  const auto each = [&]<class Answer>(void (*add)(const ProjectStep&, const Answer&, Unknowns&)) {
    eachAnswer<Answer>(source, [&](const ProjectStep& step, const Answer& answer,
                                   const StepEvidence&) { add(step, answer, unknowns); });
  };
  each(unknownOfFit);
  each(unknownOfPlan);
  each(unknownOfLifetime);
  each(unknownOfCost);
  each(unknownOfTraining);
  each(unknownOfAdapt);
  eachAnswer<FrontAnswer>(
      source, [&](const ProjectStep& step, const FrontAnswer&, const StepEvidence&) {
        unknowns.add(step, "how sure each model of the front is; a front has no intervals.");
      });
  for (std::size_t i = 0; i < source.answers.size(); ++i)
    if (const std::string& why = source.evidence.steps[i].no_assumptions; !why.empty())
      unknowns.add(source.answers[i].step, "what other assumptions would change: " + why + ".");
  std::vector<std::string> items = std::move(unknowns).take();
  if (items.empty())
    section.blocks.push_back(Paragraph{"Nothing that the answers needed was missing."});
  else
    section.blocks.push_back(BulletList{std::move(items)});
}

}  // namespace moe::report
