#include <gtest/gtest.h>

#include "tests/costmodel/engine/engine_fixture.h"

// What the way of dividing a model changes in a step and in a serving point.

namespace moe {
namespace {

using test::library;
using test::secondsOf;

test::Deployment qwen(const Parallelism& parallelism) {
  return {.model = "Qwen3-235B-A22B", .accelerator = "H200", .parallelism = parallelism};
}

// 64 heads over 4 KV heads on 8 devices: 8 heads each, and one KV head that two devices keep.
TEST(TensorParallel, KeepsOneKvHeadOnEachDeviceAtLeast) {
  const PassTime step = qwen(tensorParallel(8)).serving().decode(16, 1000);
  const KernelLibrary& kernels = library("H200");
  const auto gemm = [&](double n, double k) {
    return kernels.gemm(NumberFormat::kBf16, n, k).time(16).seconds;
  };
  EXPECT_NEAR(secondsOf(step, OperatorGroup::kProjections),
              94 * (gemm((8 + 2 * 1) * 128, 4096) + gemm(4096, 8 * 128)), test::kTiny);
  EXPECT_NEAR(secondsOf(step, OperatorGroup::kAttention),
              94 * kernels.attention({8, 1, 128, false}, false, 2).time(16, 1000).seconds,
              test::kTiny);
}

// DeepSeek-V3 on 2 x 4 devices: two all-reduces among 2 in the 3 dense layers, one (of attention)
// in the 58 that route, where 8 devices gather the tokens and scatter the results.
TEST(TensorAndDataParallel, ReduceWithinGroupsAndGatherAmongThem) {
  const Parallelism split{.tensor_parallel = 2, .data_parallel = 4, .expert_parallel = 8};
  const PassTime step = test::deepSeek(split).serving().decode(64, 1000);
  const KernelLibrary& kernels = library("H200");
  const auto seconds = [&](const char* operation, double devices, double tokens) {
    return kernels.collective(operation, devices).time(tokens * 7168).seconds;
  };
  EXPECT_NEAR(secondsOf(step, OperatorGroup::kCommunication),
              (2 * 3 + 58) * seconds("allreduce-trtllm", 2, 16) +
                  58 * (seconds("allgather", 8, 64) + seconds("reducescatter", 8, 64)),
              test::kTiny);
}

// A prompt on each of the 8 devices: their experts see the tokens of all.
TEST(DataParallel, PrefillsAPromptOnEveryDevice) {
  const PassTime pass = test::deepSeek(test::dataParallel(8)).serving().prefill(1, 1024);
  const MoeTable::Query experts{{7168, 2048, 256, 8, 1, 8}, NumberFormat::kFp8Block, "vllm", 1.2};
  EXPECT_NEAR(secondsOf(pass, OperatorGroup::kExperts),
              58 * library("H200").moe(experts).time(8 * 1024).seconds, test::kTiny);
}

// A load of its own replaces the tables' routing, so the even table's utilisation is asked.
TEST(RouterSkew, OfItsOwnStartsFromEvenRouting) {
  RouterSkew skew;
  skew.load = [](double) { return MoeLoad{64, 1.5}; };
  const Parallelism split = tensorParallel(4);
  const PassTime step = qwen(split).serving(skew).decode(256, 1000);
  const MoeTable::Query even{{4096, 1536, 128, 8, 4, 1}, NumberFormat::kBf16, "vllm", 0};
  EXPECT_NEAR(secondsOf(step, OperatorGroup::kExperts),
              94 * library("H200").moe(even).time(256, {64, 1.5}).seconds, test::kTiny);
}

ServingPoint pointOf(const test::Deployment& deployment, const ServingLoad& load,
                     const EngineConstants& constants = {}) {
  return servingPoint(deployment.serving(), load, deployment.memory(),
                      memoryRulesOf(deployment.engine), constants);
}

// Two stages: each sees half of the 32 requests at a time, and their prefills overlap.
TEST(PipelineParallel, FillsTheStagesWithPartsOfTheRequests) {
  const Parallelism stages{.tensor_parallel = 4, .pipeline_parallel = 2, .moe_tensor_parallel = 4};
  const ServingLoad load{.concurrency = 32, .prompt_tokens = 4096, .output_tokens = 512};
  const ServingPoint point = pointOf(qwen(stages), load);
  const ServingModel serving = qwen(stages).serving();
  EXPECT_EQ(point.concurrency, 32);
  EXPECT_NEAR(point.decode.total(), serving.decode(16, 4096 + 256).total(), test::kTiny);
  EXPECT_NEAR(point.others_prefill_s, 31.0 / 512 * serving.prefill(1, 4096).total() / 2,
              test::kTiny);
  EXPECT_EQ(point.layers, 94);
}

// 64 requests are 8 a group: a request waits for the 7 others of its own, and eight groups prefill
// at once.
TEST(DataParallel, PrefillsInItsGroupsAtOnce) {
  const test::Deployment deployment = test::deepSeek(test::dataParallel(8));
  const ServingLoad load{.concurrency = 64, .prompt_tokens = 4096, .output_tokens = 512};
  const ServingPoint point = pointOf(deployment, load);
  const double prefill = deployment.serving().prefill(1, 4096).total();
  EXPECT_NEAR(point.others_prefill_s, 63.0 / 512 * prefill / 8, test::kTiny);
  EXPECT_NEAR(pointOf(deployment, load, {.waiting_share = 1}).ttft_s - point.ttft_s, 7 * prefill,
              test::kTiny);
}

}  // namespace
}  // namespace moe
