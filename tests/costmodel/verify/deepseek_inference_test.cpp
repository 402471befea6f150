#include "costmodel/verify/deepseek_inference.h"

#include <gtest/gtest.h>

#include "costmodel/verify/point_predictor.h"

namespace moe {
namespace {

// Published: 73.7k prompt tokens/s and node, 56.3 % of them cached, and 14.8k output tokens/s and
// node on H800. Truth lies between no overlap and perfect overlap of exchange and computation,
// which differ by a factor of 1.6; 20 % beyond either end is the error of the cost model on
// left-out models (90 % of points within 25 %).
TEST(DeepSeekInference, PublishedSpeedsLieBetweenNoAndPerfectOverlap) {
  const HardwareCatalog hardware = loadHardware("").value();
  const ModelCatalog models = loadModels("").value();
  const auto kernels = loadKernels(findHardware(hardware, "h800").value(), hardware, "");
  ASSERT_TRUE(kernels);
  const auto figures = deepSeekInference(findModel(models, "deepseek-v3").value(), *kernels);
  ASSERT_EQ(figures.size(), 4u);
  for (const ServingFigure& figure : figures) {
    const double low = std::min(figure.without_overlap, figure.with_overlap);
    const double high = std::max(figure.without_overlap, figure.with_overlap);
    EXPECT_GT(figure.published, 0.8 * low) << figure.what;
    EXPECT_LT(figure.published, 1.2 * high) << figure.what;
  }
  EXPECT_NEAR(figures[2].published, 0.138, 0.0005);  // USD per million uncached input tokens
  EXPECT_NEAR(figures[3].published, 0.300, 0.0005);  // USD per million output tokens
}

}  // namespace
}  // namespace moe
