#include "costmodel/verify/measure/calibrate.h"

#include <fmt/format.h>

#include <algorithm>

#include "costmodel/verify/measure/calibration_run.h"
#include "costmodel/verify/measure/processors.h"
#include "data/quantile.h"

namespace moe {
namespace {

/// 1, 2, 4 .. all.
std::vector<int> threadCounts(int all) {
  std::vector<int> counts;
  for (int count = 1; count < all; count *= 2) counts.push_back(count);
  counts.push_back(all);
  return counts;
}

Result<void> measureMemory(CalibrationRun& run, HardwareMeasurement& measured) {
  const double most =
      std::min(run.plan.largest_set_bytes, 0.25 * run.bench.machine.available.value());
  for (const int threads : threadCounts(run.bench.threads))
    for (const Bytes set : bandwidthSets(Bytes(most))) {
      if (run.stopped()) return {};
      run.report("bandwidth", 0.05 * set.value() / most);
      const auto point = run.bench.bandwidth(set, threads);
      if (!point) return tl::unexpected(point.error());
      measured.bandwidth.push_back(*point);
    }
  measured.cached = cachedSet(measured.bandwidth);
  return {};
}

Result<void> measurePeaks(CalibrationRun& run, HardwareMeasurement& measured) {
  run.report("FLOP/s", 0.06);
  for (const LayerPrecision precision : run.precisions)
    for (const int threads : threadCounts(run.bench.threads)) {
      const auto speed = measurePeak(run.bench, precision, threads, run.plan.timing, run.stop);
      if (!speed) return tl::unexpected(speed.error());
      measured.peaks.push_back({std::string(formatName(precision)), threads, *speed});
    }
  return {};
}

/// Peaks and shares of them, as a data sheet would have them. Where bf16 is not offered its peak is
/// that of f32, in which the machine would compute.
void setFigures(HardwareEntry& entry, const HardwareMeasurement& measured) {
  for (const MeasuredBandwidth& point : measured.bandwidth)
    if (point.threads == measured.threads) entry.memory_bandwidth = point.read;
  for (const MeasuredPeak& peak : measured.peaks) {
    if (peak.threads != measured.threads) continue;
    if (peak.format == "f32") entry.peak_f32 = peak.speed;
    if (peak.format == "bf16") entry.peak_bf16 = peak.speed;
  }
  if (entry.peak_bf16.value() == 0) entry.peak_bf16 = entry.peak_f32.value_or(FlopPerSecond(0));
  entry.efficiency.compute = 1;
  entry.efficiency.bandwidth = 1;
  entry.efficiency.basis = Basis::kMeasured;
  entry.efficiency.source = "the peaks are measured, so all of them is reached";
}

std::string hostSource(const HardwareMeasurement& measured) {
  return fmt::format("moeplan calibrate, {}, {} threads, {}", measured.date, measured.threads,
                     measured.library);
}

HardwareEntry entryOf(const CalibrationRun& run, HardwareMeasurement measured) {
  HardwareEntry entry;
  entry.name = fmt::format("{} x{} (calibrated)", measured.cpu, measured.threads);
  entry.aliases = {"host"};
  entry.memory = run.bench.machine.memory;
  entry.source = hostSource(measured);
  entry.verification = "measured";
  entry.kernels = run.tables;
  setFigures(entry, measured);
  entry.measurement = std::move(measured);
  return entry;
}

HardwareMeasurement provenanceOf(const Bench& bench, const std::string& date) {
  HardwareMeasurement measured;
  measured.date = date;
  measured.cpu = bench.machine.cpu;
  measured.instructions = bench.machine.instructions;
  measured.library = std::string(bench.kernels->description());
  measured.processors = bench.machine.processors;
  measured.threads = bench.threads;
  measured.placement = placementOf(bench.machine, bench.threads);
  measured.cache_bytes = bench.machine.cache_bytes;
  measured.load_before = loadAverage();
  return measured;
}

void setSpread(HardwareMeasurement& measured, const std::vector<double>& spreads) {
  measured.timings = static_cast<int>(spreads.size());
  measured.noisy = static_cast<int>(
      std::count_if(spreads.begin(), spreads.end(), [](double s) { return s > kNoisySpread; }));
  if (!spreads.empty()) measured.median_spread = quantile(spreads, 0.5);
}

}  // namespace

std::vector<Warning> noiseWarnings(const HardwareMeasurement& measured) {
  std::vector<Warning> warnings;
  if (measured.foreign_share > kNoisyForeignShare)
    warnings.push_back(
        {"foreign_load", fmt::format("others used {:.0f} % of the processors while it measured; "
                                     "times are too long. Calibrate again when it is quiet",
                                     100 * measured.foreign_share)});
  if (measured.timings > 0 && measured.noisy > kNoisyTimings * measured.timings)
    warnings.push_back(
        {"noisy_machine", fmt::format("{} of {} timings scatter by more than {:.0f} % (quartiles)",
                                      measured.noisy, measured.timings, 100 * kNoisySpread)});
  return warnings;
}

Result<Calibration> calibrate(const Bench& bench, const CalibrationPlan& plan,
                              const std::string& date, std::stop_token stop,
                              const ProgressSink& progress) {
  CalibrationRun run{.bench = bench, .plan = plan, .stop = stop, .progress = progress};
  run.precisions = offeredOf(*bench.kernels, plan.precisions);
  if (run.precisions.empty())
    return fail(ErrorKind::kUnanswered, "calibrate",
                fmt::format("the kernels '{}' offer neither f32 nor bf16 on this machine",
                            bench.kernels->name()));
  HardwareMeasurement measured = provenanceOf(bench, date);
  const LoadMeter load(bench.machine.processor_list);
  if (const auto good = measureMemory(run, measured); !good) return tl::unexpected(good.error());
  if (const auto good = measurePeaks(run, measured); !good) return tl::unexpected(good.error());
  constexpr double kParts[] = {0.08, 0.4, 0.55, 1};
  if (const auto good = calibrateProducts(run, kParts[0], kParts[1]); !good)
    return tl::unexpected(good.error());
  if (const auto good = calibrateAttention(run, kParts[1], kParts[2]); !good)
    return tl::unexpected(good.error());
  if (const auto good = calibrateLayers(run, kParts[2], kParts[3]); !good)
    return tl::unexpected(good.error());
  if (run.tables.empty() || measured.bandwidth.empty() || measured.peaks.empty())
    return fail(ErrorKind::kCancelled, "", "stopped before anything was measured");
  measured.foreign_share = bench.watches_load ? load.foreignShare() : 0;
  setSpread(measured, run.spreads);
  Calibration calibration;
  calibration.warnings = noiseWarnings(measured);
  calibration.stopped = run.stopped();
  calibration.entry = entryOf(run, std::move(measured));
  return calibration;
}

}  // namespace moe
