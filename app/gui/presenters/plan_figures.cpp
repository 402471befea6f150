#include "app/gui/presenters/plan_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/report/lifetime_report.h"
#include "app/report/number_text.h"
#include "app/report/plan_report.h"
#include "app/report/plots/plot_parts.h"

namespace moe {
namespace {

using report::countText;
using report::decimalText;
using report::moneyText;

PlanFigures figuresOf(const PlanRow& row, const Configuration& c, bool optimal) {
  PlanFigures figures;
  figures.id = fmt::format("e{:g}{}", row.experts, optimal ? " loss-optimal" : "");
  figures.name = report::expertsName(row.experts) + (optimal ? ", loss-optimal" : "");
  figures.params = c.dense_params;
  figures.loss = c.loss;
  figures.usd = c.serving ? c.serving->usd_per_million_tokens : NAN;
  return figures;
}

std::vector<PlanFigures> figuresOf(const PlanAnswer& answer) {
  std::vector<PlanFigures> all;
  const PlanOutcome& outcome = answer.outcome;
  for (std::size_t i = 0; i < outcome.rows.size(); ++i) {
    const PlanRow& row = outcome.rows[i];
    // The base's choice is its optimum.
    const bool both = outcome.mode != PlanMode::kLossOptimal && i != outcome.base;
    if (both && row.loss_optimal.exists) all.push_back(figuresOf(row, row.loss_optimal, true));
    if (!row.chosen.exists) continue;
    all.push_back(figuresOf(row, row.chosen, false));
    all.back().recommended = outcome.recommendation.row == i;
  }
  return all;
}

std::vector<PlanFigures> figuresOf(const LifetimeAnswer& answer) {
  std::vector<PlanFigures> all;
  for (std::size_t i = 0; i < answer.outcome.rows.size(); ++i) {
    const LifetimeRow& row = answer.outcome.rows[i];
    if (!row.best) continue;
    const std::string& label = answer.request.designs[row.design].label;
    all.push_back({label, label, row.best->params, row.best->loss, row.best->total_usd,
                   answer.outcome.recommendation.row == i});
  }
  return all;
}

std::vector<PlanFigures> figuresOf(const FrontAnswer&) { return {}; }

std::string headlineOf(const PlanAnswer& answer) {
  const auto& choice = answer.outcome.recommendation.row;
  if (!choice) return "No configuration is recommended";
  const PlanRow& row = answer.outcome.rows[*choice];
  const Configuration& c = row.chosen;
  return fmt::format("{}, N {} on {} tokens: {} nats, {} USD per million tokens",
                     row.experts == 1 ? "Dense" : fmt::format("{:g} experts", row.experts),
                     countText(c.dense_params), countText(c.train_tokens), decimalText(c.loss, 3),
                     c.serving ? moneyText(Usd(c.serving->usd_per_million_tokens)) : "no price in");
}

std::string headlineOf(const LifetimeAnswer& answer) {
  const auto& choice = answer.outcome.recommendation.row;
  if (!choice) return "No design is recommended";
  const LifetimeRow& row = answer.outcome.rows[*choice];
  return fmt::format("{}, N {} on {} tokens: {} nats, {} in all",
                     answer.request.designs[row.design].label, countText(row.best->params),
                     countText(row.best->train_tokens), decimalText(row.best->loss, 3),
                     report::usdText(Usd(row.best->total_usd)));
}

std::string headlineOf(const FrontAnswer& answer) {
  if (answer.points.empty()) return "No model can be trained and served";
  const ParetoPoint& cheap = answer.points.front();
  const ParetoPoint& good = answer.points.back();
  const auto usd = [&](const ParetoPoint& point) {
    return moneyText(
        Usd(answer.over_lifetime ? point.lifetime_usd_per_million : point.usd_per_million));
  };
  return fmt::format("From {} nats at {} to {} nats at {} USD per million output tokens",
                     decimalText(cheap.loss, 3), usd(cheap), decimalText(good.loss, 3), usd(good));
}

std::string drawsSentence(std::size_t draws) {
  if (draws == 0) return "The law has no posterior draws, so there are no intervals.";
  return fmt::format("Intervals hold 95 % of {} joint draws.", draws);
}

std::string basesOf(const LifetimeAnswer& answer) {
  std::vector<std::string_view> names;
  for (const Basis basis : answer.price_basis)
    if (std::find(names.begin(), names.end(), name(basis)) == names.end())
      names.push_back(name(basis));
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string detailOf(const PlanAnswer& answer) {
  return fmt::format("{} Loss: fitted law; prices: {}, {}. {}",
                     report::recommendationSentence(answer), name(servingBasis(answer.request)),
                     answer.request.accelerator.name, drawsSentence(answer.outcome.draws));
}

std::string detailOf(const LifetimeAnswer& answer) {
  return fmt::format("{} Loss: fitted law; prices: {}. {}", report::lifetimeSentence(answer),
                     basesOf(answer), drawsSentence(answer.outcome.draws));
}

std::string detailOf(const FrontAnswer& answer) {
  return fmt::format(
      "{} models that no other beats in both loss and price. Loss: fitted law. A front has no "
      "intervals; the mode 'Lifetime' has.",
      answer.points.size());
}

std::string changeWords(double now, double before) {
  const double percent = 100 * (now / before - 1);
  return fmt::format("{:+.{}f} %", percent, std::abs(percent) < 10 ? 1 : 0);
}

const PlanFigures* recommendedOf(const std::vector<PlanFigures>& all) {
  const auto found =
      std::find_if(all.begin(), all.end(), [](const auto& f) { return f.recommended; });
  return found == all.end() ? nullptr : &*found;
}

const char* usdUnit(const PlanPicture& picture) {
  return std::holds_alternative<PlanAnswer>(picture.answer) ? "USD per million tokens"
                                                            : "USD in all";
}

}  // namespace

std::vector<PlanFigures> planFigures(const PlanPicture& picture) {
  return std::visit([](const auto& answer) { return figuresOf(answer); }, picture.answer);
}

std::string planHeadline(const PlanPicture& picture) {
  return std::visit([](const auto& answer) { return headlineOf(answer); }, picture.answer);
}

std::string planDetail(const PlanPicture& picture) {
  if (picture.sketch)
    return "For now priced by a roofline; prices from measured kernels, and intervals, follow.";
  if (picture.quick) return "Intervals and shares of draws follow when the slider rests.";
  return std::visit([](const auto& answer) { return detailOf(answer); }, picture.answer);
}

std::string keptSentence(const PlanPicture& picture, const PlanPicture& kept) {
  const auto old_figures = planFigures(kept);
  const auto new_figures = planFigures(picture);
  const PlanFigures* before = recommendedOf(old_figures);
  const PlanFigures* now = recommendedOf(new_figures);
  if (before == nullptr) return "Kept: a plan without a recommendation.";
  std::string text =
      fmt::format("Kept: {}, N {}, {} nats, {} {}.", before->name, countText(before->params),
                  decimalText(before->loss, 3), moneyText(Usd(before->usd)), usdUnit(kept));
  if (now == nullptr) return text;
  text += fmt::format(" Now: N {}, loss {}", changeWords(now->params, before->params),
                      changeWords(now->loss, before->loss));
  if (picture.answer.index() == kept.answer.index())
    text += ", USD " + changeWords(now->usd, before->usd);
  return text + ".";
}

const std::vector<Warning>& planWarnings(const PlanPicture& picture) {
  return std::visit(
      [](const auto& answer) -> const std::vector<Warning>& { return answer.warnings; },
      picture.answer);
}

}  // namespace moe
