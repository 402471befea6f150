#include <gtest/gtest.h>

#include <functional>

#include "costmodel/operators/leave_one_out.h"
#include "tests/costmodel/operators/measured_kernels.h"

// The errors on hidden measurements that the cost model was set out to reach, over all shipped
// tables: matrix products 6 %, attention 5 %, experts 12 %. For its own interpolation
// AIConfigurator reports medians of 4.9 % for products, 2.0 % for prefill and 1.1 % for decode
// attention.

namespace moe {
namespace {

using Lines = std::vector<OperatorAccuracy>;

/// The mean of the lines' medians, each weighted by its measurements.
double pooled(const Lines& lines, HiddenError OperatorAccuracy::*part) {
  double sum = 0;
  double count = 0;
  for (const OperatorAccuracy& line : lines) {
    sum += static_cast<double>((line.*part).count) * (line.*part).median;
    count += static_cast<double>((line.*part).count);
  }
  EXPECT_GT(count, 5000);  // of rows and of shapes alike
  return sum / count;
}

Lines linesOfAllSystems(const std::function<Lines(const KernelLibrary&)>& linesOf) {
  Lines all;
  for (const std::string& system : kernelSystems()) {
    const Lines lines = linesOf(test::library(std::string(measuredAccelerator(system))));
    all.insert(all.end(), lines.begin(), lines.end());
  }
  return all;
}

TEST(ShippedAccuracy, OfMatrixProductsIsWithinSixPercent) {
  const Lines lines = linesOfAllSystems([](const KernelLibrary& kernels) {
    return gemmAccuracy(*kernels.tables()->gemm, kernels.peaks());
  });
  EXPECT_EQ(lines.size(), 16u);  // three formats a system, four on B200
  EXPECT_LE(pooled(lines, &OperatorAccuracy::rows), 0.06);
  EXPECT_LE(pooled(lines, &OperatorAccuracy::shapes), 0.06);
  for (const OperatorAccuracy& line : lines) {
    EXPECT_LE(line.rows.median, 0.06) << line.operation;
    EXPECT_LE(line.shapes.median, 0.06) << line.operation;
  }
}

TEST(ShippedAccuracy, OfAttentionIsWithinFivePercent) {
  const Lines lines = linesOfAllSystems([](const KernelLibrary& kernels) {
    const KernelLibrary::Tables& tables = *kernels.tables();
    Lines all;
    for (const auto* table : {&tables.decode_attention, &tables.prefill_attention,
                              &tables.decode_mla, &tables.prefill_mla})
      for (OperatorAccuracy& line : attentionAccuracy(**table, "attention"))
        all.push_back(std::move(line));
    return all;
  });
  EXPECT_EQ(lines.size(), 38u);  // two cache formats of four tables; one in A100's attention
  EXPECT_LE(pooled(lines, &OperatorAccuracy::rows), 0.05);
  EXPECT_LE(pooled(lines, &OperatorAccuracy::shapes), 0.05);
}

TEST(ShippedAccuracy, OfExpertsIsWithinTwelvePercent) {
  const Lines lines = linesOfAllSystems(
      [](const KernelLibrary& kernels) { return moeAccuracy(*kernels.tables()->moe); });
  EXPECT_LE(pooled(lines, &OperatorAccuracy::rows), 0.12);
  EXPECT_LE(pooled(lines, &OperatorAccuracy::shapes), 0.12);
  for (const OperatorAccuracy& line : lines)
    EXPECT_LE(line.rows.median, 0.12) << line.operation;  // hidden rows: on every line
}

}  // namespace
}  // namespace moe
