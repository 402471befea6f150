#include "app/report/run/step_headline.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/report/adapt_tables.h"
#include "app/report/number_text.h"

namespace moe::report {
namespace {

constexpr const char* kOf95 = "95 %";
constexpr const char* kOf90 = "90 %";

std::string expertsWords(double experts) {
  return experts == 1 ? "dense model" : fmt::format("{:g} experts", experts);
}

/// "1.69 [1.66, 1.72] nats", or without the interval.
std::string figureText(double value, const std::optional<Range>& interval, const char* unit) {
  const std::string figure =
      interval ? intervalText(value, interval->low, interval->high) : plainText(value);
  return fmt::format("{} {}", figure, unit);
}

std::string usdFigure(double usd, const std::optional<Range>& interval) {
  if (!interval) return usdText(Usd(usd));
  return intervalText(moneyText(Usd(usd)), moneyText(Usd(interval->low)),
                      moneyText(Usd(interval->high))) +
         " USD";
}

/// The loss that no size removes, of laws that have it.
const ParameterFit* floorOf(const FitResult& fit) {
  const auto found =
      std::find_if(fit.parameters.begin(), fit.parameters.end(), [](const ParameterFit& parameter) {
        return parameter.name == "floor" || parameter.meaning.starts_with("loss that no size");
      });
  return found == fit.parameters.end() ? nullptr : &*found;
}

StepHeadline headlineOfFit(const FitAnswer& answer) {
  const FitResult& fit = answer.fits.front().fit;
  StepHeadline headline;
  headline.text = fmt::format("{}: misses a run by {}", fit.family->name,
                              percentText(fit.mean_abs_log_residual));
  headline.value = fit.mean_abs_log_residual;
  if (const ParameterFit* floor = floorOf(fit); floor != nullptr && floor->identified) {
    headline.text = fmt::format("{}: loss floor {}, misses a run by {}", fit.family->name,
                                figureText(floor->value, floor->ci95, "nats"),
                                percentText(fit.mean_abs_log_residual));
    headline.value = floor->value;
    headline.unit = "nats";
    headline.interval = floor->ci95;
    headline.interval_level = floor->ci95 ? kOf95 : "";
  }
  if (answer.fits.size() > 1)
    headline.text += fmt::format("; {} more laws", answer.fits.size() - 1);
  return headline;
}

StepHeadline headlineOfComparison(const CompareAnswer& answer) {
  const Comparison& comparison = answer.comparison;
  const FamilyScore& taken = comparison.scores[comparison.recommended.value_or(0)];
  const bool alone = std::none_of(
      comparison.scores.begin(), comparison.scores.end(), [&](const FamilyScore& score) {
        return &score != &taken && score.fit && score.standing != Standing::kBeaten;
      });
  const double error =
      taken.hold_out ? taken.hold_out->mean_abs_log_error : taken.fit->mean_abs_log_residual;
  StepHeadline headline;
  headline.value = error;
  headline.text = fmt::format("{}{}, {} off on {}", taken.family->name,
                              alone ? "" : " (others cannot be told from it)", percentText(error),
                              taken.hold_out ? "unseen runs" : "its own runs");
  return headline;
}

StepHeadline headlineOfCost(const CostOutcome& outcome) {
  const double usd = outcome.prices.cost.usd_per_million_output_tokens_all_in;
  StepHeadline headline;
  headline.value = usd;
  headline.unit = "USD per million output tokens, all in";
  if (outcome.interval_known) {
    headline.interval = Range{outcome.tpot_interval.low * usd, outcome.tpot_interval.high * usd};
    headline.interval_level = kOf90;
  }
  headline.text = fmt::format("{} per million output tokens, {} per token on {} x {}",
                              usdFigure(usd, headline.interval), durationText(outcome.tpot),
                              outcome.devices, outcome.accelerator.name);
  return headline;
}

StepHeadline headlineOfTraining(const TrainingCostOutcome& outcome) {
  const double usd = outcome.cost.price.value();
  StepHeadline headline;
  headline.value = usd;
  headline.unit = "USD";
  if (outcome.cost.low_factor < outcome.cost.high_factor) {
    headline.interval = Range{outcome.cost.low_factor * usd, outcome.cost.high_factor * usd};
    headline.interval_level = kOf90;
  }
  headline.text =
      fmt::format("{} and {}", usdFigure(usd, headline.interval), durationText(outcome.cost.time));
  return headline;
}

StepHeadline headlineOfPlan(const PlanAnswer& answer) {
  StepHeadline headline;
  headline.text = "nothing is recommended";
  if (!answer.outcome.recommendation.row) return headline;
  const PlanRow& row = answer.outcome.rows[*answer.outcome.recommendation.row];
  const Configuration& c = row.chosen;
  headline.text = fmt::format("{}, N = {} on {} tokens, loss {}", expertsWords(row.experts),
                              countText(c.dense_params), countText(c.train_tokens),
                              figureText(c.loss, c.ci95.loss, "nats"));
  headline.value = c.loss;
  headline.unit = "nats";
  headline.interval = c.ci95.loss;
  if (c.cost_vs_base) {
    headline.value = *c.cost_vs_base;
    headline.unit = "of the base's serving cost";
    headline.interval = c.ci95.cost_vs_base;
    headline.text +=
        ", " + figureText(*c.cost_vs_base, c.ci95.cost_vs_base, "of the base's serving cost");
  }
  headline.interval_level = headline.interval ? kOf95 : "";
  return headline;
}

StepHeadline headlineOfLifetime(const LifetimeAnswer& answer) {
  StepHeadline headline;
  headline.text = "nothing is recommended";
  if (!answer.outcome.recommendation.row) return headline;
  const LifetimeRow& row = answer.outcome.rows[*answer.outcome.recommendation.row];
  const LifetimeModel& model = *row.best;
  headline.text =
      fmt::format("{}, N = {} on {} tokens, loss {}, {} over its life",
                  answer.request.designs[row.design].label, countText(model.params),
                  countText(model.train_tokens), figureText(model.loss, row.ci95.loss, "nats"),
                  usdFigure(model.total_usd, row.ci95.total_usd));
  headline.value = model.total_usd;
  headline.unit = "USD over the life";
  headline.interval = row.ci95.total_usd;
  headline.interval_level = headline.interval ? kOf95 : "";
  return headline;
}

StepHeadline headlineOfFront(const FrontAnswer& answer) {
  StepHeadline headline;
  headline.text = "no model can be served";
  if (answer.points.empty()) return headline;
  headline.text =
      fmt::format("{} models, loss {} to {} nats", answer.points.size(),
                  lossText(answer.points.back().loss), lossText(answer.points.front().loss));
  headline.value = answer.points.back().loss;
  headline.unit = "nats";
  return headline;
}

StepHeadline headlineOfAdapt(const AdaptOutcome& outcome) {
  StepHeadline headline;
  if (const AdaptRow* cheapest = cheapestMethod(outcome)) {
    const AdaptationCost& cost = *cheapest->cost;
    const double usd = cost.price.value();
    headline.value = usd;
    headline.unit = "USD";
    if (cost.basis) headline.interval = Range{usd * cost.low_factor, usd * cost.high_factor};
    headline.interval_level = headline.interval ? kOf90 : "";
    headline.text = fmt::format("{} costs least: {} and {}", name(cheapest->method),
                                usdFigure(usd, headline.interval), durationText(cost.time));
    return headline;
  }
  if (outcome.run) {
    headline.text = "no method fits on the machine";
    return headline;
  }
  const auto fewest = std::min_element(outcome.rows.begin(), outcome.rows.end(),
                                       [](const AdaptRow& a, const AdaptRow& b) {
                                         return a.adapted.trained() < b.adapted.trained();
                                       });
  if (fewest == outcome.rows.end()) return headline;
  headline.value = static_cast<double>(fewest->adapted.trained());
  headline.unit = "parameters";
  headline.text = fmt::format("{} trains fewest: {} parameters", name(fewest->method),
                              countText(*headline.value));
  return headline;
}

}  // namespace

StepHeadline headlineOf(const StepAnswer& answer) {
  struct Visitor {
    StepHeadline operator()(const FitAnswer& a) const { return headlineOfFit(a); }
    StepHeadline operator()(const CompareAnswer& a) const { return headlineOfComparison(a); }
    StepHeadline operator()(const CostOutcome& a) const { return headlineOfCost(a); }
    StepHeadline operator()(const TrainingCostOutcome& a) const { return headlineOfTraining(a); }
    StepHeadline operator()(const PlanAnswer& a) const { return headlineOfPlan(a); }
    StepHeadline operator()(const LifetimeAnswer& a) const { return headlineOfLifetime(a); }
    StepHeadline operator()(const FrontAnswer& a) const { return headlineOfFront(a); }
    StepHeadline operator()(const AdaptOutcome& a) const { return headlineOfAdapt(a); }
  };
  StepHeadline headline = std::visit(Visitor{}, answer);
  headline.yes = saysYes(answer);
  return headline;
}

}  // namespace moe::report
