// Reading logs: megabytes per second of each reader, for files that are generated here.
// Target: 200 MB of event files in 2 s on one core.

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include "data/logs/crc32c.h"
#include "data/logs/json_readers.h"
#include "data/logs/mlflow_reader.h"
#include "data/logs/table_readers.h"
#include "data/logs/tensorboard_reader.h"

namespace {

constexpr std::size_t kBytes = 200'000'000;

template <class Number>
void appendNumber(std::string& text, Number value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  text.append(bytes, sizeof value);
}

void appendField(std::string& text, char key, std::string_view bytes) {
  text += key;
  text += static_cast<char>(bytes.size());
  text += bytes;
}

/// An event with one scalar, as TensorBoard's writers give it.
std::string scalarRecord(std::uint32_t step) {
  std::string value;
  appendField(value, 0x0a, "train/lm_loss");
  value += 0x15;
  appendNumber(value, 2.5f + 1.0f / static_cast<float>(step + 1));
  std::string summary;
  appendField(summary, 0x0a, value);
  std::string event(1, 0x09);
  appendNumber(event, 1.7e9 + step);
  event += 0x10;
  for (; step >= 0x80; step >>= 7) event += static_cast<char>(0x80 | (step & 0x7f));
  event += static_cast<char>(step);
  appendField(event, 0x2a, summary);
  std::string record;
  appendNumber(record, static_cast<std::uint64_t>(event.size()));
  appendNumber(record, moe::maskedCrc32c(record));
  record += event;
  appendNumber(record, moe::maskedCrc32c(event));
  return record;
}

std::string csvRow(std::uint32_t i) {
  if (i == 0) return "step,loss,learning_rate,grad_norm\n";
  return fmt::format("{},{:.6f},{:.4e},{:.4f}\n", i, 2.5 + 1.0 / i, 3e-4, 0.5 + 1.0 / i);
}
std::string jsonRow(std::uint32_t i) {
  return fmt::format(
      "{{\"_step\": {}, \"train/loss\": {:.6f}, \"train/lr\": {:.4e}, \"_runtime\": {:.3f}}}\n", i,
      2.5 + 1.0 / (i + 1), 3e-4, 0.25 * i);
}
std::string historyEntry(std::uint32_t i) {
  return fmt::format(
      "{}    {{\n      \"epoch\": {:.2f},\n      \"loss\": {:.4f},\n      \"step\": {}\n    }}",
      i == 0 ? "{\n  \"best_metric\": null,\n  \"log_history\": [\n" : ",\n", 0.01 * i,
      2.5 + 1.0 / (i + 1), i);
}
std::string metricLine(std::uint32_t i) {
  return fmt::format("{} {:.6f} {}\n", 1700000000000 + i, 2.5 + 1.0 / (i + 1), i);
}

struct GeneratedLog {
  GeneratedLog(const std::function<std::string(std::uint32_t)>& record, std::string_view tail)
      : path(std::filesystem::temp_directory_path() / fmt::format("moeplan-log-{}", getpid())) {
    std::ofstream file(path, std::ios::binary);
    for (std::uint32_t i = 0; size < kBytes; ++i) {
      const std::string text = record(i);
      file << text;
      size += text.size();
    }
    file << tail;
  }
  ~GeneratedLog() { std::filesystem::remove(path); }
  std::filesystem::path path;
  std::size_t size = 0;
};

struct CountingSink final : moe::LogSink {
  void run(std::string_view) override {}
  void setting(const moe::LogSetting&) override {}
  void record(const moe::LogRecord& record) override { values += record.values.size(); }
  void skip(moe::LogSkip skip) override { problem = skip.reason; }
  std::size_t values = 0;
  std::string problem;
};

void readLog(benchmark::State& state, const moe::LogReader& reader,
             std::string (*record)(std::uint32_t), std::string_view tail) {
  const GeneratedLog log(record, tail);
  for (auto _ : state) {
    moe::Result<moe::ByteSource> source = moe::ByteSource::open(log.path);
    CountingSink sink;
    const bool read = source && reader.read(*source, sink, {});
    if (!read || !sink.problem.empty()) state.SkipWithError(sink.problem.c_str());
    state.counters["values"] = static_cast<double>(sink.values);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) *
                          static_cast<std::int64_t>(log.size));
}

BENCHMARK_CAPTURE(readLog, tensorboard, moe::tensorboardReader(), scalarRecord, "")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(readLog, csv, moe::csvReader(), csvRow, "")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(readLog, jsonl, moe::jsonLinesReader(), jsonRow, "")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(readLog, hf_trainer, moe::huggingFaceReader(), historyEntry, "]}")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(readLog, mlflow, moe::mlflowReader(), metricLine, "")
    ->Unit(benchmark::kMillisecond);

void checkSum(benchmark::State& state, std::uint32_t (*sum)(std::string_view)) {
  const std::string bytes(1 << 20, 'x');
  for (auto _ : state) benchmark::DoNotOptimize(sum(bytes));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * (1 << 20));
}
BENCHMARK_CAPTURE(checkSum, instruction, moe::crc32c);
BENCHMARK_CAPTURE(checkSum, tables, moe::crc32cByTables);

}  // namespace
