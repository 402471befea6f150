#include "app/report/document/answer_headline.h"
#include "app/report/document/part_builders.h"

namespace moe::report {
namespace {

void addHeadline(const ProjectStep& step, AnswerHeadline headline, Section& section) {
  section.blocks.push_back(
      Callout{headline.kind, std::move(headline.title), std::move(headline.text), {}});
  if (!headline.facts.empty())
    section.blocks.push_back(FactSheet{keyOf(step) + "_answer", std::move(headline.facts)});
}

template <class Answer>
void addHeadlines(const ReportSource& source, Section& section) {
  eachAnswer<Answer>(
      source, [&](const ProjectStep& step, const Answer& answer, const StepEvidence& evidence) {
        addHeadline(step, answerHeadline(step, answer, evidence), section);
      });
}

}  // namespace

void addAnswerPart(const ReportSource& source, Section& section) {
  addHeadlines<LifetimeAnswer>(source, section);
  addHeadlines<PlanAnswer>(source, section);
  addHeadlines<FrontAnswer>(source, section);
  addHeadlines<TrainingCostOutcome>(source, section);
  addHeadlines<CostOutcome>(source, section);
  addHeadlines<CompareAnswer>(source, section);
  addHeadlines<FitAnswer>(source, section);
  for (const char* kind : {"plan", "cost", "training", "compare", "fit"})
    addFailures(source, kind, section);
  if (section.blocks.empty())
    section.blocks.push_back(
        Paragraph{"This project asks nothing: it has no [fit.NAME], "
                  "[compare.NAME], [cost.NAME], [training.NAME] or "
                  "[plan.NAME]."});
}

}  // namespace moe::report
