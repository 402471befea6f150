#include "app/report/plots/bandwidth_plot.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/report/number_text.h"
#include "app/report/plots/plot_parts.h"

namespace moe::report {
namespace {

constexpr double kMegabyte = 1e6;
constexpr double kGigabytePerSecond = 1e9;

std::vector<int> threadCounts(const HardwareMeasurement& measured) {
  std::vector<int> counts;
  for (const MeasuredBandwidth& point : measured.bandwidth) counts.push_back(point.threads);
  std::sort(counts.begin(), counts.end());
  counts.erase(std::unique(counts.begin(), counts.end()), counts.end());
  return counts;
}

std::string threadsName(int threads) {
  return fmt::format("{} thread{}", threads, threads == 1 ? "" : "s");
}

PlotSeries bandwidthSeries(const HardwareMeasurement& measured, int threads, bool triad) {
  PlotSeries series;
  series.name = threadsName(threads) + (triad ? ", triad" : ", read");
  series.dashed = triad;
  for (const MeasuredBandwidth& point : measured.bandwidth) {
    if (point.threads != threads) continue;
    const double speed = (triad ? point.triad : point.read).value() / kGigabytePerSecond;
    series.x.push_back(point.working_set.value() / kMegabyte);
    series.y.push_back(speed);
    series.labels.push_back(fmt::format("{} {}: {} GB/s of {}", threadsName(threads),
                                        triad ? "triad" : "read", plainText(speed),
                                        bytesText(point.working_set)));
  }
  return series;
}

}  // namespace

PlotSpec bandwidthPlot(const HardwareEntry& entry) {
  PlotSpec plot;
  plot.key = "bandwidth";
  plot.title = "Measured memory bandwidth";
  plot.sentence =
      "How fast this machine reads and writes data that fit in a cache and data that do not.";
  plot.x = {"Working set", "MB", AxisScale::kLog, {}, {}};
  plot.y = {"Bandwidth", "GB/s", AxisScale::kLog, {}, {}};
  if (!entry.measurement || entry.measurement->bandwidth.empty()) {
    plot.empty_reason = "This machine was not calibrated.";
    return plot;
  }
  const HardwareMeasurement& measured = *entry.measurement;
  const std::vector<int> counts = threadCounts(measured);
  for (std::size_t i = 0; i < counts.size(); ++i)
    for (const bool triad : {false, true}) {
      plot.series.push_back(bandwidthSeries(measured, counts[i], triad));
      plot.series.back().color = category(static_cast<int>(i));
    }
  if (measured.cached.value() > 0)
    plot.reference_lines.push_back({ReferenceLine::Kind::kVertical,
                                    measured.cached.value() / kMegabyte, "caches hold this much",
                                    false});
  plot.notes.push_back(
      fmt::format("Measured on {}, {}. 1 MB = 1e6 bytes. Triad: a[i] = b[i] + s "
                  "c[i], three streams.",
                  measured.cpu, measured.date));
  return plot;
}

}  // namespace moe::report
