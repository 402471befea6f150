#include <gtest/gtest.h>

#include <cmath>

#include "costmodel/planner/priced_designs.h"
#include "tests/costmodel/planner_surface_fixture.h"

namespace moe {
namespace {

const TrainingSpeedModel& speed() {
  static const TrainingSpeedModel model = shippedTrainingSpeedModel().value();
  return model;
}

TrainingPriceRequest trainingRequest() {
  const HardwareCatalog hardware = loadHardware("").value();
  TrainingPriceRequest request;
  request.family = templateOfRule("yun").value();
  request.experts = 8;
  request.top_k = 2;
  request.accelerator = acceleratorOf(findHardware(hardware, "H100-80GB SXM").value());
  request.price = usdPerHour(3);
  request.cluster_devices = 512;
  request.speed = &speed();
  request.max_params = 1e11;
  return request;
}

TEST(TrainingCurve, IsTheTrainingCostAtItsModels) {
  const TrainingPriceRequest request = trainingRequest();
  const TrainingCurve curve = trainingCurve(request).value();
  ASSERT_GT(curve.sizes.size(), 20u);
  for (std::size_t i = 0; i < curve.sizes.size(); ++i) {
    TrainingQuestion question;
    question.model = architectureOf(curve.models[i]).value();
    question.accelerator = request.accelerator;
    question.setup = curve.setups[i];
    question.train_tokens = 3e11;
    question.price = request.price;
    const TrainingCost cost = trainingCost(question, &speed()).value();
    EXPECT_TRUE(cost.fits);
    EXPECT_EQ(question.setup.devices, 512);
    const TrainingPrice price = curve.price(curve.sizes[i], 3e11);
    EXPECT_NEAR(price.usd / cost.price.value(), 1, 1e-9);
    EXPECT_NEAR(price.flop / cost.train_flop.value(), 1, 1e-9);
    EXPECT_NEAR(price.device_hours * 3600 / cost.device_time.value(), 1, 1e-9);
    EXPECT_NEAR(price.wall_s / cost.time.value(), 1, 1e-9);
  }
}

// 6 x 4/3 N D [Yun2024, top-2 of a third] and attention, head and router on top: 35 to 75 % over
// 6 N D at these sizes; at a stated MFU of 0.4 of 989 TFLOP/s.
TEST(TrainingCurve, WithAStatedMfuIsFlopOverSpeed) {
  TrainingPriceRequest request = trainingRequest();
  request.mfu = 0.4;
  request.speed = nullptr;
  const TrainingCurve curve = trainingCurve(request).value();
  EXPECT_EQ(curve.price_uncertainty, 0);
  EXPECT_LT(curve.interpolation_error, 0.02);
  for (double params = 5e8; params < 9e10; params *= 1.7) {
    const TrainingPrice price = curve.price(params, 1e12);
    EXPECT_GT(price.flop, 6 * params * 1e12 * 4 / 3);
    EXPECT_LT(price.flop, 6 * params * 1e12 * 1.75);
    EXPECT_NEAR(price.usd / (price.flop / (0.4 * 989e12) * 3 / 3600), 1, 1e-9);
    EXPECT_NEAR(curve.price(params, 2e12).usd / price.usd, 2, 1e-12);
  }
}

TEST(TrainingCurve, IsNearTheExactCostBetweenItsModels) {
  const TrainingPriceRequest request = trainingRequest();
  const TrainingCurve curve = trainingCurve(request).value();
  EXPECT_LT(curve.median_interpolation_error, 0.03);
  // Where another split or another neighbour among the measured rows takes over.
  EXPECT_LT(curve.interpolation_error, 0.2);
  EXPECT_GT(curve.price_uncertainty, 0.1);
}

// 16 bytes for each parameter on 8 devices of 80 GB are 4e10 of them in memory, N = 1.2e10 with
// eight experts; activations need their share.
TEST(TrainingCurve, EndsWhereNoSplitFits) {
  TrainingPriceRequest request = trainingRequest();
  request.cluster_devices = 8;
  const TrainingCurve curve = trainingCurve(request).value();
  EXPECT_LT(curve.largest_params, 1.2e10);
  EXPECT_GT(curve.largest_params, 0.6e10);
  EXPECT_TRUE(std::isinf(curve.price(1.3e10, 1e12).usd));
  request.min_params = 5e10;
  const auto none = trainingCurve(request);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, ErrorKind::kInfeasible);
}

TEST(TrainingCurve, WithoutAClusterHasNoWallTime) {
  TrainingPriceRequest request = trainingRequest();
  request.cluster_devices.reset();
  request.points = 5;
  const TrainingCurve curve = trainingCurve(request).value();
  EXPECT_EQ(curve.price(1e10, 1e12).wall_s, 0);
  EXPECT_LT(curve.setups.front().devices, curve.setups.back().devices);
}

TEST(TrainingCurve, RefusesSenselessQuestions) {
  TrainingPriceRequest request = trainingRequest();
  request.mfu = 1.5;
  EXPECT_EQ(trainingCurve(request).error().where, "--training-mfu");
  request = trainingRequest();
  request.price = {};
  EXPECT_EQ(trainingCurve(request).error().kind, ErrorKind::kUsage);
  request = trainingRequest();
  request.min_params = request.max_params;
  EXPECT_EQ(trainingCurve(request).error().where, "--params");
}

TEST(PricedDesign, JoinsServingAndTraining) {
  DesignRequest request;
  request.serving = surfaceRequest();
  request.training = trainingRequest();
  const PricedDesign design = pricedDesign(request).value();
  EXPECT_EQ(design.label, "E 8, top-2, bf16, H100-80GB SXM");
  EXPECT_EQ(design.model.experts, 8);
  EXPECT_EQ(design.model.top_k, 2);
  EXPECT_EQ(design.hardware, "H100-80GB SXM");
  const PriceSurface surface = surfaceOf(request.serving);
  EXPECT_EQ(design.largest_params, surface.largest_params);
  EXPECT_EQ(design.interpolation_error, surface.interpolation_error);
  for (const double params : {7e8, 3e9, 2e10, 8e10}) {
    EXPECT_EQ(design.serving_usd(params), surface.usd(params));
    EXPECT_EQ(design.serving(params)->usd_per_million_output_tokens_all_in,
              design.serving_usd(params));
    EXPECT_EQ(design.total_params(params), surface.totalParams(params));
    EXPECT_LT(design.active_params(params), design.total_params(params));
    EXPECT_TRUE(std::isfinite(design.training(params, 1e12).usd));
  }
  EXPECT_TRUE(std::isinf(design.serving_usd(2 * design.largest_params)));
}

TEST(PricedDesign, OfADenseModelHasOneExpert) {
  DesignRequest request;
  request.serving = surfaceRequest();
  request.serving.experts = 1;
  request.serving.spacing = 0.8;
  request.training = trainingRequest();
  request.training.points = 5;
  const PricedDesign design = pricedDesign(request).value();
  EXPECT_EQ(design.label, "E 1, bf16, H100-80GB SXM");
  EXPECT_EQ(design.top_k, 1);
  EXPECT_EQ(design.model.granularity, 1);
  EXPECT_EQ(design.active_params(2e9), design.total_params(2e9));
}

}  // namespace
}  // namespace moe
