#include <fmt/format.h>

#include "app/report/compare_report.h"
#include "app/report/document/answer_headline.h"
#include "app/report/document/part_builders.h"
#include "app/report/number_text.h"

namespace moe::report {
namespace {

std::string costMoney(double usd) { return moneyText(Usd(usd)); }

/// A price with the interval that the time per token gives it.
std::string priceWithInterval(const CostOutcome& outcome, double usd) {
  if (!outcome.interval_known) return costMoney(usd);
  return withInterval(usd, Range{usd * outcome.tpot_interval.low, usd * outcome.tpot_interval.high},
                      costMoney);
}

std::string intervalDetail(const CostOutcome& outcome) {
  return fmt::format("basis: {}; {}", name(outcome.basis),
                     outcome.interval_known ? "90 % of measured serving lies within"
                                            : "no interval: not held against measured serving");
}

std::string tpotWithInterval(const CostOutcome& outcome) {
  if (!outcome.interval_known) return durationText(outcome.tpot);
  return intervalText(durationText(outcome.tpot),
                      durationText(outcome.tpot_interval.low * outcome.tpot),
                      durationText(outcome.tpot_interval.high * outcome.tpot));
}

/// 90 % interval of a figure that is proportional to time.
std::optional<Range> trainingRange(const TrainingCost& cost, double value) {
  if (!cost.speed) return std::nullopt;
  return Range{value * cost.low_factor, value * cost.high_factor};
}

std::string secondsText(double seconds) { return durationText(Seconds(seconds)); }

}  // namespace

AnswerHeadline answerHeadline(const ProjectStep& step, const CostOutcome& outcome,
                              const StepEvidence& evidence) {
  const TokenCost& cost = outcome.prices.cost;
  AnswerHeadline headline;
  headline.title =
      fmt::format("Serving {} costs {} USD per million output tokens, all in",
                  outcome.model.entry.name, costMoney(cost.usd_per_million_output_tokens_all_in));
  headline.facts = {
      {"Question",
       fmt::format("{}: {} prompt and {} output tokens a request, {} requests at once", step.name,
                   countText(outcome.workload.prompt_tokens),
                   countText(outcome.workload.output_tokens), plainText(outcome.concurrency)),
       fmt::format("{} x {}, {}, weights in {}, {} USD per device-hour", outcome.devices,
                   outcome.accelerator.name, nameOf(outcome.parallelism), name(outcome.weights),
                   plainText(outcome.price.price.value() * 3600))},
      {"Price",
       fmt::format("{} USD per million output tokens, all in; {} USD per million of all tokens",
                   priceWithInterval(outcome, cost.usd_per_million_output_tokens_all_in),
                   priceWithInterval(outcome, cost.usd_per_million_tokens)),
       intervalDetail(outcome)},
      {"Speed",
       fmt::format("{} per output token, first token after {}", tpotWithInterval(outcome),
                   durationText(outcome.ttft)),
       fmt::format("{} output tokens/s per device",
                   plainText(outcome.output_tokens_per_s / outcome.devices))},
      {"Memory",
       fmt::format("{} of {} of each device hold weights and cache",
                   bytesText(outcome.memory.device.capacity - outcome.memory.device.unused -
                             outcome.memory.device.reserve),
                   bytesText(outcome.memory.device.capacity)),
       fmt::format("{} requests fit on average", countText(outcome.memory.max_concurrency))}};
  if (std::string change = whatWouldChange(evidence); !change.empty())
    headline.facts.push_back({"What would change it", std::move(change), ""});
  return headline;
}

AnswerHeadline answerHeadline(const ProjectStep& step, const TrainingCostOutcome& outcome,
                              const StepEvidence& evidence) {
  const TrainingCost& cost = outcome.cost;
  AnswerHeadline headline;
  headline.title =
      fmt::format("Training {} on {} tokens costs {}", outcome.question.model.entry.name,
                  countText(outcome.question.train_tokens), usdText(cost.price));
  const double usd = cost.price.value();
  const double seconds = cost.time.value();
  const std::string basis = cost.speed
                                ? fmt::format("basis: {}; 90 % interval", name(outcome.basis))
                                : "as sure as the MFU that was given";
  headline.facts = {
      {"Question",
       fmt::format("{}: {} x {}", step.name, outcome.question.setup.devices,
                   outcome.question.accelerator.name),
       fmt::format("{} USD per device-hour", plainText(outcome.question.price.value() * 3600))},
      {"Price", withInterval(usd, trainingRange(cost, usd), costMoney) + " USD", basis},
      {"Time", withInterval(seconds, trainingRange(cost, seconds), secondsText),
       fmt::format("MFU {} of the {} peak", percentText(cost.mfu),
                   name(outcome.question.setup.precision))}};
  if (std::string change = whatWouldChange(evidence); !change.empty())
    headline.facts.push_back({"What would change it", std::move(change), ""});
  return headline;
}

AnswerHeadline answerHeadline(const ProjectStep& step, const FitAnswer& answer,
                              const StepEvidence&) {
  AnswerHeadline headline;
  headline.kind = CalloutKind::kNote;
  headline.title =
      fmt::format("Fit {}: {} points of {} runs", step.name, answer.data.points, answer.data.runs);
  for (const LawFit& fit : answer.fits) {
    std::string value = fmt::format("{} off on the mean of the fitted points",
                                    percentText(fit.fit.mean_abs_log_residual));
    if (fit.hold_out)
      value += fmt::format("; {} on {} runs held out",
                           percentText(fit.hold_out->mean_abs_log_error), fit.hold_out->runs);
    std::string detail;
    if (!fit.fit.converged) detail = "the search did not converge";
    if (fit.rival)
      detail += fmt::format("{}{} clearly beats it on these runs", detail.empty() ? "" : "; ",
                            fit.rival->family->name);
    headline.facts.push_back({fmt::format("Law {}", fit.fit.family->name), value, detail});
  }
  return headline;
}

AnswerHeadline answerHeadline(const ProjectStep& step, const CompareAnswer& answer,
                              const StepEvidence&) {
  AnswerHeadline headline;
  headline.kind = CalloutKind::kNote;
  headline.title = "Which law the runs follow (" + step.name + ")";
  headline.text = compareSentence(answer);
  return headline;
}

}  // namespace moe::report
