#include "app/report/front_report.h"

#include <fmt/format.h>

#include <cmath>

#include "app/report/json_document.h"
#include "app/report/number_text.h"
#include "app/report/plan_layout.h"
#include "app/report/table_cells.h"

namespace moe::report {
namespace {

constexpr int kShown = 20;

double priceOf(const FrontAnswer& answer, const ParetoPoint& point) {
  return answer.over_lifetime ? point.lifetime_usd_per_million : point.usd_per_million;
}

std::string purpose(const FrontAnswer& answer) {
  if (answer.over_lifetime)
    return "Plan (pareto): least loss for what a whole life costs, training tokens free\n";
  const std::string budget =
      answer.request.training_flop
          ? powerText(answer.request.training_flop->value()) + " training FLOP"
          : usdText(*answer.request.training_usd) + " of training";
  return fmt::format("Plan (pareto): loss against serving price, every model with {}\n", budget);
}

/// Points at least a step of the price apart, the ends always.
std::vector<ParetoPoint> thinned(const FrontAnswer& answer) {
  const std::vector<ParetoPoint>& all = answer.points;
  if (all.size() <= kShown) return all;
  const double step =
      std::log(priceOf(answer, all.back()) / priceOf(answer, all.front())) / (kShown - 1);
  std::vector<ParetoPoint> kept = {all.front()};
  for (std::size_t i = 1; i + 1 < all.size(); ++i)
    if (std::log(priceOf(answer, all[i]) / priceOf(answer, kept.back())) >= step)
      kept.push_back(all[i]);
  kept.push_back(all.back());
  return kept;
}

Json pointJson(const FrontAnswer& answer, const ParetoPoint& point) {
  const PricedDesign& design = answer.request.designs[point.design];
  return {{"design", design.label},
          {"experts", jsonNumber(design.model.experts)},
          {"dense_params", jsonNumber(point.params)},
          {"active_params", jsonNumber(point.active_params)},
          {"total_params", jsonNumber(point.total_params)},
          {"train_tokens", jsonNumber(point.train_tokens)},
          {"loss", jsonNumber(point.loss)},
          {"train_usd", jsonNumber(point.training_usd)},
          {"usd_per_million_output_tokens_all_in", jsonNumber(point.usd_per_million)},
          {"lifetime_usd_per_million_output_tokens",
           answer.request.lifetime_tokens > 0 ? jsonNumber(point.lifetime_usd_per_million)
                                              : Json(nullptr)},
          {"extrapolated", point.extrapolated}};
}

}  // namespace

TextTable frontTable(const FrontAnswer& answer) {
  TextTable table{
      fmt::format("{} models that no other beats in loss and price", answer.points.size()),
      {{"Design", "", Align::kLeft},
       {"N", "dense"},
       {"Trained on", "tokens"},
       {"Loss", "nats"},
       {"Training", "USD"},
       {"Serving", "USD/M output"}}};
  const bool life = answer.request.lifetime_tokens > 0;
  if (life) table.columns.push_back({"With training", "USD/M output"});
  bool marked = false;
  for (const ParetoPoint& point : thinned(answer)) {
    marked = marked || point.extrapolated;
    TableRow cells = {answer.request.designs[point.design].label + (point.extrapolated ? " !" : ""),
                      countCell(point.params),
                      countCell(point.train_tokens),
                      decimalCell(point.loss, 3),
                      moneyCell(point.training_usd),
                      plainCell(point.usd_per_million)};
    if (life) cells.push_back(plainCell(point.lifetime_usd_per_million));
    table.rows.push_back(std::move(cells));
  }
  if (marked)
    table.footnotes.push_back("! more than one decade outside the law's runs in N, D or D/N.");
  if (table.rows.size() < answer.points.size())
    table.footnotes.push_back(fmt::format("{} of {} are shown, evenly in price; --json has all.",
                                          table.rows.size(), answer.points.size()));
  return table;
}

std::string frontText(const FrontAnswer& answer) {
  std::string text = purpose(answer);
  text += wrappedText(fmt::format("Law: {}", answer.request.law.name), kPlanWidth, 2);
  for (const Warning& warning : answer.warnings)
    text += wrappedText("- " + warning.message, kPlanWidth, 2);
  text += "\n" + tableText(frontTable(answer), kPlanWidth) + "\nSources\n";
  for (const std::string& source : answer.sources)
    text += wrappedText("  " + source, kPlanWidth, 4);
  return text;
}

std::string frontJson(const FrontAnswer& answer) {
  Json results;
  results["mode"] = "pareto";
  results["front"] = Json::array();
  for (const ParetoPoint& point : answer.points)
    results["front"].push_back(pointJson(answer, point));
  DocumentHead head;
  head.schema = "moeplan.plan/1";
  head.command = "plan";
  head.inputs = {{"mode", "pareto"},
                 {"law", answer.request.law.name},
                 {"training_flop", answer.request.training_flop
                                       ? jsonNumber(answer.request.training_flop->value())
                                       : Json(nullptr)},
                 {"training_usd", answer.request.training_usd
                                      ? jsonNumber(answer.request.training_usd->value())
                                      : Json(nullptr)},
                 {"total_usd", jsonNumbers(answer.question.total_usd)},
                 {"lifetime_tokens", jsonNumber(answer.question.lifetime_tokens)}};
  head.sources = answer.sources;
  head.warnings = answer.warnings;
  head.timing = answer.timing;
  return documentText(head, results);
}

}  // namespace moe::report
