#include "data/catalog/hardware_toml.h"

#include <fmt/format.h>

#include "data/error.h"
#include "data/numbers.h"
#include "data/toml_text.h"

namespace moe {
namespace {

/// The lines of one table.
class TomlLines {
 public:
  void heading(std::string_view name) { text_ += fmt::format("\n{}\n", name); }
  void remark(std::string_view text) { text_ += fmt::format("# {}\n", text); }
  void add(std::string_view key, std::string_view value) {
    if (!value.empty()) text_ += fmt::format("{} = {}\n", key, quotedToml(value));
  }
  void add(std::string_view key, double value) { text_ += fmt::format("{} = {}\n", key, value); }
  void add(std::string_view key, int value) { text_ += fmt::format("{} = {}\n", key, value); }
  template <class Values, class Each>
  void list(std::string_view key, const Values& values, Each each) {
    text_ += fmt::format("{} = [", key);
    std::string_view separator;
    for (const auto& value : values) {
      text_ += fmt::format("{}{}", separator, each(value));
      separator = ", ";
    }
    text_ += "]\n";
  }
  void literal(std::string_view key, std::string_view value) {
    require(value.find("'''") == std::string_view::npos, "a table of kernels with apostrophes");
    text_ += fmt::format("{} = '''\n{}'''\n", key, value);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

void addFigures(TomlLines& lines, const HardwareEntry& entry) {
  lines.add("name", entry.name);
  lines.list("aliases", entry.aliases, quotedToml);
  lines.add("vendor", entry.vendor);
  if (entry.year > 0) lines.add("year", entry.year);
  lines.add("memory_gb", entry.memory.value() / 1e9);
  if (entry.device_memory) lines.add("device_memory_gb", entry.device_memory->value() / 1e9);
  lines.add("kernel_tables", entry.kernel_tables);
  lines.add("memory_bandwidth_gb_per_s", entry.memory_bandwidth.value() / 1e9);
  const auto peak = [&](std::string_view key, const std::optional<FlopPerSecond>& value) {
    if (value) lines.add(key, value->value() / 1e12);
  };
  peak("f32_dense_tflops", entry.peak_f32);
  peak("bf16_dense_tflops", entry.peak_bf16);
  peak("fp8_dense_tflops", entry.peak_fp8);
  peak("fp4_dense_tflops", entry.peak_fp4);
  if (entry.link_bandwidth) lines.add("link_gb_per_s", entry.link_bandwidth->value() / 1e9);
  lines.add("link_domain", entry.link_domain);
  if (entry.network_bandwidth)
    lines.add("network_gbit_per_s", entry.network_bandwidth->value() / 1e9 * 8);
  if (entry.power_watt) lines.add("power_w", *entry.power_watt);
  lines.add("source", entry.source);
  lines.add("verification", entry.verification);
  lines.add("notes", entry.notes);
}

/// What has the reader's own value is left out: it would look measured, or known, and is assumed.
void addEfficiency(TomlLines& lines, const HardwareEfficiency& efficiency) {
  const HardwareEfficiency assumed;
  lines.heading("[accelerator.efficiency]");
  lines.add("compute", efficiency.compute);
  if (efficiency.compute_fp8) lines.add("compute_fp8", *efficiency.compute_fp8);
  if (efficiency.compute_fp4) lines.add("compute_fp4", *efficiency.compute_fp4);
  lines.add("bandwidth", efficiency.bandwidth);
  std::string left_out;
  const auto unlessAssumed = [&](std::string_view key, double value, double assumed_value) {
    if (value != assumed_value) return lines.add(key, value);
    left_out += fmt::format("{}{} ({})", left_out.empty() ? "" : ", ", key, value);
  };
  unlessAssumed("fixed_per_layer_us", efficiency.fixed_per_layer.value() * 1e6,
                assumed.fixed_per_layer.value() * 1e6);
  unlessAssumed("link", efficiency.link, assumed.link);
  unlessAssumed("link_latency_us", efficiency.link_latency.value() * 1e6,
                assumed.link_latency.value() * 1e6);
  if (!left_out.empty()) lines.remark("assumed by readers: " + left_out);
  lines.add("basis", name(efficiency.basis));
  lines.add("source", efficiency.source);
}

void addBandwidth(TomlLines& lines, const HardwareMeasurement& measured) {
  lines.heading("[accelerator.measurement.bandwidth]");
  using Row = MeasuredBandwidth;
  const auto column = [&](std::string_view key, auto value) {
    lines.list(key, measured.bandwidth, [&](const Row& row) { return exactNumber(value(row)); });
  };
  column("working_set_bytes", [](const Row& row) { return row.working_set.value(); });
  column("threads", [](const Row& row) { return static_cast<double>(row.threads); });
  column("read_bytes_per_s", [](const Row& row) { return row.read.value(); });
  column("triad_bytes_per_s", [](const Row& row) { return row.triad.value(); });
}

void addPeaks(TomlLines& lines, const HardwareMeasurement& measured) {
  lines.heading("[accelerator.measurement.peaks]");
  lines.list("format", measured.peaks, [](const auto& peak) { return quotedToml(peak.format); });
  lines.list("threads", measured.peaks, [](const auto& peak) { return peak.threads; });
  lines.list("flop_per_s", measured.peaks,
             [](const auto& peak) { return exactNumber(peak.speed.value()); });
}

void addMeasurement(TomlLines& lines, const HardwareMeasurement& measured) {
  lines.heading("[accelerator.measurement]");
  lines.add("date", measured.date);
  lines.add("cpu", measured.cpu);
  lines.add("instructions", measured.instructions);
  lines.add("library", measured.library);
  lines.add("processors", measured.processors);
  lines.add("threads", measured.threads);
  lines.add("placement", measured.placement);
  lines.list("cache_bytes", measured.cache_bytes, exactNumber);
  lines.add("cached_bytes", measured.cached.value());
  lines.add("load_before", measured.load_before);
  lines.add("foreign_share", measured.foreign_share);
  lines.add("median_spread", measured.median_spread);
  lines.add("timings", measured.timings);
  lines.add("noisy_timings", measured.noisy);
  if (!measured.bandwidth.empty()) addBandwidth(lines, measured);
  if (!measured.peaks.empty()) addPeaks(lines, measured);
}

}  // namespace

std::string hardwareToml(const HardwareEntry& entry) {
  TomlLines lines;
  lines.heading("[[accelerator]]");
  addFigures(lines, entry);
  addEfficiency(lines, entry.efficiency);
  if (entry.measurement) addMeasurement(lines, *entry.measurement);
  if (!entry.kernels.empty()) lines.heading("[accelerator.kernels]");
  for (const KernelOperation operation : kernelOperations())
    for (const OwnKernels& own : entry.kernels)
      if (own.operation == operation) lines.literal(name(operation), own.text);
  return lines.text().substr(1);
}

}  // namespace moe
