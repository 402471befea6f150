#include "app/report/plots/cost_memory_plot.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/report/number_text.h"
#include "app/report/plots/plot_parts.h"

namespace moe::report {
namespace {

constexpr double kGigabyte = 1e9;

/// Pieces one after another.
class MemoryBar {
 public:
  explicit MemoryBar(const DeviceMemory& device) : capacity_(device.capacity) {}

  void add(const std::string& name, Bytes amount, PlotColor color) {
    if (!(amount.value() > 0)) return;
    PlotBar bar;
    bar.from = end_ / kGigabyte;
    end_ += amount.value();
    bar.to = end_ / kGigabyte;
    bar.color = color;
    bar.name = name;
    bar.text = bytesText(amount);
    bar.label = fmt::format("{}: {}, {} of the device", name, bytesText(amount),
                            percentText(amount / capacity_));
    bars_.push_back(std::move(bar));
  }
  std::vector<PlotBar> bars() && { return std::move(bars_); }

 private:
  Bytes capacity_;
  double end_ = 0;
  std::vector<PlotBar> bars_;
};

/// Share of the cache that the running requests hold on average.
double heldShare(const CostOutcome& outcome) {
  return outcome.memory.max_concurrency > 0
             ? std::min(1.0, outcome.concurrency / outcome.memory.max_concurrency)
             : 0;
}

}  // namespace

PlotSpec memoryPlot(const CostOutcome& outcome) {
  const CostMemory& memory = outcome.memory;
  const DeviceMemory& device = memory.device;
  PlotSpec plot;
  plot.key = "memory";
  plot.title = "Memory of one device";
  plot.sentence = fmt::format(
      "What {} keeps in each {} ({}): the cache that is left holds {} requests at once.",
      outcome.model.entry.name, outcome.accelerator.name, nameOf(outcome.parallelism),
      countText(memory.max_concurrency));
  plot.x = {"Memory of one device",
            "GB",
            AxisScale::kLinear,
            AxisRange{0, device.capacity.value() / kGigabyte},
            {}};
  plot.y.categories = {outcome.accelerator.name};
  MemoryBar bar(device);
  bar.add("attention weights", device.attention_weights, category(0));
  bar.add("dense weights", device.dense_weights, category(1));
  bar.add("expert weights", device.expert_weights, category(2));
  bar.add("embedding and head", device.vocabulary_weights, category(3));
  bar.add("activations and reserve", device.reserve, category(4));
  bar.add("KV cache in use", heldShare(outcome) * device.kv_space, category(5));
  bar.add("KV cache free", (1 - heldShare(outcome)) * device.kv_space, category(6));
  bar.add("left alone by the engine", device.unused, neutral());
  plot.bars = std::move(bar).bars();
  plot.notes.push_back(
      fmt::format("1 GB = 1e9 bytes. {} requests run; {} fit, {} without overrun 95 % of the time.",
                  plainText(outcome.concurrency), countText(memory.max_concurrency),
                  countText(memory.safe_concurrency)));
  plot.notes.push_back("Computed from the architecture.");
  return plot;
}

}  // namespace moe::report
