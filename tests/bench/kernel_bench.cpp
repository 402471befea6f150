// Our layers beside the peaks of this machine, measured in the same run.
//
//   kernel_bench peaks            FLOP/s in registers, read bandwidth by working set
//   kernel_bench compute          f32 and bf16 layers at 128 and more tokens per expert
//   kernel_bench decode           steps of 1 to 16 tokens over weights beyond every cache
//   kernel_bench compare [CSV..]  one layer at 1 to 1024 tokens, beside rows of the same layer in
//                                 other engines: "engine,threads,experts,tokens,milliseconds"
//
// All of it on 1 and on 2 threads. Times are the best of several runs.

#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <random>
#include <string>

#include "costmodel/kernels/kernel_set.h"
#include "tests/bench/machine_peaks.h"

namespace {

using namespace moe;
using Clock = std::chrono::steady_clock;

constexpr int kHidden = 1024;
constexpr int kExpertFfn = 2048;
constexpr double kGiga = 1e9;

template <class T>
T orExit(Result<T> result) {
  if (result) return std::move(*result);
  fmt::print(stderr, "{}\n", describe(result.error()));
  std::exit(1);
}

/// Zeroed memory in large pages, which is never given back.
std::span<const float> memoryOf(std::size_t bytes) {
  void* place = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  madvise(place, bytes, MADV_HUGEPAGE);
  auto* values = static_cast<float*>(place);
  std::fill_n(values, bytes / sizeof(float), 0.5F);
  return {values, bytes / sizeof(float)};
}

std::vector<float> randomInput(int tokens, unsigned seed) {
  std::mt19937 engine(seed);
  std::normal_distribution<float> normal;
  std::vector<float> input(static_cast<std::size_t>(tokens) * kHidden);
  for (float& value : input) value = normal(engine);
  return input;
}

/// All experts have the same weights, in places of their own: times do not depend on them.
MoeLayerWeights equalExperts(const MoeLayerShape& shape) {
  MoeLayerShape one = shape;
  one.experts = 1;
  MoeLayerWeights weights = randomWeights(one, 1);
  weights.experts.resize(shape.experts, weights.experts.front());
  std::mt19937 engine(5);
  std::normal_distribution<float> normal(0, 0.03F);
  weights.router.resize(static_cast<std::size_t>(shape.hidden) * shape.experts);
  for (float& value : weights.router) value = normal(engine);
  return weights;
}

MoeLayerSetup setupOf(int experts, LayerPrecision precision, int tokens, int threads) {
  MoeLayerSetup setup;
  setup.shape = {kHidden, kExpertFfn, experts, std::min(2, experts), 0, Activation::kSwiGlu};
  setup.precision = precision;
  setup.max_tokens = tokens;
  setup.threads = threads;
  return setup;
}

bool offers(const KernelSet& kernels, LayerPrecision precision) {
  const auto all = kernels.precisions();
  return std::any_of(all.begin(), all.end(), [&](const PrecisionSupport& support) {
    return support.precision == precision && support.offered;
  });
}

struct Timed {
  double best_seconds = 1e9;
  double median_seconds = 0;
  RunReport report;
};

template <class Run>
Timed timed(int repetitions, const Run& run) {
  run();
  Timed result;
  std::vector<double> seconds;
  for (int i = 0; i < repetitions; ++i) {
    const auto start = Clock::now();
    result.report = run();
    seconds.push_back(std::chrono::duration<double>(Clock::now() - start).count());
  }
  std::sort(seconds.begin(), seconds.end());
  result.best_seconds = seconds.front();
  result.median_seconds = seconds[seconds.size() / 2];
  return result;
}

void printPeaks() {
  for (const int threads : {1, 2}) {
    fmt::print("{} thread(s): f32 {:.0f} GFLOP/s, bf16 {:.0f}, bf16 AMX {:.0f}\n", threads,
               bench::peakF32(threads) / kGiga, bench::peakBf16(threads) / kGiga,
               bench::peakBf16Amx(threads) / kGiga);
  }
  fmt::print("read bandwidth by working set, GB/s\n");
  for (const std::size_t mebibytes : {1, 16, 64, 128, 256, 512, 1024, 2048}) {
    const auto memory = memoryOf(mebibytes << 20);
    const int repetitions = mebibytes > 256 ? 3 : 10;
    fmt::print("  {:5} MiB: {:6.1f} on 1 thread, {:6.1f} on 2\n", mebibytes,
               bench::readBandwidth(memory, 1, repetitions) / kGiga,
               bench::readBandwidth(memory, 2, repetitions) / kGiga);
    munmap(const_cast<float*>(memory.data()), mebibytes << 20);
  }
}

double computeRate(const KernelSet& kernels, LayerPrecision precision, int experts, int tokens,
                   int threads, double& median) {
  const MoeLayerSetup setup = setupOf(experts, precision, tokens, threads);
  const auto layer = orExit(kernels.moeLayer(setup, equalExperts(setup.shape)));
  const auto input = randomInput(tokens, 3);
  std::vector<float> output(input.size());
  const Timed run = timed(7, [&] { return orExit(layer->run(input, output)); });
  median = run.report.work.flop.value() / run.median_seconds;
  return run.report.work.flop.value() / run.best_seconds;
}

void printCompute(const KernelSet& kernels) {
  const bool bf16 = offers(kernels, LayerPrecision::kBf16);
  for (const int threads : {1, 2}) {
    const double peak = bench::peakF32(threads);
    fmt::print("{} thread(s), peak f32 {:.0f} GFLOP/s: best (median) of 7\n", threads,
               peak / kGiga);
    for (const auto& [experts, tokens] : {std::pair{8, 512}, {8, 1024}, {4, 1024}, {1, 1024}}) {
      double median = 0;
      const double f32 =
          computeRate(kernels, LayerPrecision::kF32, experts, tokens, threads, median);
      fmt::print("  E {} tokens {:4}: f32 {:5.0f} ({:5.0f}) GFLOP/s, {:3.0f} % of peak", experts,
                 tokens, f32 / kGiga, median / kGiga, 100 * f32 / peak);
      if (bf16) {
        const double fast =
            computeRate(kernels, LayerPrecision::kBf16, experts, tokens, threads, median);
        fmt::print("; bf16 {:5.0f} ({:5.0f}) GFLOP/s, {:.2f} x f32", fast / kGiga, median / kGiga,
                   fast / f32);
      }
      fmt::print("\n");
    }
  }
}

/// A step through several layers, as a model has them, so that no weights are in a cache.
void printDecodeStep(std::span<std::unique_ptr<MoeLayer>> layers, int tokens, double bandwidth) {
  std::vector<std::vector<float>> inputs;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    inputs.push_back(randomInput(tokens, static_cast<unsigned>(i + 1)));
  }
  std::vector<float> output(inputs.front().size());
  const Timed run = timed(9, [&] {
    RunReport sum;
    for (std::size_t i = 0; i < layers.size(); ++i) {
      const RunReport report = orExit(layers[i]->run(inputs[i], output));
      sum.work.weight_bytes += report.work.weight_bytes;
      sum.work.distinct_experts += report.work.distinct_experts;
    }
    return sum;
  });
  const double bytes = run.report.work.weight_bytes.value();
  fmt::print(
      "    {:2} tokens: {:4.1f} experts, {:6.2f} ms a layer, {:5.1f} GB/s, {:3.0f} % (median "
      "{:3.0f} %)\n",
      tokens, double(run.report.work.distinct_experts) / double(layers.size()),
      1e3 * run.best_seconds / double(layers.size()), bytes / run.best_seconds / kGiga,
      100 * bytes / run.best_seconds / bandwidth, 100 * bytes / run.median_seconds / bandwidth);
}

void printDecode(const KernelSet& kernels) {
  for (const int threads : {1, 2}) {
    const auto memory = memoryOf(std::size_t{1} << 30);
    const double bandwidth = bench::readBandwidth(memory, threads, 5);
    munmap(const_cast<float*>(memory.data()), std::size_t{1} << 30);
    fmt::print("{} thread(s), read bandwidth over 1 GiB {:.1f} GB/s\n", threads, bandwidth / kGiga);
    for (const LayerPrecision precision : {LayerPrecision::kF32, LayerPrecision::kBf16}) {
      if (!offers(kernels, precision)) continue;
      const bool f32 = precision == LayerPrecision::kF32;
      const MoeLayerSetup setup = setupOf(8, precision, 16, threads);
      const MoeLayerWeights weights = equalExperts(setup.shape);
      std::vector<std::unique_ptr<MoeLayer>> layers;
      for (int i = 0; i < (f32 ? 6 : 12); ++i) {
        layers.push_back(orExit(kernels.moeLayer(setup, weights)));
      }
      fmt::print("  {}, {} layers of 8 experts, top-2, {:.1f} GB\n", f32 ? "f32" : "bf16",
                 layers.size(), 1.208);
      for (const int tokens : {1, 2, 4, 8, 16}) printDecodeStep(layers, tokens, bandwidth);
    }
  }
}

using Rows = std::map<std::tuple<std::string, int, int, int>, double>;

/// Lines "engine,threads,experts,tokens,milliseconds".
Rows rowsOf(int count, char** paths) {
  Rows rows;
  for (int i = 0; i < count; ++i) {
    std::ifstream file(paths[i]);
    for (std::string line; std::getline(file, line);) {
      char engine[32];
      int threads = 0;
      int experts = 0;
      int tokens = 0;
      double milliseconds = 0;
      if (std::sscanf(line.c_str(), "%31[^,],%d,%d,%d,%lf", engine, &threads, &experts, &tokens,
                      &milliseconds) == 5) {
        rows[{engine, threads, experts, tokens}] = milliseconds;
      }
    }
  }
  return rows;
}

void printComparison(const KernelSet& kernels, const Rows& others) {
  fmt::print(
      "| threads | experts | tokens | moeplan, ms | torch, ms | times | onnxruntime, ms | "
      "times |\n|---|---|---|---|---|---|---|---|\n");
  for (const int threads : {1, 2}) {
    for (const int experts : {8, 16, 32}) {
      const MoeLayerSetup setup = setupOf(experts, LayerPrecision::kF32, 1024, threads);
      const auto layer = orExit(kernels.moeLayer(setup, equalExperts(setup.shape)));
      for (const int tokens : {1, 16, 256, 1024}) {
        const auto input = randomInput(tokens, 3);
        std::vector<float> output(input.size());
        const Timed run =
            timed(tokens > 16 ? 5 : 15, [&] { return orExit(layer->run(input, output)); });
        fmt::print("| {} | {} | {} | {:.2f} |", threads, experts, tokens, 1e3 * run.best_seconds);
        for (const char* engine : {"torch", "onnxruntime"}) {
          const auto found = others.find({engine, threads, experts, tokens});
          if (found == others.end()) {
            fmt::print(" - | - |");
          } else {
            fmt::print(" {:.2f} | {:.2f} |", found->second,
                       found->second / (1e3 * run.best_seconds));
          }
        }
        fmt::print("\n");
        std::fflush(stdout);
      }
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  const auto kernels = moe::cpuKernelSet();
  fmt::print("{}: {}\n", kernels->name(), kernels->description());
  if (what == "peaks") {
    printPeaks();
  } else if (what == "compute") {
    printCompute(*kernels);
  } else if (what == "decode") {
    printDecode(*kernels);
  } else if (what == "compare") {
    printComparison(*kernels, rowsOf(argc - 2, argv + 2));
  } else {
    fmt::print(stderr, "usage: kernel_bench peaks|compute|decode|compare [CSV...]\n");
    return 2;
  }
  return 0;
}
