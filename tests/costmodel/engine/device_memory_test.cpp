#include "costmodel/engine/device_memory.h"

#include <gtest/gtest.h>

#include "tests/costmodel/engine/engine_fixture.h"

namespace moe {
namespace {

using test::architecture;

const Accelerator& h100() {
  static const Accelerator kH100 = test::accelerator("H100");
  return kH100;
}

DeviceMemory bf16Memory(const std::string& model, const Parallelism& parallelism,
                        const MemoryRules& rules = {}) {
  return deviceMemory(architecture(model), parallelism, {}, h100(), rules);
}

// Published: 70.3 kB a token for DeepSeek-V3 (512 + 64 elements in 61 layers); every device of a
// tensor-parallel group keeps the whole latent, of a data-parallel one that of its own requests.
TEST(KvCache, OfMlaIsCopiedByTensorParallelDevices) {
  const DeviceMemory one = bf16Memory("DeepSeek-V3", {});
  EXPECT_EQ(one.kv_bytes_per_token, 70272);
  EXPECT_EQ(one.kv_copies, 1);
  const DeviceMemory eight = bf16Memory("DeepSeek-V3", tensorParallel(8));
  EXPECT_EQ(eight.kv_bytes_per_token, 70272);
  EXPECT_EQ(eight.kv_copies, 8);
  const DeviceMemory groups = bf16Memory("DeepSeek-V3", test::dataParallel(8));
  EXPECT_EQ(groups.kv_bytes_per_token, 70272);
  EXPECT_EQ(groups.kv_copies, 1);
}

// Llama-3.1-70B: 80 layers of 8 KV heads of width 128, 327,680 bytes a token in bf16. Sixteen
// devices cannot divide 8 heads: each is kept twice.
TEST(KvCache, DividesAmongHeadsAndIsCopiedBeyondThem) {
  EXPECT_EQ(bf16Memory("Llama-3.1-70B", {}).kv_bytes_per_token, 327680);
  EXPECT_EQ(bf16Memory("Llama-3.1-70B", tensorParallel(4)).kv_bytes_per_token, 327680 / 4);
  const DeviceMemory eight = bf16Memory("Llama-3.1-70B", tensorParallel(8));
  EXPECT_EQ(eight.kv_bytes_per_token, 327680 / 8);
  EXPECT_EQ(eight.kv_copies, 1);
  const DeviceMemory sixteen = bf16Memory("Llama-3.1-70B", tensorParallel(16));
  EXPECT_EQ(sixteen.kv_bytes_per_token, 327680 / 8);
  EXPECT_EQ(sixteen.kv_copies, 2);
  const ModelFormats fp8_cache{.kv_bytes = 1};
  EXPECT_EQ(
      deviceMemory(architecture("Llama-3.1-70B"), {}, fp8_cache, h100(), {}).kv_bytes_per_token,
      327680 / 2);
}

// 61 layers on two stages: the fuller one has 31.
TEST(KvCache, IsOfTheFullestStageOfAPipeline) {
  const DeviceMemory stage = bf16Memory("DeepSeek-V3", {.pipeline_parallel = 2});
  EXPECT_EQ(stage.kv_bytes_per_token, 31 * 576 * 2);
  EXPECT_NEAR(stage.kv_copies, 62.0 / 61, 1e-12);
}

// Of hybrids only the layers that attend keep a cache: 10 of MiniMax-Text-01's 80.
TEST(KvCache, IsOfTheLayersThatAttend) {
  EXPECT_EQ(bf16Memory("MiniMax-Text-01", {}).kv_bytes_per_token, 10 * 2 * 8 * 128 * 2);
}

TEST(EngineRules, AreThoseOfTheEngines) {
  EXPECT_EQ(memoryRulesOf(Engine::kVllm).block_tokens, 16);
  EXPECT_FALSE(memoryRulesOf(Engine::kVllm).of_free_memory);
  EXPECT_EQ(memoryRulesOf(Engine::kSglang).block_tokens, 1);
  EXPECT_FALSE(memoryRulesOf(Engine::kSglang).of_free_memory);
  EXPECT_EQ(memoryRulesOf(Engine::kTensorRtLlm).block_tokens, 32);
  EXPECT_TRUE(memoryRulesOf(Engine::kTensorRtLlm).of_free_memory);
}

// Llama-3.1-8B by hand. Per layer: queries and output 2 x 4096^2, keys and values 2 x 4096 x 1024,
// FFN 3 x 4096 x 14336, norms 2 x 4096; 32 of them, a last norm, 2 x 128256 x 4096 of vocabulary:
// 8,030,261,248 parameters of two bytes on 85 GB, 2 GB of which the engine takes.
TEST(EngineRules, TakeAShareOfTheWholeOrOfTheFreeMemory) {
  const double weights = 2 * 8'030'261'248.0;
  const DeviceMemory vllm = bf16Memory("Llama-3.1-8B", {}, memoryRulesOf(Engine::kVllm));
  EXPECT_EQ(vllm.weights().value(), weights);
  EXPECT_EQ(vllm.vocabulary_weights.value(), 2.0 * 2 * 128256 * 4096);
  EXPECT_EQ(vllm.attention_weights.value(),
            2.0 * (32 * (2 * 4096 * 4096 + 2 * 4096 * 1024 + 2 * 4096) + 4096));
  EXPECT_EQ(vllm.expert_weights.value(), 0);
  EXPECT_NEAR(vllm.kv_space.value(), 0.9 * 85e9 - weights - 2e9, 1);
  EXPECT_NEAR(vllm.unused.value(), 0.1 * 85e9, 1);
  const DeviceMemory trtllm = bf16Memory("Llama-3.1-8B", {}, memoryRulesOf(Engine::kTensorRtLlm));
  EXPECT_NEAR(trtllm.kv_space.value(), 0.9 * (85e9 - weights - 2e9), 1);
  EXPECT_NEAR(trtllm.unused.value(), 0.1 * (85e9 - weights - 2e9), 1);
}

TEST(DeviceMemory, AddsUpToTheDevice) {
  for (const Engine engine : {Engine::kVllm, Engine::kSglang, Engine::kTensorRtLlm}) {
    const DeviceMemory memory =
        bf16Memory("Mixtral-8x7B", tensorParallel(2), memoryRulesOf(engine));
    const Bytes sum = memory.weights() + memory.reserve + memory.kv_space + memory.unused;
    EXPECT_NEAR(sum.value(), 85e9, 1);
  }
}

// All devices together hold every parameter once; norms, routers, the down-projections of MLA and
// the one KV head of MQA are on each.
TEST(DeviceMemory, HoldsEveryParameterOfEveryModel) {
  const auto catalog = loadModels({}).value();
  int tried = 0;
  for (const ModelEntry& entry : catalog.entries) {
    const auto model = architectureOf(entry);
    if (!model) continue;
    const auto total = 2.0 * static_cast<double>(model->params.total());
    EXPECT_NEAR(deviceMemory(*model, {}, {}, h100(), {}).weights().value(), total, 1) << entry.name;
    const bool mla = entry.attention == AttentionKind::kMla;
    const double down = mla ? 1.0 * entry.layers * entry.hidden *
                                  (entry.q_lora_rank + entry.kv_lora_rank + entry.qk_rope_dim)
                            : 0;
    const double one_head =
        !mla && entry.kv_heads == 1 ? 2.0 * entry.layers * entry.hidden * entry.head_dim : 0;
    const double copied =
        2.0 * (static_cast<double>(model->params.norms + model->params.routers) + down + one_head);
    const DeviceMemory half = deviceMemory(*model, tensorParallel(2), {}, h100(), {});
    EXPECT_NEAR(2 * half.weights().value(), total + copied, 1) << entry.name;
    ++tried;
  }
  EXPECT_GT(tried, 50);
}

// DeepSeek-V3 in its published formats, experts divided among 8 devices, all else on each.
TEST(DeviceMemory, DividesExpertsAmongDataParallelDevices) {
  const test::Deployment deployment = test::deepSeek(test::dataParallel(8));
  const ParameterCount params = architecture("DeepSeek-V3").params;
  const DeviceMemory memory = deployment.memory();
  EXPECT_NEAR(memory.expert_weights.value(), 256.0 * 58 * 3 * 7168 * 2048 / 8, 1);  // one byte each
  EXPECT_NEAR(memory.attention_weights.value(),
              static_cast<double>(params.attention) + 2.0 * static_cast<double>(params.norms), 1);
}

TEST(RequestKvBytes, RoundsUpToBlocks) {
  const ModelArchitecture model = architecture("Llama-3.1-8B");
  const DeviceMemory memory = bf16Memory("Llama-3.1-8B", {});
  const auto bytes = [&](Engine engine, double tokens) {
    return requestKvBytes(model, memory, memoryRulesOf(engine), tokens);
  };
  EXPECT_EQ(bytes(Engine::kVllm, 100), 131072 * 112);
  EXPECT_EQ(bytes(Engine::kVllm, 112), 131072 * 112);
  EXPECT_EQ(bytes(Engine::kSglang, 100), 131072 * 100);
  EXPECT_EQ(bytes(Engine::kTensorRtLlm, 100), 131072 * 128);
}

// gpt-oss-120b: 18 of 36 layers keep 128 tokens; 2 x 8 x 64 elements of two bytes a layer.
TEST(RequestKvBytes, KeepsNoMoreThanTheWindow) {
  const ModelArchitecture model = architecture("gpt-oss-120b");
  const DeviceMemory memory = bf16Memory("gpt-oss-120b", {});
  EXPECT_EQ(memory.kv_bytes_per_token, 36 * 2048);
  EXPECT_EQ(requestKvBytes(model, memory, {}, 8192), 18 * 2048.0 * 8192 + 18 * 2048.0 * 128);
  EXPECT_EQ(requestKvBytes(model, memory, {}, 64), 36 * 2048.0 * 64);
}

TEST(MaxConcurrency, IsTheSpaceOverOneRequest) {
  const ModelArchitecture model = architecture("Llama-3.1-8B");
  const DeviceMemory memory = bf16Memory("Llama-3.1-8B", {});
  EXPECT_NEAR(maxConcurrency(model, {}, memory, {}, 1024),
              (0.9 * 85e9 - 2 * 8'030'261'248.0 - 2e9) / (131072 * 1024.0), 1e-6);
  // Each of eight data-parallel groups has as much room for requests of its own.
  EXPECT_NEAR(maxConcurrency(model, test::dataParallel(8), memory, {}, 1024) /
                  maxConcurrency(model, {}, memory, {}, 1024),
              8, 1e-12);
}

TEST(MaxConcurrency, IsZeroWhenTheWeightsDoNotFit) {
  const DeviceMemory memory = bf16Memory("DeepSeek-V3", {});
  EXPECT_LT(memory.kv_space.value(), 0);
  EXPECT_EQ(maxConcurrency(architecture("DeepSeek-V3"), {}, memory, {}, 1024), 0);
}

}  // namespace
}  // namespace moe
