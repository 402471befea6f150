#include <fmt/format.h>

#include "app/report/document/answer_headline.h"
#include "app/report/lifetime_report.h"
#include "app/report/number_text.h"
#include "app/report/table_cells.h"

namespace moe::report {
namespace {

std::string lifeMoney(double usd) { return moneyText(Usd(usd)); }

std::string lifeDraws(const LifetimeOutcome& outcome) {
  if (outcome.draws == 0) return "no interval: nothing was drawn";
  return fmt::format("95 % of {} draws of the law and of the prices", outcome.draws);
}

std::string labelOf(const LifetimeAnswer& answer, std::size_t row) {
  return answer.request.designs[answer.outcome.rows[row].design].label;
}

Fact lifeModelFact(const LifetimeAnswer& answer, const LifetimeRow& row) {
  const LifetimeModel& model = *row.best;
  return {"Model",
          fmt::format("N = {} parameters, trained on {} tokens",
                      withInterval(model.params, row.ci95.params, countText),
                      withInterval(model.train_tokens, row.ci95.train_tokens, countText)),
          fmt::format("{} of the loss-optimal size on {:.2g} times its tokens; {}",
                      percentText(row.size_vs_loss_optimal), row.over_training_factor,
                      lifeDraws(answer.outcome)),
          {namedFigure("N", model.params, "parameters", row.ci95.params),
           namedFigure("D", model.train_tokens, "tokens", row.ci95.train_tokens)}};
}

std::vector<Fact> billFacts(const LifetimeAnswer& answer, const LifetimeRow& row) {
  const LifetimeModel& model = *row.best;
  const std::string basis(name(answer.price_basis[row.design]));
  return {{"Loss",
           withInterval(model.loss, row.ci95.loss, lossText) + " nats per token",
           fmt::format("fitted law {}", answer.request.law.family->name),
           {namedFigure("loss", model.loss, "nats per token", row.ci95.loss)}},
          {"Whole life",
           withInterval(model.total_usd, row.ci95.total_usd, lifeMoney) + " USD",
           fmt::format("training and {} output tokens", countText(answer.request.lifetime_tokens)),
           {namedFigure("all", model.total_usd, "USD", row.ci95.total_usd)}},
          {"Training",
           withInterval(model.training.usd, row.ci95.train_usd, lifeMoney) + " USD",
           "",
           {namedFigure("training", model.training.usd, "USD", row.ci95.train_usd)}},
          {"Serving",
           withInterval(model.serving.usd_per_million_output_tokens_all_in,
                        row.ci95.usd_per_million_output_tokens_all_in, lifeMoney) +
               " USD per million output tokens, all in",
           "basis: " + basis,
           {namedFigure("price", model.serving.usd_per_million_output_tokens_all_in,
                        "USD per million output tokens, all in",
                        row.ci95.usd_per_million_output_tokens_all_in)}}};
}

Fact lifeCertaintyFact(const LifetimeAnswer& answer, const LifetimeRow& row) {
  const LifetimeRecommendation& choice = answer.outcome.recommendation;
  if (!row.best_share) return {"How sure", "not known without draws", ""};
  std::string value = fmt::format("best design in {} of {} draws", percentText(*row.best_share),
                                  answer.outcome.draws);
  if (row.regret_share) value += fmt::format("; mean regret {}", percentText(*row.regret_share));
  if (choice.runner_up && choice.beats_runner_up)
    value += fmt::format("; ahead of the next, {}, in {}", labelOf(answer, *choice.runner_up),
                         percentText(*choice.beats_runner_up));
  return {"How sure", value, "", {namedFigure("best design", 100 * *row.best_share, "% of draws")}};
}

Fact lifeChangeFact(const LifetimeAnswer& answer, const StepEvidence& evidence) {
  std::string text = whatWouldChange(evidence);
  const LifetimeRecommendation& choice = answer.outcome.recommendation;
  if (choice.runner_up && choice.switches.lifetime_tokens)
    text += fmt::format(" {}, the next best, would win at {} lifetime tokens.",
                        labelOf(answer, *choice.runner_up),
                        countText(*choice.switches.lifetime_tokens));
  if (choice.runner_up && choice.switches.price_factor)
    text +=
        fmt::format(" {} would win if its serving cost less than {} of what it does.",
                    labelOf(answer, *choice.runner_up), percentText(*choice.switches.price_factor));
  return {"What would change it", text, ""};
}

}  // namespace

AnswerHeadline answerHeadline(const ProjectStep& step, const LifetimeAnswer& answer,
                              const StepEvidence& evidence) {
  const auto& choice = answer.outcome.recommendation.row;
  if (!choice)
    return {CalloutKind::kFailure,
            "Plan " + step.name + ": no recommendation",
            lifetimeSentence(answer),
            {}};
  const LifetimeRow& row = answer.outcome.rows[*choice];
  AnswerHeadline headline;
  headline.title =
      fmt::format("Train and serve {} with N = {} on {} tokens", labelOf(answer, *choice),
                  countText(row.best->params), countText(row.best->train_tokens));
  headline.text = lifetimeSentence(answer);
  headline.facts = {lifeModelFact(answer, row)};
  for (Fact& fact : billFacts(answer, row)) headline.facts.push_back(std::move(fact));
  headline.facts.push_back(lifeCertaintyFact(answer, row));
  if (Fact change = lifeChangeFact(answer, evidence); !change.value.empty())
    headline.facts.push_back(std::move(change));
  return headline;
}

AnswerHeadline answerHeadline(const ProjectStep& step, const FrontAnswer& answer,
                              const StepEvidence&) {
  if (answer.points.empty())
    return {
        CalloutKind::kFailure, "Plan " + step.name + ": nothing can be trained and served", "", {}};
  const ParetoPoint& cheap = answer.points.front();
  const ParetoPoint& good = answer.points.back();
  const auto priceOf = [&](const ParetoPoint& point) {
    return answer.over_lifetime ? point.lifetime_usd_per_million : point.usd_per_million;
  };
  const auto end = [&](const ParetoPoint& point) {
    return fmt::format("{} nats per token at {} USD per million output tokens ({}, N = {})",
                       lossText(point.loss), moneyText(Usd(priceOf(point))),
                       answer.request.designs[point.design].label, countText(point.params));
  };
  AnswerHeadline headline;
  headline.title = fmt::format("Plan {}: {} models that no other beats in both loss and price",
                               step.name, answer.points.size());
  const auto figures = [&](const ParetoPoint& point) -> std::vector<TableNumber> {
    return {namedFigure("loss", point.loss, "nats per token"),
            namedFigure("price", priceOf(point), "USD per million output tokens"),
            namedFigure("N", point.params, "parameters")};
  };
  headline.facts = {{"Cheapest", end(cheap), "", figures(cheap)},
                    {"Best", end(good), "", figures(good)},
                    {"How sure", "a front has no intervals; a plan with mode lifetime has", ""}};
  return headline;
}

}  // namespace moe::report
