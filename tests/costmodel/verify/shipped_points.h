#pragma once

#include <gtest/gtest.h>

#include "costmodel/verify/accuracy_study.h"
#include "data/catalog/catalog.h"
#include "data/readers/serving_points.h"

namespace moe::test {

inline PredictedPoints predictedOf(const std::vector<ServingMeasurement>& points,
                                   const EngineConstants& constants = {}) {
  const auto hardware = loadHardware({});
  const auto models = loadModels({});
  EXPECT_TRUE(hardware && models);
  return PointPredictor(*hardware, *models, {}).predict(points, constants);
}

inline const PredictedPoints& shippedPredictions() {
  static const PredictedPoints kPredicted = predictedOf(shippedServingPoints());
  return kPredicted;
}

inline const AccuracyStudy& shippedStudy() {
  static const AccuracyStudy kStudy = studyAccuracy(shippedPredictions());
  return kStudy;
}

inline PointSet pointersTo(const std::vector<PredictedPoint>& points) {
  PointSet set;
  for (const PredictedPoint& point : points) set.push_back(&point);
  return set;
}

/// One request stream of Llama-3.1-8B on an H100.
inline ServingMeasurement smallPoint() {
  ServingMeasurement point;
  point.model = "Llama-3.1-8B";
  point.hardware = "h100-sxm";
  point.engine = "vllm";
  point.weights = "bf16";
  point.moe_tensor_parallel = 0;
  point.concurrency = 8;
  point.prompt_tokens = 1024;
  point.output_tokens = 512;
  point.tpot_s = 0.008;
  point.ttft_s = 0.1;
  point.where = "points.csv:2";
  return point;
}

}  // namespace moe::test
