#include "app/report/calibrate_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "app/report/json_document.h"
#include "app/report/number_text.h"
#include "app/report/text_table.h"

namespace moe::report {
namespace {

std::string gigabytesPerSecond(BytesPerSecond speed) { return plainText(speed.value() / 1e9); }

TextTable bandwidthTable(const HardwareMeasurement& measured) {
  TextTable table{"Bandwidth by working set (measured)", {{"Working set"}, {"Threads"}}};
  table.columns.push_back({"Read", "GB/s"});
  table.columns.push_back({"Triad", "GB/s"});
  for (const MeasuredBandwidth& point : measured.bandwidth)
    table.rows.push_back({bytesText(point.working_set), std::to_string(point.threads),
                          gigabytesPerSecond(point.read), gigabytesPerSecond(point.triad)});
  return table;
}

TextTable peakTable(const HardwareMeasurement& measured) {
  TextTable table{"Fastest matrix product (measured)",
                  {{"Format", "", Align::kLeft}, {"Threads"}, {"Speed", "GFLOP/s"}}};
  for (const MeasuredPeak& peak : measured.peaks)
    table.rows.push_back(
        {peak.format, std::to_string(peak.threads), plainText(peak.speed.value() / 1e9, 4)});
  return table;
}

/// Times in a table: its cells that are not empty.
std::size_t timesIn(const OwnKernels& own) {
  const auto table = parseKernels(own.operation, own.text, own.where);
  std::size_t times = 0;
  if (table && *table)
    for (const KernelTable::Row& row : (*table)->rows)
      times += static_cast<std::size_t>(
          std::count_if(row.seconds.begin(), row.seconds.end(), [](double s) { return s > 0; }));
  return times;
}

std::string summaryText(const CalibrateOutcome& outcome) {
  const HardwareEntry& entry = outcome.calibration.entry;
  const HardwareMeasurement& measured = *entry.measurement;
  std::string text = wrappedText(fmt::format("{}, {}; {}; {}", measured.cpu, measured.placement,
                                             measured.instructions, measured.library));
  text += "\n" + tableText(bandwidthTable(measured)) + "\n" + tableText(peakTable(measured)) + "\n";
  text += wrappedText(
      fmt::format("Caches hold about {}; weights, keys and values were evicted before every run.",
                  bytesText(measured.cached)));
  std::size_t times = 0;
  for (const OwnKernels& own : entry.kernels) times += timesIn(own);
  text += wrappedText(fmt::format(
      "{} times in {} tables; half of them scatter by less than {} (quartiles), {} by more than a "
      "quarter. Others used {} of the processors.",
      times, entry.kernels.size(), percentText(measured.median_spread), measured.noisy,
      percentText(measured.foreign_share)));
  for (const Warning& warning : outcome.calibration.warnings)
    text += wrappedText("Warning: " + warning.message, 100, 2);
  return text;
}

/// Every line as a remark of TOML.
std::string asRemarks(const std::string& text) {
  std::string remarks;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    const std::string line = text.substr(begin, end - begin);
    remarks += line.empty() ? "#\n" : "# " + line + "\n";
    begin = end == std::string::npos ? text.size() : end + 1;
  }
  return remarks;
}

Json bandwidthJson(const HardwareMeasurement& measured) {
  Json list = Json::array();
  for (const MeasuredBandwidth& point : measured.bandwidth)
    list.push_back({{"working_set_bytes", jsonNumber(point.working_set.value())},
                    {"threads", point.threads},
                    {"read_bytes_per_s", jsonNumber(point.read.value())},
                    {"triad_bytes_per_s", jsonNumber(point.triad.value())}});
  return list;
}

Json machineJson(const HardwareEntry& entry) {
  const HardwareMeasurement& measured = *entry.measurement;
  return {{"name", entry.name},
          {"cpu", measured.cpu},
          {"instructions", measured.instructions},
          {"library", measured.library},
          {"processors", measured.processors},
          {"threads", measured.threads},
          {"placement", measured.placement},
          {"memory_bytes", jsonNumber(entry.memory.value())},
          {"cache_bytes", jsonNumbers(measured.cache_bytes)},
          {"cached_bytes", jsonNumber(measured.cached.value())},
          {"date", measured.date}};
}

}  // namespace

std::string calibrateText(const CalibrateOutcome& outcome) {
  const std::string summary = summaryText(outcome);
  if (outcome.request.out.empty()) return asRemarks(summary) + outcome.toml;
  if (outcome.calibration.stopped)
    return summary + fmt::format("Written to {}: incomplete\n", outcome.written);
  return summary + fmt::format("Written to {}; try moeplan verify --hardware {}\n", outcome.written,
                               outcome.written);
}

std::string calibrateJson(const CalibrateOutcome& outcome, Seconds timing) {
  const HardwareEntry& entry = outcome.calibration.entry;
  const HardwareMeasurement& measured = *entry.measurement;
  DocumentHead head{.schema = "moeplan.calibrate/1", .command = "calibrate"};
  head.inputs = {{"quick", outcome.request.quick}, {"threads", measured.threads}};
  head.inputs["out"] = outcome.request.out.empty() ? Json(nullptr) : Json(outcome.request.out);
  head.inputs["written"] = outcome.written.empty() ? Json(nullptr) : Json(outcome.written);
  head.sources = {entry.source};
  head.warnings = outcome.calibration.warnings;
  head.timing = timing;
  Json results;
  results["machine"] = machineJson(entry);
  results["basis"] = "measured";
  results["bandwidth"] = bandwidthJson(measured);
  results["peaks"] = Json::array();
  for (const MeasuredPeak& peak : measured.peaks)
    results["peaks"].push_back({{"format", peak.format},
                                {"threads", peak.threads},
                                {"flop_per_s", jsonNumber(peak.speed.value())}});
  results["tables"] = Json::array();
  for (const OwnKernels& own : entry.kernels)
    results["tables"].push_back(
        {{"operation", std::string(name(own.operation))}, {"times", timesIn(own)}});
  results["noise"] = {{"timings", measured.timings},
                      {"noisy_timings", measured.noisy},
                      {"median_spread", jsonNumber(measured.median_spread)},
                      {"foreign_share", jsonNumber(measured.foreign_share)},
                      {"load_before", jsonNumber(measured.load_before)}};
  results["stopped"] = outcome.calibration.stopped;
  results["hardware_toml"] = outcome.toml;
  return documentText(head, results);
}

}  // namespace moe::report
