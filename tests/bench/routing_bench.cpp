// Reading the routing of a task: 33 000 tokens in 26 layers with 6 of 64 experts each, in every
// format, and scores and selection from it. Target: 0.2 s each.

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "costmodel/adaptation/expert_selection.h"
#include "costmodel/adaptation/routing_scores.h"
#include "data/counter_random.h"
#include "data/routing/esft_trace.h"

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLayers = 26;
constexpr std::size_t kTokens = 33'000;
constexpr std::size_t kSequence = 250;
constexpr std::size_t kTopK = 6;
constexpr std::size_t kExperts = 64;

struct Choice {
  std::size_t expert;
  int gate;  ///< ten-thousandths
};

/// Six different experts: a start and an odd step.
Choice choiceOf(std::size_t layer, std::size_t token, std::size_t i) {
  const std::size_t draw = moe::counterIndex(layer, token, 0, kExperts * kExperts / 2);
  const std::size_t start = draw % kExperts;
  const std::size_t step = 2 * (draw / kExperts) + 1;
  return {(start + i * step) % kExperts,
          static_cast<int>(200 + moe::counterIndex(layer, token, i + 1, 1200))};
}

/// Written once, removed at the end.
class GeneratedRouting {
 public:
  GeneratedRouting()
      : root_(fs::temp_directory_path() / fmt::format("moeplan-routing-{}", getpid())) {
    fs::create_directories(root_ / "text");
    writeText();
    writeBytes();
    writeCsv();
  }
  ~GeneratedRouting() { fs::remove_all(root_); }
  fs::path text() const { return root_ / "text"; }
  fs::path bytes() const { return root_ / "task.ids.u8"; }
  fs::path csv() const { return root_ / "task.csv"; }

 private:
  void writeText() const {
    for (std::size_t layer = 0; layer < kLayers; ++layer) {
      std::string lines;
      for (std::size_t first = 0; first < kTokens; first += kSequence) {
        std::string ids;
        std::string gates;
        for (std::size_t token = first; token < first + kSequence; ++token)
          for (std::size_t i = 0; i < kTopK; ++i) {
            const Choice choice = choiceOf(layer, token, i);
            ids += fmt::format("{}\t", choice.expert);
            gates += fmt::format("\t{}", choice.gate / 1e4);
          }
        lines += ids + gates + "\n";
      }
      std::ofstream(text() / fmt::format("expert_weights_{}.txt", layer + 1), std::ios::binary)
          << lines;
    }
  }
  void writeBytes() const {
    std::string ids;
    std::string gates;
    for (std::size_t layer = 0; layer < kLayers; ++layer)
      for (std::size_t token = 0; token < kTokens; ++token)
        for (std::size_t i = 0; i < kTopK; ++i) {
          const Choice choice = choiceOf(layer, token, i);
          ids += static_cast<char>(choice.expert);
          gates += static_cast<char>(choice.gate % 256);
          gates += static_cast<char>(choice.gate / 256);
        }
    std::ofstream(bytes(), std::ios::binary) << ids;
    std::ofstream(root_ / "task.w1e4.u16le", std::ios::binary) << gates;
    std::ofstream(root_ / "meta.json")
        << fmt::format(R"({{"layers": {}, "tokens": {}, "k": {}, "experts": {}}})", kLayers,
                       kTokens, kTopK, kExperts);
  }
  void writeCsv() const {
    std::ofstream file(csv(), std::ios::binary);
    file << "layer,token,expert_1,expert_2,expert_3,expert_4,expert_5,expert_6,"
            "gate_1,gate_2,gate_3,gate_4,gate_5,gate_6\n";
    for (std::size_t layer = 0; layer < kLayers; ++layer)
      for (std::size_t token = 0; token < kTokens; ++token) {
        std::string row = fmt::format("{},{}", layer + 1, token);
        for (std::size_t i = 0; i < kTopK; ++i)
          row += fmt::format(",{}", choiceOf(layer, token, i).expert);
        for (std::size_t i = 0; i < kTopK; ++i)
          row += fmt::format(",{}", choiceOf(layer, token, i).gate / 1e4);
        file << row << "\n";
      }
  }

  fs::path root_;
};

const GeneratedRouting& routing() {
  static const GeneratedRouting generated;
  return generated;
}

void checkTrace(benchmark::State& state, const moe::Result<moe::RoutingTrace>& trace) {
  if (!trace)
    state.SkipWithError(describe(trace.error()).c_str());
  else if (trace->tokens != kTokens || trace->layers != kLayers)
    state.SkipWithError("the trace was not read whole");
  benchmark::DoNotOptimize(trace);
}

void readText(benchmark::State& state) {
  const fs::path folder = routing().text();
  for (auto _ : state)
    checkTrace(state,
               moe::readEsftTrace(folder, kTopK, kExperts, static_cast<int>(state.range(0))));
}
BENCHMARK(readText)->Arg(1)->Arg(0)->Unit(benchmark::kMillisecond)->UseRealTime();

void readBytes(benchmark::State& state) {
  const fs::path file = routing().bytes();
  for (auto _ : state) checkTrace(state, moe::readRoutingTrace(file, kExperts));
}
BENCHMARK(readBytes)->Unit(benchmark::kMillisecond)->UseRealTime();

void readCsv(benchmark::State& state) {
  const fs::path file = routing().csv();
  for (auto _ : state) checkTrace(state, moe::readRoutingTrace(file, kExperts));
}
BENCHMARK(readCsv)->Unit(benchmark::kMillisecond)->UseRealTime();

void scoreAndSelect(benchmark::State& state) {
  const auto trace = moe::readRoutingTrace(routing().bytes(), kExperts);
  for (auto _ : state) {
    const auto token = moe::expertScores(*trace, moe::ScoreKind::kToken, {});
    const auto gate = moe::expertScores(*trace, moe::ScoreKind::kGate, {});
    benchmark::DoNotOptimize(moe::selectExperts(*token, 0.2));
    benchmark::DoNotOptimize(moe::selectExperts(*gate, 0.1));
  }
}
BENCHMARK(scoreAndSelect)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
