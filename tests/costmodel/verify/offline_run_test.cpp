#include "costmodel/verify/offline_run.h"

#include <gtest/gtest.h>

namespace moe {
namespace {

/// Six layers of a dense model.
ModelArchitecture tinyModel() {
  ModelEntry m;
  m.name = "tiny";
  m.layers = 6;
  m.kv_layers = 6;
  m.hidden = 64;
  m.heads = 4;
  m.kv_heads = 2;
  m.head_dim = 16;
  m.dense_ffn = 128;
  m.ffn_matrices = 3;
  m.vocabulary = 100;
  m.attention = AttentionKind::kGqa;
  return architectureOf(m).value();
}

/// Nothing of it was measured: rooflines and a fixed time per layer.
Accelerator rooflineMachine(BytesPerSecond bandwidth, Seconds fixed_per_layer) {
  Accelerator machine;
  machine.name = "roofline";
  machine.memory = machine.device_memory = Bytes(1e9);
  machine.memory_bandwidth = bandwidth;
  machine.peak_bf16 = FlopPerSecond(1e18);
  machine.fixed_per_layer = fixed_per_layer;
  machine.bandwidth_efficiency = 1;
  return machine;
}

ServingModel servingOf(const Accelerator& machine) {
  return ServingModel({tinyModel(), tensorParallel(1), ModelFormats{}, Engine::kTensorRtLlm, {}},
                      KernelLibrary::roofline(machine));
}

/// Every pass takes 6 layers of 1 s, all else a microsecond at most.
ServingModel slowLaunches() { return servingOf(rooflineMachine(BytesPerSecond(1e18), Seconds(1))); }

OfflineLoad loadOf(double requests, double concurrency, double prompt, double output) {
  OfflineLoad load;
  load.requests = requests;
  load.concurrency = concurrency;
  load.prompt_tokens = prompt;
  load.output_tokens = output;
  return load;
}

constexpr double kMicrosecond = 1e-6;

// One prefill, which makes the first token, and two decode steps: three passes of 6 s.
TEST(OfflineSeconds, OfAStaticBatchIsItsPasses) {
  const ServingModel model = slowLaunches();
  EXPECT_NEAR(offlineSeconds(model, loadOf(4, 4, 10, 3), {}), 18, 100 * kMicrosecond);
  EXPECT_NEAR(offlineThroughput(model, loadOf(4, 4, 10, 3), {}), 4 * 3 / 18.0, 1e-5);
  EXPECT_NEAR(offlineSeconds(model, loadOf(1, 1, 10, 1), {}), 6, kMicrosecond);
}

// 10 requests, 4 at once: rounds of 4, 4 and 2.
TEST(OfflineSeconds, CountsTheLastRoundWhole) {
  const ServingModel model = slowLaunches();
  EXPECT_NEAR(offlineSeconds(model, loadOf(10, 4, 10, 3), {}), 3 * 18, 100 * kMicrosecond);
  // More room than requests is no help.
  EXPECT_NEAR(offlineSeconds(model, loadOf(3, 4, 10, 3), {}), 18, 100 * kMicrosecond);
}

// Prompts of 5000 do not share a pass of 8192: a round of 4 takes 4 passes and two steps.
TEST(OfflineSeconds, PrefillsTogetherWhatAPassHolds) {
  const ServingModel model = slowLaunches();
  EXPECT_NEAR(offlineSeconds(model, loadOf(4, 4, 5000, 3), {}), 6 * 6, 1e-3);
  EXPECT_NEAR(offlineSeconds(model, loadOf(4, 4, 4000, 3), {}), 4 * 6, 1e-3);
}

// A machine of 1e9 bytes a second, without fixed times: the sum over all 299 steps, each at its own
// context, beside the three points that stand for them. Times are linear in the context.
TEST(OfflineSeconds, AddsStepsAtGrowingContext) {
  const ServingModel model = servingOf(rooflineMachine(BytesPerSecond(1e9), Seconds(0)));
  double expected = model.prefill(8, 200).total();
  for (int step = 1; step < 300; ++step) expected += model.decode(8, 200 + step).total();
  EXPECT_NEAR(offlineSeconds(model, loadOf(8, 8, 200, 300), {}) / expected, 1, 1e-9);
  // By hand: 8 sequences read 6 layers x 2 x 2 x 16 elements of 2 bytes a token of context, and
  // contexts add up to 299 x 350.
  const double attention = 8.0 * 6 * 2 * 2 * 16 * 2 * 299 * 350 / 1e9;
  double without = 0;
  for (int step = 1; step < 300; ++step) {
    const PassTime pass = model.decode(8, 200 + step);
    without += pass.total() - pass.seconds[static_cast<std::size_t>(OperatorGroup::kAttention)];
  }
  EXPECT_NEAR(expected - model.prefill(8, 200).total() - without, attention, 1e-9 * attention);
}

// 2 s a step and 3 s for each of 4 sequences, beside 6 s of the device: 14 s a step where the host
// overlaps, for two steps.
TEST(OfflineSeconds, WaitsForAHostThatIsSlowerThanTheDevice) {
  EngineConstants constants;
  constants.host_step_s = 2;
  constants.host_sequence_s = 3;
  OfflineLoad load = loadOf(4, 4, 10, 3);
  const ServingModel model = slowLaunches();
  EXPECT_NEAR(offlineSeconds(model, load, constants), 18, 100 * kMicrosecond);
  load.host_overlapped = true;
  EXPECT_NEAR(offlineSeconds(model, load, constants), 6 + 2 * 14, 100 * kMicrosecond);
  constants.host_sequence_s = 0.5;  // 4 s: hidden
  EXPECT_NEAR(offlineSeconds(model, load, constants), 18, 100 * kMicrosecond);
}

}  // namespace
}  // namespace moe
