#include <fmt/format.h>

#include "app/report/compare_report.h"
#include "app/report/document/answer_headline.h"
#include "app/report/document/part_builders.h"
#include "app/report/number_text.h"
#include "app/report/table_cells.h"

namespace moe::report {
namespace {

std::string costMoney(double usd) { return moneyText(Usd(usd)); }

/// The 90 % interval of a figure that is proportional to the time per token.
std::optional<Range> costRange(const CostOutcome& outcome, double value) {
  if (!outcome.interval_known) return std::nullopt;
  return Range{value * outcome.tpot_interval.low, value * outcome.tpot_interval.high};
}

/// A price with the interval that the time per token gives it.
std::string priceWithInterval(const CostOutcome& outcome, double usd) {
  return withInterval(usd, costRange(outcome, usd), costMoney);
}

TableNumber costFigure(const CostOutcome& outcome, const char* name, double value,
                       const char* unit) {
  return namedFigure(name, value, unit, costRange(outcome, value));
}

std::string intervalDetail(const CostOutcome& outcome) {
  return fmt::format("basis: {}; {}", name(outcome.basis),
                     outcome.interval_known ? "90 % of measured serving lies within"
                                            : "no interval: not held against measured serving");
}

std::string secondsText(double seconds) { return durationText(Seconds(seconds)); }

std::string tpotWithInterval(const CostOutcome& outcome) {
  return withInterval(outcome.tpot.value(), costRange(outcome, outcome.tpot.value()), secondsText);
}

/// 90 % interval of a figure that is proportional to time.
std::optional<Range> trainingRange(const TrainingCost& cost, double value) {
  if (!cost.speed) return std::nullopt;
  return Range{value * cost.low_factor, value * cost.high_factor};
}

}  // namespace

AnswerHeadline answerHeadline(const ProjectStep& step, const CostOutcome& outcome,
                              const StepEvidence& evidence) {
  const TokenCost& cost = outcome.prices.cost;
  const DeviceMemory& device = outcome.memory.device;
  const Bytes held = device.capacity - device.unused - device.reserve;
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
       intervalDetail(outcome),
       {costFigure(outcome, "output tokens, all in", cost.usd_per_million_output_tokens_all_in,
                   "USD per million output tokens"),
        costFigure(outcome, "all tokens", cost.usd_per_million_tokens, "USD per million tokens")}},
      {"Speed",
       fmt::format("{} per output token, first token after {}", tpotWithInterval(outcome),
                   durationText(outcome.ttft)),
       fmt::format("{} output tokens/s per device",
                   plainText(outcome.output_tokens_per_s / outcome.devices)),
       {costFigure(outcome, "time per output token", outcome.tpot.value(), "s"),
        namedFigure("time to first token", outcome.ttft.value(), "s"),
        namedFigure("output of a device", outcome.output_tokens_per_s / outcome.devices,
                    "tokens/s")}},
      {"Memory",
       fmt::format("{} of {} of each device hold weights and cache", bytesText(held),
                   bytesText(device.capacity)),
       fmt::format("{} requests fit on average", countText(outcome.memory.max_concurrency)),
       {namedFigure("held", held.value(), "bytes"),
        namedFigure("capacity", device.capacity.value(), "bytes"),
        namedFigure("fit", outcome.memory.max_concurrency, "requests")}}};
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
      {"Price",
       withInterval(usd, trainingRange(cost, usd), costMoney) + " USD",
       basis,
       {namedFigure("price", usd, "USD", trainingRange(cost, usd))}},
      {"Time",
       withInterval(seconds, trainingRange(cost, seconds), secondsText),
       fmt::format("MFU {} of the {} peak", percentText(cost.mfu),
                   name(outcome.question.setup.precision)),
       {namedFigure("time", seconds, "s", trainingRange(cost, seconds)),
        namedFigure("MFU", 100 * cost.mfu, "%")}}};
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
    std::vector<TableNumber> figures = {
        namedFigure("mean residual", 100 * fit.fit.mean_abs_log_residual, "%")};
    if (fit.hold_out)
      figures.push_back(namedFigure("held out", 100 * fit.hold_out->mean_abs_log_error, "%"));
    headline.facts.push_back({fmt::format("Law {}", fit.fit.family->name), value, detail, figures});
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
