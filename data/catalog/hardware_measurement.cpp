#include "data/catalog/hardware_measurement.h"

#include "data/catalog/toml_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace moe::catalog {
namespace {

/// Threads are counted: whole numbers from 1 that an int holds.
bool areCounts(const std::vector<double>& list) {
  return std::ranges::all_of(list, [](double x) {
    return x >= 1 && x <= std::numeric_limits<int>::max() && x == std::floor(x);
  });
}

/// Columns of one table, as equally long lists.
std::vector<MeasuredBandwidth> bandwidthOf(const toml::table& table, const std::string& where,
                                           std::optional<Error>& error) {
  FieldReader fields(table, where);
  const auto sets = fields.numbers("working_set_bytes");
  const auto threads = fields.numbers("threads");
  const auto read = fields.numbers("read_bytes_per_s");
  const auto triad = fields.numbers("triad_bytes_per_s");
  const auto positive = [](const std::vector<double>& list) {
    return std::ranges::all_of(list, [](double x) { return x > 0 && std::isfinite(x); });
  };
  const bool equal =
      threads.size() == sets.size() && read.size() == sets.size() && triad.size() == sets.size();
  if (sets.empty() || !equal || !positive(sets) || !positive(threads) || !positive(read) ||
      !positive(triad))
    fields.reject("working_set_bytes",
                  "threads, read_bytes_per_s and triad_bytes_per_s must be lists of as many "
                  "numbers above 0");
  if (!areCounts(threads)) fields.reject("threads", "must be whole numbers from 1");
  error = fields.finish();
  std::vector<MeasuredBandwidth> rows;
  for (std::size_t i = 0; !error && i < sets.size(); ++i)
    rows.push_back({Bytes(sets[i]), static_cast<int>(threads[i]), BytesPerSecond(read[i]),
                    BytesPerSecond(triad[i])});
  return rows;
}

std::vector<MeasuredPeak> peaksIn(const toml::table& table, const std::string& where,
                                  std::optional<Error>& error) {
  FieldReader fields(table, where);
  const auto formats = fields.texts("format");
  const auto threads = fields.numbers("threads");
  const auto speeds = fields.numbers("flop_per_s");
  const bool good = formats.size() == threads.size() && formats.size() == speeds.size() &&
                    std::ranges::all_of(speeds, [](double x) { return x > 0 && std::isfinite(x); });
  if (!good) fields.reject("flop_per_s", "format and threads must be lists of as many values");
  if (!areCounts(threads)) fields.reject("threads", "must be whole numbers from 1");
  error = fields.finish();
  std::vector<MeasuredPeak> peaks;
  for (std::size_t i = 0; !error && i < formats.size(); ++i)
    peaks.push_back({formats[i], static_cast<int>(threads[i]), FlopPerSecond(speeds[i])});
  return peaks;
}

}  // namespace

Result<HardwareMeasurement> measurementOf(const toml::table& table, const std::string& where) {
  FieldReader fields(table, where);
  HardwareMeasurement measured;
  measured.date = fields.text("date", true);
  measured.cpu = fields.text("cpu", true);
  measured.instructions = fields.text("instructions");
  measured.library = fields.text("library", true);
  measured.processors = fields.count("processors", true);
  measured.threads = fields.count("threads", true);
  measured.placement = fields.text("placement");
  if (measured.processors < 1) fields.reject("processors", "must be 1 or more");
  if (measured.threads < 1) fields.reject("threads", "must be 1 or more");
  measured.cache_bytes = fields.numbers("cache_bytes");
  measured.cached = Bytes(fields.notNegative("cached_bytes"));
  measured.load_before = fields.notNegative("load_before");
  measured.foreign_share = fields.notNegative("foreign_share");
  measured.median_spread = fields.notNegative("median_spread");
  measured.timings = fields.count("timings");
  measured.noisy = fields.count("noisy_timings");
  if (const toml::table* bandwidth = fields.subtable("bandwidth")) {
    std::optional<Error> error;
    measured.bandwidth = bandwidthOf(*bandwidth, where + " bandwidth", error);
    if (error) return tl::unexpected(*error);
  }
  if (const toml::table* peaks = fields.subtable("peaks")) {
    std::optional<Error> error;
    measured.peaks = peaksIn(*peaks, where + " peaks", error);
    if (error) return tl::unexpected(*error);
  }
  if (const auto error = fields.finish()) return tl::unexpected(*error);
  return measured;
}

Result<std::vector<OwnKernels>> kernelsOf(const toml::table& table, const std::string& where) {
  FieldReader fields(table, where);
  std::vector<OwnKernels> kernels;
  for (const KernelOperation operation : kernelOperations()) {
    std::string text = fields.text(name(operation));
    if (text.empty()) continue;
    kernels.push_back({operation, std::move(text), fmt::format("{} {}", where, name(operation))});
    const OwnKernels& own = kernels.back();
    if (const auto good = parseKernels(operation, own.text, own.where); !good)
      return tl::unexpected(good.error());
  }
  if (const auto error = fields.finish()) return tl::unexpected(*error);
  return kernels;
}

}  // namespace moe::catalog
