#include "costmodel/engine/serving_model.h"

#include <gtest/gtest.h>

#include <numeric>

#include "tests/costmodel/engine/engine_fixture.h"

namespace moe {
namespace {

// Steps put together once more by hand from the published configurations and the operators' times.

using test::library;
using test::secondsOf;

double gemmTime(const char* accelerator, NumberFormat format, double n, double k, double m) {
  return library(accelerator).gemm(format, n, k).time(m).seconds;
}

// Llama-3.1-8B: 32 layers, hidden 4096, 32 heads over 8 KV heads of width 128, FFN 14336,
// vocabulary 128256.
TEST(DecodeStep, OfADenseModelIsTheSumOfItsOperators) {
  const PassTime step = test::llama8b().serving().decode(48, 2000);
  const auto gemm = [](double n, double k) {
    return gemmTime("H100", NumberFormat::kBf16, n, k, 48);
  };
  const auto expectGroup = [&](OperatorGroup group, double seconds) {
    EXPECT_NEAR(secondsOf(step, group), seconds, test::kTiny) << name(group);
  };
  expectGroup(OperatorGroup::kProjections,
              32 * (gemm((32 + 2 * 8) * 128, 4096) + gemm(4096, 4096)));
  expectGroup(OperatorGroup::kDenseFfn, 32 * (gemm(2 * 14336, 4096) + gemm(4096, 14336)));
  expectGroup(OperatorGroup::kAttention,
              32 * library("H100").attention({32, 8, 128, false}, false, 2).time(48, 2000).seconds);
  expectGroup(OperatorGroup::kHead, gemm(128256, 4096));
  // Two norms a layer, four passes of two bytes at 0.6 of 3.35 TB/s.
  expectGroup(OperatorGroup::kNorms, 2 * 32 * 4 * 2 * 48 * 4096.0 / (0.6 * 3.35e12));
  for (const OperatorGroup group : {OperatorGroup::kExperts, OperatorGroup::kSharedExperts,
                                    OperatorGroup::kRouter, OperatorGroup::kCommunication})
    expectGroup(group, 0);
  EXPECT_NEAR(step.total(), std::accumulate(step.seconds.begin(), step.seconds.end(), 0.0),
              test::kTiny);
}

// Mixtral-8x7B on two devices: half the heads and half of each expert, two all-reduces a layer of
// 16 tokens x 4096.
TEST(DecodeStep, OfTensorParallelExpertsReducesTwiceALayer) {
  const PassTime step = test::mixtral().serving().decode(16, 1000);
  const KernelLibrary& kernels = library("H100");
  const auto gemm = [](double n, double k) {
    return gemmTime("H100", NumberFormat::kBf16, n, k, 16);
  };
  EXPECT_NEAR(secondsOf(step, OperatorGroup::kProjections),
              32 * (gemm((16 + 2 * 4) * 128, 4096) + gemm(4096, 16 * 128)), test::kTiny);
  const MoeTable::Query half{{4096, 14336, 8, 2, 2, 1}, NumberFormat::kBf16, "vllm", 1.2};
  EXPECT_NEAR(secondsOf(step, OperatorGroup::kExperts), 32 * kernels.moe(half).time(16).seconds,
              test::kTiny);
  EXPECT_NEAR(secondsOf(step, OperatorGroup::kCommunication),
              64 * kernels.collective("allreduce-trtllm", 2).time(16 * 4096).seconds, test::kTiny);
  EXPECT_NEAR(secondsOf(step, OperatorGroup::kRouter), 32 * gemm(256, 4096), test::kTiny);
  EXPECT_NEAR(secondsOf(step, OperatorGroup::kHead), gemm(32000 / 2, 4096), test::kTiny);
  EXPECT_EQ(secondsOf(step, OperatorGroup::kDenseFfn), 0);
}

// DeepSeek-V3 on 8 devices with attention data parallel: 64 sequences are 8 a device; 58 of 61
// layers route, each gathering all 64 tokens and scattering their results.
TEST(DecodeStep, OfDataParallelAttentionGathersTheTokensOfAllDevices) {
  const PassTime step = test::deepSeek(test::dataParallel(8)).serving().decode(64, 3000);
  const KernelLibrary& kernels = library("H200");
  const auto gemm = [](double n, double k) {
    return gemmTime("H200", NumberFormat::kFp8Block, n, k, 8);
  };
  const double message = 64 * 7168;
  EXPECT_NEAR(secondsOf(step, OperatorGroup::kCommunication),
              58 * (kernels.collective("allgather", 8).time(message).seconds +
                    kernels.collective("reducescatter", 8).time(message).seconds),
              test::kTiny);
  const MoeTable::Query experts{{7168, 2048, 256, 8, 1, 8}, NumberFormat::kFp8Block, "vllm", 1.2};
  EXPECT_NEAR(secondsOf(step, OperatorGroup::kExperts), 58 * kernels.moe(experts).time(64).seconds,
              test::kTiny);
  EXPECT_NEAR(secondsOf(step, OperatorGroup::kDenseFfn),
              3 * (gemm(2 * 18432, 7168) + gemm(7168, 18432)), test::kTiny);
  EXPECT_NEAR(secondsOf(step, OperatorGroup::kSharedExperts),
              58 * (gemm(2 * 2048, 7168) + gemm(7168, 2048)), test::kTiny);
  EXPECT_NEAR(secondsOf(step, OperatorGroup::kAttention),
              61 * kernels.attention({128, 1, 512, true}, false, 1).time(8, 3000).seconds,
              test::kTiny);
  // Latents 1536 + 576, queries 128 x 192, output 128 x 128, and the absorbed products: 2 x 128 x
  // 512 x 256 FLOP a sequence and as many bytes of weights, at half the peak and 0.7 of the
  // bandwidth, with 6 us of launches.
  const double absorbed = 128.0 * 512 * 256;
  const double batched = std::max(2 * absorbed * 8 / (0.5 * 989e12), 2 * absorbed / (0.7 * 4.8e12));
  EXPECT_NEAR(secondsOf(step, OperatorGroup::kProjections),
              61 * (gemm(1536 + 576, 7168) + gemm(128 * 192, 1536) + gemm(7168, 128 * 128) +
                    batched + 6e-6),
              test::kTiny);
}

// gpt-oss-120b: 18 layers see all 8192 tokens, 18 no more than 128.
TEST(DecodeStep, OfSlidingWindowsReadsTheWindowOnly) {
  const ServingModel serving = test::gptOss().serving();
  const AttentionCurve attention = library("H100").attention({32, 4, 64, false}, false, 2);
  const auto seconds = [&](double context) {
    return secondsOf(serving.decode(32, context), OperatorGroup::kAttention);
  };
  EXPECT_NEAR(seconds(8192),
              18 * attention.time(32, 8192).seconds + 18 * attention.time(32, 128).seconds,
              test::kTiny);
  EXPECT_NEAR(seconds(100), 36 * attention.time(32, 100).seconds, test::kTiny);
}

// vLLM runs Triton kernels on Hopper and those of TensorRT-LLM on Blackwell.
TEST(DecodeStep, TakesTheExpertsOfItsEngine) {
  const auto seconds = [](const char* accelerator, Engine engine) {
    test::Deployment deployment = test::mixtral();
    deployment.accelerator = accelerator;
    deployment.engine = engine;
    return secondsOf(deployment.serving().decode(512, 100), OperatorGroup::kExperts);
  };
  const MoeTable::Query own{{4096, 14336, 8, 2, 2, 1}, NumberFormat::kBf16, "trtllm", 1.2};
  EXPECT_NEAR(seconds("H100", Engine::kTensorRtLlm),
              32 * library("H100").moe(own).time(512).seconds, test::kTiny);
  EXPECT_NE(seconds("H100", Engine::kVllm), seconds("H100", Engine::kTensorRtLlm));
  EXPECT_EQ(seconds("H100", Engine::kVllm), seconds("H100", Engine::kSglang));
  EXPECT_EQ(seconds("B200", Engine::kVllm), seconds("B200", Engine::kTensorRtLlm));
}

// Every token to the same two experts: few tokens read 2 of 8, so a quarter of the even bytes.
TEST(DecodeStep, TakesALoadOfItsOwn) {
  const auto experts = [](double touched) {
    RouterSkew skew;
    skew.load = [touched](double) { return MoeLoad{touched, 1}; };
    return secondsOf(test::mixtral().serving(skew).decode(16, 100), OperatorGroup::kExperts);
  };
  EXPECT_NEAR(experts(2) / experts(8), 0.25, 1e-9);
}

// Prefill of DeepSeek-V3 expands keys and values of each head from the latent instead.
TEST(Prefill, OfMlaExpandsTheLatent) {
  const PassTime pass = test::deepSeek(tensorParallel(8)).serving().prefill(1, 2048);
  const auto gemm = [](double n, double k) {
    return gemmTime("H200", NumberFormat::kFp8Block, n, k, 2048);
  };
  EXPECT_NEAR(secondsOf(pass, OperatorGroup::kProjections),
              61 * (gemm(1536 + 576, 7168) + gemm(16 * 192, 1536) + gemm(7168, 16 * 128) +
                    gemm(16 * (128 + 128), 512)),
              test::kTiny);
  EXPECT_NEAR(secondsOf(pass, OperatorGroup::kAttention),
              61 * library("H200").attention({16, 1, 512, true}, true, 2).time(1, 2048).seconds,
              test::kTiny);
}

// Eight sequences and a chunk of 500 tokens share the linear layers. Only the chunk expands its
// latent, only the sequences work on theirs: 2 x 16 x 512 x 256 FLOP each, few enough to wait for
// the weights.
TEST(MixedStep, OfMlaExpandsTheChunkAndAbsorbsTheRest) {
  const PassTime step = test::deepSeek(tensorParallel(8)).serving().mixed(8, 1000, 500, 0);
  const auto gemm = [](double n, double k, double m) {
    return gemmTime("H200", NumberFormat::kFp8Block, n, k, m);
  };
  const double absorbed = 2 * 16 * 512 * 256 / (0.7 * 4.8e12) + 6e-6;
  EXPECT_NEAR(secondsOf(step, OperatorGroup::kProjections),
              61 * (gemm(1536 + 576, 7168, 508) + gemm(16 * 192, 1536, 508) +
                    gemm(7168, 16 * 128, 508) + gemm(16 * (128 + 128), 512, 500) + absorbed),
              test::kTiny);
}

// A window of 128 keeps 128 (2 x 4096 - 128) of 4096^2 pairs, twice the causal half.
TEST(Prefill, OfSlidingWindowsPaysForThePairsInside) {
  const ServingModel serving = test::gptOss().serving();
  const double whole = library("H100").attention({32, 4, 64, false}, true, 2).time(1, 4096).seconds;
  const double inside = 128.0 * (2 * 4096 - 128) / (4096.0 * 4096);
  EXPECT_NEAR(secondsOf(serving.prefill(1, 4096), OperatorGroup::kAttention),
              18 * whole + 18 * inside * whole, test::kTiny);
}

// Only the last token of each prompt goes through the head.
TEST(Prefill, SendsOneTokenAPromptThroughTheHead) {
  const PassTime pass = test::llama8b().serving().prefill(3, 500);
  EXPECT_NEAR(secondsOf(pass, OperatorGroup::kHead),
              gemmTime("H100", NumberFormat::kBf16, 128256, 4096, 3), test::kTiny);
}

TEST(ServingModel, SaysWhatItsGroupsRestOn) {
  const ServingModel own = test::mixtral().serving();
  EXPECT_EQ(own.basis(OperatorGroup::kProjections), Basis::kInterpolated);
  EXPECT_EQ(own.basis(OperatorGroup::kExperts), Basis::kInterpolated);
  EXPECT_EQ(own.basis(OperatorGroup::kNorms), Basis::kRoofline);
  test::Deployment moved = test::mixtral();
  moved.accelerator = "H800";
  EXPECT_EQ(moved.serving().basis(OperatorGroup::kProjections), Basis::kTransferred);
  EXPECT_EQ(moved.serving().basis(OperatorGroup::kExperts), Basis::kTransferred);
  test::Deployment other = test::llama8b();
  other.weights = Precision::kInt4;  // not measured on H100
  EXPECT_EQ(other.serving().basis(OperatorGroup::kDenseFfn), Basis::kRoofline);
}

}  // namespace
}  // namespace moe
