#include "app/report/plots/cost_step_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "app/report/number_text.h"
#include "app/report/plots/cost_words.h"
#include "app/report/plots/plot_parts.h"

namespace moe::report {
namespace {

constexpr double kMillisecond = 1e-3;
constexpr std::array<const char*, 5> kBounds{"memory", "compute", "latency", "link", "host"};

PlotColor colorOf(const std::string& bound) {
  const auto at = std::find(kBounds.begin(), kBounds.end(), bound);
  if (at == kBounds.end()) return neutral();
  return category(static_cast<int>(at - kBounds.begin()));
}

std::vector<CostPart> longestFirst(std::vector<CostPart> parts) {
  std::erase_if(parts, [](const CostPart& part) { return part.time.value() == 0; });
  std::stable_sort(parts.begin(), parts.end(),
                   [](const CostPart& a, const CostPart& b) { return a.time > b.time; });
  return parts;
}

}  // namespace

PlotSpec stepPlot(const CostOutcome& outcome) {
  const Seconds step = outcome.tpot * outcome.tokens_per_step;
  PlotSpec plot;
  plot.key = "step";
  plot.title = "Where the time of a step goes";
  plot.sentence = fmt::format(
      "One decode step of {} requests with its share of other requests' prefill takes {}; colours "
      "say what bounds each part.",
      plainText(outcome.concurrency), durationText(step));
  plot.x = {"Time in a step", "ms", AxisScale::kLinear, {}, {}};
  int row = 0;
  for (const CostPart& part : longestFirst(outcome.parts)) {
    PlotBar bar;
    bar.row = row++;
    bar.to = part.time.value() / kMillisecond;
    bar.color = colorOf(part.bound);
    bar.name = part.bound.empty() ? "" : "bound by " + part.bound;
    bar.text = fmt::format("{}  {}", durationText(part.time), percentText(part.time / step));
    bar.label = fmt::format("{}: {}, {} of the step, bound by {} ({})", partName(part.op),
                            durationText(part.time), percentText(part.time / step), part.bound,
                            name(part.basis));
    bar.id = part.op;
    plot.y.categories.push_back(partName(part.op));
    plot.bars.push_back(std::move(bar));
  }
  if (outcome.interval_known)
    plot.notes.push_back(fmt::format(
        "90 % of measured steps lie within {} to {} times the predicted time.",
        decimalText(outcome.tpot_interval.low, 2), decimalText(outcome.tpot_interval.high, 2)));
  plot.notes.push_back(fmt::format("Basis of the whole step: {}.", name(outcome.basis)));
  return plot;
}

}  // namespace moe::report
