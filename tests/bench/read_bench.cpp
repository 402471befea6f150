// Reading a table of 100 000 runs: must stay well under a second in a release build.

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "data/curves.h"
#include "data/readers/read_runs.h"

namespace {

constexpr int kRows = 100'000;
constexpr int kPointsPerRun = 25;

std::string csvRows() {
  std::string text = "run_id,step,n_params,n_tokens,n_experts,top_k,router,canonical,seed,loss\n";
  for (int i = 0; i < kRows; ++i) {
    text += fmt::format("run-{},{},{},{},{},1,S-Base,1,42,{:.6f}\n", i / kPointsPerRun,
                        10000 * (i % kPointsPerRun + 1), 16'000'000 + i / kPointsPerRun,
                        5242880000.0 * (i % kPointsPerRun + 1), 1 << (i / kPointsPerRun % 9),
                        2.5 + 1.0 / (i % 97 + 1));
  }
  return text;
}

std::string jsonRows() {
  std::string text;
  for (int i = 0; i < kRows; ++i) {
    text += fmt::format(
        "{{\"run_id\": \"run-{}\", \"step\": {}, \"n_params\": {}, \"n_tokens\": {}, "
        "\"n_experts\": {}, \"router\": \"S-Base\", \"seed\": 42, \"loss\": {:.6f}}}\n",
        i / kPointsPerRun, 10000 * (i % kPointsPerRun + 1), 16'000'000 + i / kPointsPerRun,
        5242880000.0 * (i % kPointsPerRun + 1), 1 << (i / kPointsPerRun % 9),
        2.5 + 1.0 / (i % 97 + 1));
  }
  return text;
}

/// Written once per benchmark, removed at its end.
struct GeneratedFile {
  explicit GeneratedFile(const std::string& content)
      : path(std::filesystem::temp_directory_path() /
             fmt::format("moeplan-bench-{}.txt", getpid())) {
    std::ofstream(path, std::ios::binary) << content;
  }
  ~GeneratedFile() { std::filesystem::remove(path); }
  std::filesystem::path path;
};

void read(benchmark::State& state, const std::string& content) {
  const GeneratedFile file(content);
  for (auto _ : state) {
    const auto table = moe::readRuns(file.path, {});
    if (!table || table->runs.size() != kRows) state.SkipWithError("the table was not read");
    benchmark::DoNotOptimize(table);
  }
  state.SetItemsProcessed(state.iterations() * kRows);
}

void readCsv(benchmark::State& state) { read(state, csvRows()); }
void readJsonLines(benchmark::State& state) { read(state, jsonRows()); }

void selectLastPoints(benchmark::State& state) {
  const GeneratedFile file(csvRows());
  const auto table = moe::readRuns(file.path, {});
  for (auto _ : state) benchmark::DoNotOptimize(moe::selectPoints(*table, {}));
}

BENCHMARK(readCsv)->Unit(benchmark::kMillisecond);
BENCHMARK(readJsonLines)->Unit(benchmark::kMillisecond);
BENCHMARK(selectLastPoints)->Unit(benchmark::kMillisecond);

}  // namespace
