#include "app/gui/presenters/plan_picture.h"

#include "app/report/plots/front_plot.h"
#include "app/report/plots/over_training_plot.h"
#include "app/report/plots/plan_curve_plot.h"
#include "app/report/plots/plane_plot.h"
#include "app/report/plots/tornado_plot.h"
#include "app/workflows/plan_curves.h"

namespace moe {
namespace {

Result<void> knowPlan(const PlanQuestion& question, PlanKnowledge& known, std::stop_token stop,
                      const ProgressSink& progress) {
  const PlanQuestion key = inputsKey(question);
  if (known.plan && known.plan_key == key) return {};
  auto inputs = planInputs(question, stop, progress);
  if (!inputs) return tl::unexpected(inputs.error());
  known.plan = std::make_shared<const PlanInputs>(*std::move(inputs));
  known.plan_key = key;
  return {};
}

Result<void> knowLifetime(const LifetimeQuestion& question, PlanKnowledge& known,
                          std::stop_token stop, const ProgressSink& progress) {
  const LifetimeQuestion key = inputsKey(question);
  if (known.lifetime && known.lifetime_key == key) return {};
  auto inputs = lifetimeInputs(question, stop, progress);
  if (!inputs) return tl::unexpected(inputs.error());
  known.lifetime = std::make_shared<const LifetimeInputs>(*std::move(inputs));
  known.lifetime_key = key;
  return {};
}

AdviceWanted adviceOf(const PlanPicture& picture) {
  return picture.quick ? AdviceWanted::kNo : AdviceWanted::kYes;
}

/// The question without what waits for planTornado.
LifetimeQuestion withoutTornado(LifetimeQuestion question) {
  question.sensitivity = false;
  question.other_law_file.clear();
  return question;
}

Result<void> drawPlan(const PlanQuestion& question, PlanPicture& picture, std::stop_token stop,
                      const ProgressSink& progress) {
  PlanKnowledge known = picture.known;
  if (picture.sketch) {
    auto inputs = planInputs(question, stop, progress, PlanPrices::kRoofline);
    if (!inputs) return tl::unexpected(inputs.error());
    known.plan = std::make_shared<const PlanInputs>(*std::move(inputs));
  } else {
    if (auto found = knowPlan(question, known, stop, progress); !found) return found;
    picture.known = known;
  }
  PlanQuestion asked = question;
  if (picture.quick) asked.draws = 0;
  auto answer = answerPlan(asked, *known.plan, stop, progress, adviceOf(picture));
  if (!answer) return tl::unexpected(answer.error());
  answer->request.draws = question.draws;  // of the bands
  picture.curves = report::planPlot(*answer, planCurves(answer->request));
  picture.answer = *std::move(answer);
  return {};
}

Result<void> drawLifetime(const LifetimeQuestion& question, PlanPicture& picture,
                          std::stop_token stop, const ProgressSink& progress) {
  if (auto known = knowLifetime(question, picture.known, stop, progress); !known) return known;
  LifetimeQuestion asked = question;
  if (picture.quick) asked.draws = 0;
  auto answer = answerLifetime(asked, *picture.known.lifetime, stop, progress, adviceOf(picture));
  if (!answer) return tl::unexpected(answer.error());
  picture.curves = report::lifetimeBillPlot(*answer);
  picture.answer = *std::move(answer);
  return {};
}

Result<void> drawFront(const LifetimeQuestion& question, PlanPicture& picture, std::stop_token stop,
                       const ProgressSink& progress) {
  if (auto known = knowLifetime(question, picture.known, stop, progress); !known) return known;
  auto answer = answerFront(question, *picture.known.lifetime, stop);
  if (!answer) return tl::unexpected(answer.error());
  picture.curves = report::frontPlot(*answer);
  picture.answer = *std::move(answer);
  return {};
}

/// The expert count whose map is shown: the recommended one, else the base.
std::size_t shownRow(const PlanOutcome& outcome) {
  return outcome.recommendation.row.value_or(outcome.base);
}

std::optional<report::PlotSpec> lossMap(const PlanAnswer& answer) {
  const std::size_t row = shownRow(answer.outcome);
  const PlanRow& shown = answer.outcome.rows[row];
  const Configuration& c = shown.chosen.exists ? shown.chosen : shown.loss_optimal;
  if (!c.exists) return std::nullopt;
  const PlanPlane plane = lossPlane(answer.request.law, {.experts = shown.experts},
                                    report::planeAround(c.dense_params, c.train_tokens));
  return report::lossPlanePlot(answer, row, plane);
}

std::optional<report::PlotSpec> costMap(const LifetimeAnswer& answer) {
  if (!answer.shown) return std::nullopt;
  const LifetimeRow& row = answer.outcome.rows[*answer.shown];
  if (answer.request.designs[row.design].fixed) return std::nullopt;  // one size has no map
  const PlanPlane plane = lifetimePlane(
      answer.request, row.design, report::planeAround(row.best->params, row.best->train_tokens));
  return report::costPlanePlot(answer, plane);
}

}  // namespace

bool canSketch(const ProjectPlan& asked, const PlanKnowledge& known) {
  const auto* question = std::get_if<PlanQuestion>(&asked.question);
  return question != nullptr && question->cost_preset.empty() &&
         !(known.plan && known.plan_key == inputsKey(*question));
}

Result<std::shared_ptr<const PlanPicture>> planPicture(const ProjectPlan& asked,
                                                       const PlanKnowledge& known, PlanPace pace,
                                                       std::stop_token stop,
                                                       const ProgressSink& progress) {
  auto picture = std::make_shared<PlanPicture>();
  picture->asked = asked;
  picture->known = known;
  picture->quick = pace != PlanPace::kFull;
  picture->sketch = pace == PlanPace::kSketch && canSketch(asked, known);
  Result<void> drawn;
  if (const auto* question = std::get_if<PlanQuestion>(&asked.question))
    drawn = drawPlan(*question, *picture, stop, progress);
  else if (asked.mode == "pareto")
    drawn = drawFront(std::get<LifetimeQuestion>(asked.question), *picture, stop, progress);
  else
    drawn = drawLifetime(withoutTornado(std::get<LifetimeQuestion>(asked.question)), *picture, stop,
                         progress);
  if (!drawn) return tl::unexpected(drawn.error());
  return picture;
}

PlanDetails planDetails(const PlanPicture& picture) {
  PlanDetails details;
  if (const auto* plan = std::get_if<PlanAnswer>(&picture.answer)) details.map = lossMap(*plan);
  if (const auto* life = std::get_if<LifetimeAnswer>(&picture.answer)) {
    details.map = costMap(*life);
    details.over_training = report::overTrainingPlot(*life);
  }
  return details;
}

report::PlotSpec planTornado(const PlanPicture& picture, std::stop_token stop,
                             const ProgressSink& progress) {
  report::PlotSpec nothing;
  nothing.key = "tornado";
  nothing.title = "What the answer depends on";
  nothing.empty_reason = "Assumptions are moved in a plan of training and serving together.";
  const auto* life = std::get_if<LifetimeAnswer>(&picture.answer);
  if (life == nullptr) return nothing;
  LifetimeAnswer answer = *life;
  answer.question = std::get<LifetimeQuestion>(picture.asked.question);
  auto sensitivity = sensitivityOfAnswer(answer, *picture.known.lifetime, stop, progress);
  if (!sensitivity) {
    nothing.empty_reason = describe(sensitivity.error());
    return nothing;
  }
  answer.sensitivity = *std::move(sensitivity);
  return report::tornadoPlot(answer);
}

}  // namespace moe
