#include <fmt/format.h>

#include <algorithm>

#include "app/report/document/answer_headline.h"
#include "app/report/number_text.h"
#include "app/report/plan_report.h"
#include "app/report/table_cells.h"
#include "app/workflows/evidence/plan_assumptions.h"

namespace moe::report {
namespace {

std::string planMoney(double usd) { return moneyText(Usd(usd)); }

std::string expertsInWords(double experts) {
  return experts == 1 ? "a dense model" : fmt::format("{:g} experts", experts);
}

std::string twoDecimals(double ratio) { return decimalText(ratio, 2); }

std::string drawsText(const PlanOutcome& outcome) {
  if (outcome.draws == 0) return "no interval: the law has no posterior draws";
  return fmt::format("95 % of {} joint draws", outcome.draws);
}

Fact modelFact(const PlanAnswer& answer, const PlanRow& row) {
  const Configuration& c = row.chosen;
  return {"Model",
          fmt::format("N = {} parameters, trained on {} tokens",
                      withInterval(c.dense_params, c.ci95.dense_params, countText),
                      withInterval(c.train_tokens, c.ci95.train_tokens, countText)),
          fmt::format("N counts the dense model; {} parameters in memory, {} active; {} of its "
                      "loss-optimal size; {}",
                      countText(c.total_params), countText(c.active_params),
                      percentText(c.size_vs_loss_optimal), drawsText(answer.outcome)),
          {namedFigure("E", row.experts, "experts"),
           namedFigure("N", c.dense_params, "parameters", c.ci95.dense_params),
           namedFigure("D", c.train_tokens, "tokens", c.ci95.train_tokens),
           namedFigure("in memory", c.total_params, "parameters"),
           namedFigure("active", c.active_params, "parameters")}};
}

Fact lossFact(const PlanAnswer& answer, const PlanRow& row) {
  const Configuration& c = row.chosen;
  return {
      "Loss",
      withInterval(c.loss, c.ci95.loss, lossText) + " nats per token",
      fmt::format("fitted law {}; {}", answer.request.law.family->name, drawsText(answer.outcome)),
      {namedFigure("loss", c.loss, "nats per token", c.ci95.loss)}};
}

Fact servingFact(const PlanAnswer& answer, const PlanRow& row) {
  const Configuration& c = row.chosen;
  if (!c.serving) return {"Serving", "it fits nowhere", ""};
  const PlanRequest& request = answer.request;
  std::string detail = fmt::format(
      "{} x {} at {} USD per device-hour, {} prompt and {} output tokens a request; basis: {}",
      c.serving->devices, request.accelerator.name, plainText(request.price.value() * 3600),
      countText(request.workload.prompt_tokens), countText(request.workload.output_tokens),
      name(servingBasis(request)));
  if (c.cost_vs_base && &row != &answer.outcome.baseRow())
    detail = fmt::format("{} times the price of loss-optimal {}; {}",
                         withInterval(*c.cost_vs_base, c.ci95.cost_vs_base, twoDecimals),
                         expertsInWords(answer.outcome.baseRow().experts), detail);
  const double price = c.serving->usd_per_million_tokens;
  const auto& price95 = c.ci95.usd_per_million_tokens;
  Fact fact{
      "Serving",
      withInterval(price, price95, planMoney) + " USD per million tokens, prompt and output alike",
      detail,
      {namedFigure("price", price, "USD per million tokens", price95)}};
  if (c.cost_vs_base)
    fact.numbers.push_back(
        namedFigure("price against the base", *c.cost_vs_base, "ratio", c.ci95.cost_vs_base));
  return fact;
}

Fact trainingFact(const PlanAnswer& answer, const PlanRow& row) {
  std::string detail = "the budget of each model that was compared";
  if (row.chosen.train_usd) detail = usdText(*row.chosen.train_usd) + "; " + detail;
  Fact fact{"Training",
            powerText(answer.request.budget.value()) + " FLOP",
            detail,
            {namedFigure("budget", answer.request.budget.value(), "FLOP")}};
  if (row.chosen.train_usd)
    fact.numbers.push_back(namedFigure("price", row.chosen.train_usd->value(), "USD"));
  return fact;
}

Fact certaintyFact(const PlanAnswer& answer, const PlanRow& row) {
  const Recommendation& choice = answer.outcome.recommendation;
  if (!row.best_share || !choice.runner_up)
    return {"How sure", choice.runner_up ? "not known without posterior draws" : "no runner-up",
            ""};
  const PlanRow& next = answer.outcome.rows[*choice.runner_up];
  std::string value = fmt::format("best of all in {} of {} draws", percentText(*row.best_share),
                                  answer.outcome.draws);
  if (choice.beats_runner_up)
    value += fmt::format("; ahead of the next, {}, in {}", expertsInWords(next.experts),
                         percentText(*choice.beats_runner_up));
  Fact fact{"How sure",
            value,
            "draws leave out the choice of law and of runs, which follow",
            {namedFigure("best of all", 100 * *row.best_share, "% of draws")}};
  if (choice.beats_runner_up)
    fact.numbers.push_back(
        namedFigure("ahead of the next", 100 * *choice.beats_runner_up, "% of draws"));
  return fact;
}

/// Sizes and ratios under other fits of the same law.
Fact otherFitsFact(const PlanOutcome& outcome, std::size_t row) {
  std::vector<double> sizes;
  std::vector<double> ratios;
  for (const PlanVariant& variant : outcome.variants) {
    if (variant.rows[row].dense_params) sizes.push_back(*variant.rows[row].dense_params);
    if (variant.rows[row].cost_vs_base) ratios.push_back(*variant.rows[row].cost_vs_base);
  }
  if (sizes.empty()) return {};
  const auto [small, large] = std::minmax_element(sizes.begin(), sizes.end());
  Fact fact{"Other windows of the same runs",
            fmt::format("N = {} to {} parameters", countText(*small), countText(*large)),
            "often wider than the interval of the draws",
            {{.low = *small, .high = *large, .unit = "parameters", .name = "N"}}};
  if (ratios.empty()) return fact;
  const auto [low, high] = std::minmax_element(ratios.begin(), ratios.end());
  fact.value +=
      fmt::format(", {} to {} times the base's price", decimalText(*low, 2), decimalText(*high, 2));
  fact.numbers.push_back(
      {.low = *low, .high = *high, .unit = "ratio", .name = "price against the base"});
  return fact;
}

Fact reachFact(const PlanRow& row) {
  const double decades = row.chosen.extrapolation.worstOfSizeAndTokens();
  if (!(decades > 0)) return {"Within the runs", "yes, in N, D and tokens per parameter", ""};
  return {"Outside the runs",
          fmt::format("by {:.2g} decades", decades),
          "in N, D or tokens per parameter; more than one decade is never recommended",
          {namedFigure("outside", decades, "decades")}};
}

Fact changeFact(const PlanAnswer& answer, const StepEvidence& evidence) {
  std::string text = whatWouldChange(evidence);
  if (const auto factor = runnerUpPriceFactor(answer)) {
    const PlanRow& next = answer.outcome.rows[*answer.outcome.recommendation.runner_up];
    text += fmt::format(
        " {}, the next best, would win if its serving cost less than {} of what it "
        "does.",
        next.experts == 1 ? "The dense model" : fmt::format("{:g} experts", next.experts),
        percentText(*factor));
  }
  return {"What would change it", text, ""};
}

}  // namespace

AnswerHeadline answerHeadline(const ProjectStep& step, const PlanAnswer& answer,
                              const StepEvidence& evidence) {
  const PlanOutcome& outcome = answer.outcome;
  const auto& choice = outcome.recommendation.row;
  if (!choice)
    return {CalloutKind::kFailure,
            "Plan " + step.name + ": no recommendation",
            recommendationSentence(answer),
            {}};
  const PlanRow& row = outcome.rows[*choice];
  AnswerHeadline headline;
  headline.title =
      fmt::format("Train {} with N = {} on {} tokens", expertsInWords(row.experts),
                  countText(row.chosen.dense_params), countText(row.chosen.train_tokens));
  headline.text = recommendationSentence(answer);
  for (Fact fact : {modelFact(answer, row), lossFact(answer, row), servingFact(answer, row),
                    trainingFact(answer, row), certaintyFact(answer, row),
                    otherFitsFact(outcome, *choice), reachFact(row), changeFact(answer, evidence)})
    if (!fact.value.empty()) headline.facts.push_back(std::move(fact));
  return headline;
}

}  // namespace moe::report
