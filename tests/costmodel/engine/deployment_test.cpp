#include "costmodel/engine/deployment.h"

#include <gtest/gtest.h>

#include "tests/costmodel/engine/engine_fixture.h"

namespace moe {
namespace {

using test::modelEntry;

TEST(Engine, IsNamedAndFoundByName) {
  for (const Engine engine : {Engine::kVllm, Engine::kSglang, Engine::kTensorRtLlm})
    EXPECT_EQ(engineOf(name(engine), "--engine"), engine);
  const auto unknown = engineOf("llama.cpp", "--engine");
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().kind, ErrorKind::kUsage);
  EXPECT_EQ(describe(unknown.error()),
            "--engine: 'llama.cpp' is not known; use vllm, sglang or trtllm");
}

TEST(Parallelism, CountsDevicesAndNamesItself) {
  Parallelism split = test::dataParallel(8);
  split.pipeline_parallel = 2;
  EXPECT_EQ(split.stageDevices(), 8);
  EXPECT_EQ(split.devices(), 16);
  EXPECT_EQ(nameOf(split), "dp8 ep8 pp2");
  EXPECT_EQ(nameOf(tensorParallel(4)), "tp4");
  EXPECT_EQ(nameOf({}), "one device");
  EXPECT_EQ(nameOf({.tensor_parallel = 4, .expert_parallel = 4}), "tp4 ep4");
}

struct Split {
  const char* model;
  Parallelism parallelism;
};

TEST(CheckParallelism, AcceptsSplitsThatEnginesRun) {
  const Split good[] = {
      {"Llama-3.1-8B", {}},
      {"Llama-3.1-70B", tensorParallel(8)},
      {"Llama-3.1-70B", tensorParallel(16)},  // 8 KV heads, each twice
      {"Llama-3.1-405B", {.tensor_parallel = 8, .pipeline_parallel = 2}},
      {"Mixtral-8x7B", {.tensor_parallel = 4, .moe_tensor_parallel = 2, .expert_parallel = 2}},
      {"DeepSeek-V3", tensorParallel(128)},  // the latent of MLA has no heads to divide
      {"DeepSeek-V3", test::dataParallel(32)},
      {"DeepSeek-V3", {.tensor_parallel = 4, .data_parallel = 8, .expert_parallel = 32}},
  };
  for (const Split& split : good) {
    const auto checked = checkParallelism(split.parallelism, modelEntry(split.model));
    EXPECT_TRUE(checked) << split.model << ' ' << describe(checked.error());
  }
}

struct BadSplit {
  const char* model;
  Parallelism parallelism;
  const char* message;
};

TEST(CheckParallelism, RefusesWhatCannotBeDivided) {
  const BadSplit bad[] = {
      {"Llama-3.1-8B", {.tensor_parallel = 0}, "--tensor-parallel: is 0; it must be 1 or more"},
      {"DeepSeek-V3", {.data_parallel = -8}, "--data-parallel: is -8; it must be 1 or more"},
      {"Llama-3.1-8B", {.pipeline_parallel = 0}, "--pipeline-parallel: is 0; it must be 1 or more"},
      {"Mixtral-8x7B", {.expert_parallel = 0}, "--expert-parallel: is 0; it must be 1 or more"},
      {"Llama-3.1-70B", tensorParallel(3),
       "--tensor-parallel: is 3; Llama-3.1-70B has 64 attention heads, which that does not divide"},
      {"Mixtral-8x22B", tensorParallel(12),
       "--tensor-parallel: is 12; Mixtral-8x22B has 8 KV heads, which can be neither divided nor "
       "copied evenly"},
      {"Llama-3.1-70B",
       {.data_parallel = 2},
       "--data-parallel: is 2; Llama-3.1-70B has no experts, so give it replicas instead "
       "(attention "
       "data parallel shares only the experts)"},
      {"Llama-3.1-8B",
       {.pipeline_parallel = 33},
       "--pipeline-parallel: is 33; Llama-3.1-8B has 32 layers"},
      {"Llama-3.1-8B",
       {.tensor_parallel = 2, .expert_parallel = 2},
       "--expert-parallel: is 2; Llama-3.1-8B has no experts"},
      {"Mixtral-8x7B",
       {.tensor_parallel = 4, .expert_parallel = 3},
       "--expert-parallel: is 3; the 4 devices of a stage must be expert parallel x the tensor "
       "parallel of experts, so it must divide 4"},
      {"Mixtral-8x7B",
       {.tensor_parallel = 16, .expert_parallel = 16},
       "--expert-parallel: is 16; Mixtral-8x7B has 8 experts, which that does not divide"},
      {"DeepSeek-V3",
       {.data_parallel = 3, .moe_tensor_parallel = 3},
       "--expert-parallel: leaves 3 devices per expert; the width 2048 of an expert of DeepSeek-V3 "
       "is not divided by that"},
  };
  for (const BadSplit& split : bad) {
    const auto checked = checkParallelism(split.parallelism, modelEntry(split.model));
    ASSERT_FALSE(checked.has_value()) << split.message;
    EXPECT_EQ(checked.error().kind, ErrorKind::kUsage);
    EXPECT_EQ(describe(checked.error()), split.message);
  }
}

struct Stored {
  const char* model;
  const char* accelerator;
  Precision weights;
  NumberFormat attention, dense, experts;
};

// As the publishers' checkpoints: DeepSeek-V3 in fp8 blocks, its fp4 version with attention in
// bf16; gpt-oss with mxfp4 experts alone. Hopper multiplies mxfp4 in bf16, Blackwell in fp8.
constexpr Stored kStored[] = {
    {"Llama-3.1-8B", "A100-80GB", Precision::kBf16, NumberFormat::kBf16, NumberFormat::kBf16,
     NumberFormat::kBf16},
    {"DeepSeek-V3", "H200", Precision::kFp8, NumberFormat::kFp8Block, NumberFormat::kFp8Block,
     NumberFormat::kFp8Block},
    {"Qwen3-235B-A22B", "H100", Precision::kFp8, NumberFormat::kFp8, NumberFormat::kFp8,
     NumberFormat::kFp8},
    {"DeepSeek-V3", "B200", Precision::kFp4, NumberFormat::kBf16, NumberFormat::kNvfp4,
     NumberFormat::kNvfp4},
    {"Llama-3.1-70B", "B200", Precision::kFp4, NumberFormat::kNvfp4, NumberFormat::kNvfp4,
     NumberFormat::kNvfp4},
    {"gpt-oss-120b", "H100", Precision::kFp4, NumberFormat::kBf16, NumberFormat::kBf16,
     NumberFormat::kMxfp4},
    {"gpt-oss-120b", "A100-80GB", Precision::kFp4, NumberFormat::kBf16, NumberFormat::kBf16,
     NumberFormat::kMxfp4},
    {"gpt-oss-120b", "B200", Precision::kFp4, NumberFormat::kBf16, NumberFormat::kBf16,
     NumberFormat::kMxfp4Fp8},
    {"Llama-3.1-8B", "A100-80GB", Precision::kInt8, NumberFormat::kInt8, NumberFormat::kInt8,
     NumberFormat::kInt8},
    {"Llama-3.1-8B", "H100", Precision::kInt4, NumberFormat::kInt4, NumberFormat::kInt4,
     NumberFormat::kInt4},
    {"Llama-3.1-8B", "B200", Precision::kInt4, NumberFormat::kNvfp4, NumberFormat::kNvfp4,
     NumberFormat::kNvfp4},
};

TEST(FormatsOf, FollowTheModelAndTheAccelerator) {
  for (const Stored& stored : kStored) {
    SCOPED_TRACE(std::string(stored.model) + " on " + stored.accelerator + " in " +
                 std::string(name(stored.weights)));
    const auto formats = formatsOf(modelEntry(stored.model), stored.weights, Precision::kFp8,
                                   test::accelerator(stored.accelerator));
    ASSERT_TRUE(formats) << describe(formats.error());
    EXPECT_EQ(name(formats->attention), name(stored.attention));
    EXPECT_EQ(name(formats->dense), name(stored.dense));
    EXPECT_EQ(name(formats->experts), name(stored.experts));
    EXPECT_EQ(formats->kv_bytes, 1);
  }
}

TEST(FormatsOf, StoreTheCacheAsAsked) {
  const auto bytes = [](Precision cache) {
    return formatsOf(modelEntry("DeepSeek-V3"), Precision::kFp8, cache, test::accelerator("H200"))
        ->kv_bytes;
  };
  EXPECT_EQ(bytes(Precision::kBf16), 2);
  EXPECT_EQ(bytes(Precision::kFp8), 1);
  EXPECT_EQ(bytes(Precision::kFp4), 0.5);
}

TEST(FormatsOf, RefuseWhatTheAcceleratorDoesNotCompute) {
  const auto message = [](const char* model, Precision weights, const char* accelerator) {
    const auto formats =
        formatsOf(modelEntry(model), weights, Precision::kBf16, test::accelerator(accelerator));
    if (formats) return std::string("was accepted");
    EXPECT_EQ(formats.error().kind, ErrorKind::kInput);
    return describe(formats.error());
  };
  EXPECT_EQ(message("Llama-3.1-8B", Precision::kFp8, "A100-80GB"),
            "--weights: A100-80GB SXM does not compute in fp8 (the catalog has no such peak); use "
            "bf16, int8 or int4, or another accelerator");
  EXPECT_EQ(message("DeepSeek-V3", Precision::kFp4, "H100"),
            "--weights: H100-80GB SXM does not compute in fp4 (the catalog has no such peak); use "
            "bf16, fp8, int8 or int4, or another accelerator");
}

}  // namespace
}  // namespace moe
