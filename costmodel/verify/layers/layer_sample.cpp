#include "costmodel/verify/layers/layer_sample.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>

#include "costmodel/verify/measure/bench.h"

namespace moe {
namespace {

constexpr int kWidths[][2] = {{256, 768}, {512, 1536}, {1024, 2048}};
constexpr int kExperts[] = {1, 4, 8, 16, 32, 64};
constexpr int kTopK[] = {1, 2, 6};
constexpr std::array kTokens{1, 3, 6, 12, 24, 48, 96, 192, 384, 768, 1536, 4096};
constexpr double kUneven = 1.2;

// A run of the largest points stays below a second at 300 GFLOP/s.
constexpr double kMostFlop = 2e11;

double flopOf(const SampleLayer& layer) {
  return 6.0 * layer.hidden * layer.expert_ffn * layer.top_k * layer.tokens;
}

/// Deals batches out: combination after combination takes the next ones in steps that are coprime
/// to their number, so that all widths and experts meet small and large ones.
class BatchDealer {
 public:
  int next() {
    constexpr std::size_t kStep = 5;
    at_ = (at_ + kStep) % kTokens.size();
    return kTokens[at_];
  }

 private:
  std::size_t at_ = 0;
};

void addGrid(std::vector<SampleLayer>& layers, int per_combination) {
  BatchDealer batches;
  int combination = 0;
  for (const auto& [hidden, expert_ffn] : kWidths)
    for (const int experts : kExperts)
      for (const LayerPrecision precision : {LayerPrecision::kF32, LayerPrecision::kBf16})
        for (const int top_k : kTopK) {
          if (top_k > experts) continue;
          for (int i = 0; i < per_combination; ++i) {
            SampleLayer layer{hidden, expert_ffn, experts, top_k, 0, precision, batches.next()};
            if (experts > top_k && (combination / 4 + i) % 2 == 1) layer.skew = kUneven;
            if (flopOf(layer) <= kMostFlop) layers.push_back(layer);
          }
          ++combination;
        }
}

/// Shared experts of a width of their own, as DeepSeek's.
void addShared(std::vector<SampleLayer>& layers) {
  for (const LayerPrecision precision : {LayerPrecision::kF32, LayerPrecision::kBf16})
    for (const int tokens : {3, 48, 768})
      layers.push_back({512, 1536, 16, 2, 1024, precision, tokens});
}

/// Points that the claims compare: few tokens, two for each expert in two widths, and two large
/// batches, which have 100 tokens for each of the most experts.
void addClaims(std::vector<SampleLayer>& layers, bool quick) {
  const std::vector<int> large = quick ? std::vector{1600, 2200} : std::vector{3300, 4000};
  for (const LayerPrecision precision : {LayerPrecision::kF32, LayerPrecision::kBf16})
    for (const int experts : {8, 16, 32, 64}) {
      if (quick && experts > 32) continue;
      const auto add = [&](int tokens) {
        layers.push_back({512, 1536, experts, 2, 0, precision, tokens});
      };
      for (const int tokens : {1, 2, 5, 10, 2 * experts}) add(tokens);
      for (const int tokens : large) add(tokens);
      layers.push_back({256, 768, experts, 2, 0, precision, 2 * experts});
    }
}

void addBlocks(std::vector<SampleBlock>& blocks, bool quick) {
  for (const LayerPrecision precision : {LayerPrecision::kF32, LayerPrecision::kBf16})
    for (const SampleBlock& shape :
         {SampleBlock{512, 1536, 8, 2, 8, 2, 64}, SampleBlock{1024, 2048, 16, 2, 16, 8, 64}}) {
      const auto add = [&](int batch, int context, bool prefill) {
        SampleBlock block = shape;
        block.precision = precision;
        block.batch = batch;
        block.context = context;
        block.prefill = prefill;
        blocks.push_back(block);
      };
      if (quick && shape.hidden > 512) continue;
      for (const int batch : {1, 6, 24})
        for (const int context : {96, 768, 3072})
          if (batch * context <= 40000 && (!quick || context < 3000)) add(batch, context, false);
      add(1, 384, true);
      if (!quick) add(3, 700, true);
    }
}

/// Sorted by weights, then by what the packed layer depends on.
void groupLayers(std::vector<SampleLayer>& layers) {
  const auto key = [](const SampleLayer& layer) {
    return std::tuple(layer.hidden, layer.experts, layer.shared_ffn,
                      static_cast<int>(layer.precision), layer.top_k);
  };
  std::stable_sort(layers.begin(), layers.end(),
                   [&](const SampleLayer& a, const SampleLayer& b) { return key(a) < key(b); });
  const auto last = std::unique(layers.begin(), layers.end());
  layers.erase(last, layers.end());
}

void keepQuick(std::vector<SampleLayer>& layers) {
  std::erase_if(layers, [](const SampleLayer& layer) {
    return flopOf(layer) > 1e10 || layer.hidden == 1024 || layer.experts > 32;
  });
}

}  // namespace

VerifySample verifySample(bool quick) {
  constexpr int kPerCombination = 3;
  VerifySample sample;
  addGrid(sample.layers, quick ? 1 : kPerCombination);
  if (quick) keepQuick(sample.layers);
  if (!quick) addShared(sample.layers);
  addClaims(sample.layers, quick);
  groupLayers(sample.layers);
  addBlocks(sample.blocks, quick);
  for (const LayerPrecision precision : {LayerPrecision::kF32, LayerPrecision::kBf16})
    for (const auto& [context, pages] : {std::pair{200, 18}, {63, 5}, {64, 9}}) {
      SampleBlock block{256, 768, 4, 2, 4, 2, 64, precision, 1, context};
      sample.limits.push_back({block, pages});
    }
  return sample;
}

std::string describe(const SampleLayer& layer) {
  return fmt::format("{} x ({}, {}) top-{}{} {}, {} tokens, {}", layer.experts, layer.hidden,
                     layer.expert_ffn, layer.top_k,
                     layer.shared_ffn > 0 ? fmt::format(" + {}", layer.shared_ffn) : "",
                     formatName(layer.precision), layer.tokens,
                     layer.ownRouter() ? "even" : fmt::format("skew {}", layer.skew));
}

std::string describe(const SampleBlock& block) {
  return fmt::format("block {} x ({}, {}) top-{}, {}/{} heads, {}, {} {} x {}", block.experts,
                     block.hidden, block.expert_ffn, block.top_k, block.heads, block.kv_heads,
                     formatName(block.precision), block.prefill ? "prefill" : "decode", block.batch,
                     block.context);
}

}  // namespace moe
