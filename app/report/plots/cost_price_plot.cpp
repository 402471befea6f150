#include "app/report/plots/cost_price_plot.h"

#include <fmt/format.h>

#include <array>
#include <optional>

#include "app/report/number_text.h"
#include "app/report/plots/plot_parts.h"

namespace moe::report {
namespace {

/// One price of own serving.
struct OwnPrice {
  const char* name;
  double usd_per_million;
};

void addOwnPrices(const CostOutcome& outcome, PlotSpec& plot) {
  const TokenCost& cost = outcome.prices.cost;
  const std::array<OwnPrice, 4> prices{
      OwnPrice{"input tokens", cost.usd_per_million_input_tokens},
      OwnPrice{"output tokens", cost.usd_per_million_output_tokens},
      OwnPrice{"all tokens alike", cost.usd_per_million_tokens},
      OwnPrice{"output tokens, all-in", cost.usd_per_million_output_tokens_all_in}};
  PlotSeries intervals;
  intervals.kind = SeriesKind::kPoints;
  intervals.color = neutral();
  intervals.name = "90 % interval";
  for (std::size_t i = 0; i < prices.size(); ++i) {
    const double usd = prices[i].usd_per_million;
    const double low = usd * outcome.tpot_interval.low;
    const double high = usd * outcome.tpot_interval.high;
    plot.y.categories.emplace_back(prices[i].name);
    PlotBar bar;
    bar.row = static_cast<int>(i);
    bar.to = usd;
    bar.color = category(0);
    bar.name = "own serving";
    bar.text = outcome.interval_known ? "" : moneyText(Usd(usd));
    bar.label = fmt::format("{}: {} USD per million", prices[i].name, moneyText(Usd(usd)));
    plot.bars.push_back(std::move(bar));
    addPoint(intervals, usd, static_cast<double>(i),
             fmt::format("{} USD per million, 90 % interval {} to {}", moneyText(Usd(usd)),
                         moneyText(Usd(low)), moneyText(Usd(high))),
             prices[i].name);
    addBars(intervals, Range{low, high}, std::nullopt);
    intervals.texts.push_back(moneyText(Usd(usd)));
  }
  if (outcome.interval_known) plot.series.push_back(std::move(intervals));
}

void addApiPrices(const CostOutcome& outcome, PlotSpec& plot) {
  PlotSeries offers;
  offers.kind = SeriesKind::kPoints;
  offers.name = "published API prices";
  offers.color = category(1);
  for (const ApiComparison& one : outcome.prices.comparisons) {
    const ApiOffer& offer = one.offer;
    const auto add = [&](const char* what, double usd, double row) {
      addPoint(offers, usd, row,
               fmt::format("{}{}: {} USD per million {} tokens ({})", offer.provider,
                           offer.reading.empty() ? "" : ", " + offer.reading + " reading",
                           moneyText(Usd(usd)), what, offer.date),
               offer.provider);
    };
    add("input", offer.price.input, 0);
    add("output", offer.price.output, 1);
  }
  if (!offers.x.empty()) plot.series.push_back(std::move(offers));
}

}  // namespace

PlotSpec pricePlot(const CostOutcome& outcome) {
  PlotSpec plot;
  plot.key = "price";
  plot.title = "What tokens cost";
  plot.sentence = fmt::format(
      "Own serving on {} x {} at {} USD per device-hour; split prices charge prefill to input and "
      "the rest to output tokens, all-in charges everything to the output.",
      outcome.devices, outcome.accelerator.name, plainText(outcome.price.price.value() * 3600));
  plot.x = {"Price", "USD per million tokens", AxisScale::kLinear, {}, {}};
  addOwnPrices(outcome, plot);
  addApiPrices(outcome, plot);
  plot.notes.push_back(fmt::format(
      "Device price: {}{}. Basis: {}.", outcome.price.source,
      outcome.price.date.empty() ? "" : " (" + outcome.price.date + ")", name(outcome.basis)));
  return plot;
}

}  // namespace moe::report
