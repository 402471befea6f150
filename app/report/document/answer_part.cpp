#include <type_traits>

#include "app/report/document/answer_headline.h"
#include "app/report/document/law_doubts.h"
#include "app/report/document/part_builders.h"

namespace moe::report {
namespace {

template <class Answer>
constexpr bool kRestsOnLaw =
    std::is_same_v<Answer, PlanAnswer> || std::is_same_v<Answer, LifetimeAnswer> ||
    std::is_same_v<Answer, FrontAnswer>;

template <class Answer>
std::vector<std::string> doubtsOf(const ReportSource& source, const ProjectStep& step,
                                  const Answer& answer) {
  if constexpr (kRestsOnLaw<Answer>)
    return doubtsAbout(source, step, answer);
  else
    return {};
}

void addHeadline(const ProjectStep& step, AnswerHeadline headline, std::vector<std::string> doubts,
                 Section& section) {
  const bool answered = headline.kind != CalloutKind::kFailure;
  section.blocks.push_back(
      Callout{headline.kind, std::move(headline.title), std::move(headline.text), {}});
  if (answered && !doubts.empty())
    section.blocks.push_back(
        Callout{CalloutKind::kWarning, "What makes this answer weaker", "", std::move(doubts)});
  if (!headline.facts.empty())
    section.blocks.push_back(FactSheet{keyOf(step) + "_answer", std::move(headline.facts)});
}

template <class Answer>
void addHeadlines(const ReportSource& source, Section& section) {
  eachAnswer<Answer>(
      source, [&](const ProjectStep& step, const Answer& answer, const StepEvidence& evidence) {
        addHeadline(step, answerHeadline(step, answer, evidence), doubtsOf(source, step, answer),
                    section);
      });
}

}  // namespace

void addAnswerPart(const ReportSource& source, Section& section) {
  addHeadlines<LifetimeAnswer>(source, section);
  addHeadlines<PlanAnswer>(source, section);
  addHeadlines<FrontAnswer>(source, section);
  addHeadlines<TrainingCostOutcome>(source, section);
  addHeadlines<CostOutcome>(source, section);
  addHeadlines<AdaptOutcome>(source, section);
  addHeadlines<CompareAnswer>(source, section);
  addHeadlines<FitAnswer>(source, section);
  for (const char* kind : {"plan", "cost", "training", "adapt", "compare", "fit"})
    addFailures(source, kind, section);
  if (section.blocks.empty())
    section.blocks.push_back(
        Paragraph{"This project asks nothing: it has no [fit.NAME], "
                  "[compare.NAME], [cost.NAME], [training.NAME], "
                  "[plan.NAME] or [adapt.NAME]."});
}

}  // namespace moe::report
