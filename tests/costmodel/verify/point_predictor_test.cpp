#include "costmodel/verify/point_predictor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "costmodel/engine/engine_constants.h"
#include "tests/costmodel/verify/shipped_points.h"

namespace moe {
namespace {

using testing::HasSubstr;

// 1e-12: the same sums in another order.
TEST(PointPredictor, PredictsTheSameWithConstantsPutInLater) {
  const auto points = shippedServingPoints();
  const EngineConstants constants = engineConstants(Engine::kSglang);
  const PredictedPoints with = test::predictedOf(points, constants);
  const PredictedPoints without = test::shippedPredictions();
  ASSERT_EQ(with.points.size(), without.points.size());
  for (std::size_t i = 0; i < with.points.size(); ++i) {
    const double tpot = with.points[i].point.tpot_s;
    const double ttft = with.points[i].point.ttft_s;
    EXPECT_NEAR(tpotWith(without.points[i].point, constants), tpot, 1e-12 * tpot);
    EXPECT_NEAR(ttftWith(without.points[i].point, constants), ttft, 1e-12 * ttft);
  }
}

TEST(PointPredictor, UnderstandsAliasesAndAnswersWithCatalogNames) {
  ServingMeasurement point = test::smallPoint();
  point.model = "llama_3.1 8b";
  point.hardware = "H100-SXM";
  const PredictedPoints predicted = test::predictedOf({point});
  ASSERT_EQ(predicted.points.size(), 1u);
  EXPECT_EQ(predicted.points[0].model, "Llama-3.1-8B");
  EXPECT_EQ(predicted.points[0].hardware, "H100-80GB SXM");
  EXPECT_FALSE(predicted.points[0].other_accelerator);
}

// B300 has no kernel tables of its own in this version.
TEST(PointPredictor, SaysWhereKernelsOfAnotherAcceleratorStand) {
  ServingMeasurement point = test::smallPoint();
  point.hardware = "b300-sxm";
  const PredictedPoints predicted = test::predictedOf({point});
  ASSERT_EQ(predicted.points.size(), 1u);
  EXPECT_TRUE(predicted.points[0].other_accelerator);
  EXPECT_EQ(predicted.points[0].basis, Basis::kTransferred);
}

struct Refusal {
  const char* name;
  void (*spoil)(ServingMeasurement&);
  const char* reason;
};

class PointThatCannotBe : public testing::TestWithParam<Refusal> {};

TEST_P(PointThatCannotBe, IsSkippedWithItsReason) {
  ServingMeasurement point = test::smallPoint();
  GetParam().spoil(point);
  const PredictedPoints predicted = test::predictedOf({point, test::smallPoint()});
  EXPECT_EQ(predicted.points.size(), 1u);
  ASSERT_EQ(predicted.skipped.size(), 1u);
  EXPECT_THAT(predicted.skipped[0].reason, HasSubstr(GetParam().reason));
  EXPECT_EQ(predicted.skipped[0].measured.where, "points.csv:2");
}

const Refusal kRefusals[] = {
    {"Model", [](ServingMeasurement& p) { p.model = "Llama-3.1-9B"; },
     "model: the catalog has no model 'Llama-3.1-9B'; did you mean Llama-3.1-8B"},
    {"Machine", [](ServingMeasurement& p) { p.hardware = "h900"; },
     "hardware: the catalog has no accelerator 'h900'"},
    {"Engine", [](ServingMeasurement& p) { p.engine = "tgi"; },
     "engine: 'tgi' is not known; use vllm, sglang or trtllm"},
    {"Weights", [](ServingMeasurement& p) { p.weights = "fp7"; }, "weights: 'fp7' is not known"},
    {"WeightsOfMachine", [](ServingMeasurement& p) { p.hardware = "a100-80gb", p.weights = "fp4"; },
     "does not compute in fp4"},
    // Llama-3.1-8B has 32 heads.
    {"Heads", [](ServingMeasurement& p) { p.tensor_parallel = p.devices = 3; },
     "tensor_parallel is 3; Llama-3.1-8B has 32 attention heads"},
    {"Devices", [](ServingMeasurement& p) { p.tensor_parallel = 2, p.devices = 3; },
     "devices: 3 is not a multiple of tensor_parallel 2"},
    {"DenseDataParallel", [](ServingMeasurement& p) { p.data_parallel = p.devices = 2; },
     "data_parallel is 2; Llama-3.1-8B has no experts"},
    // 671 B parameters in fp8 against 80 GB.
    {"Memory", [](ServingMeasurement& p) { p.model = "DeepSeek-V3", p.weights = "fp8"; },
     "points.csv:2: does not fit"},
};
INSTANTIATE_TEST_SUITE_P(All, PointThatCannotBe, testing::ValuesIn(kRefusals),
                         [](const auto& parameter) { return parameter.param.name; });

// Requests that the cache does not hold wait: with twice as many of them both the queue and its
// time grow, and no more of them run.
TEST(PointPredictor, LetsRequestsWaitThatTheCacheDoesNotHold) {
  ServingMeasurement point = test::smallPoint();
  point.prompt_tokens = 30000;
  point.concurrency = 200;
  ServingMeasurement more = point;
  more.concurrency = 400;
  const PredictedPoints predicted = test::predictedOf({point, more});
  ASSERT_EQ(predicted.points.size(), 2u);
  const ServingPoint& some = predicted.points[0].point;
  const ServingPoint& many = predicted.points[1].point;
  EXPECT_LT(some.concurrency, 200);
  EXPECT_EQ(some.concurrency, many.concurrency);
  EXPECT_GT(queueSeconds(some, some.tpot_s), 0);
  // (400 - running) / (200 - running) of the wait.
  EXPECT_NEAR(queueSeconds(many, 0.01) / queueSeconds(some, 0.01),
              (400 - some.concurrency) / (200 - some.concurrency), 1e-9);
}

}  // namespace
}  // namespace moe
