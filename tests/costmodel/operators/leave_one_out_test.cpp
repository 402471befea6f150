#include "costmodel/operators/leave_one_out.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "data/quantile.h"
#include "tests/costmodel/operators/measured_kernels.h"

namespace moe {
namespace {

using test::kRoundPeaks;
using test::library;
using test::tableOf;

constexpr double kLogRounding = 1e-9;  // of relative errors: a few roundings of logarithms

// Three messages twice as long each, 10, 10 and 40 us: utilisation 1 : 2 : 1. The two outer ones
// predict 20 us for the middle, twice what was measured.
TEST(HiddenRows, ArePredictedByTheirNeighbours) {
  const CollectiveTable table(
      tableOf(KernelOperation::kCollectives, "1000,2000,4000\nallreduce,2,2,10,10,40\n"),
      kRoundPeaks);
  const auto lines = collectiveAccuracy(table);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].operation, "allreduce");
  EXPECT_EQ(lines[0].rows.count, 1u);
  EXPECT_NEAR(lines[0].rows.median, 1, kLogRounding);
  EXPECT_EQ(lines[0].shapes.count, 0u);
}

KernelTable shippedRows(KernelOperation operation, const auto& wanted) {
  KernelTable table = **loadKernelTable("h100_sxm", operation, {});
  std::erase_if(table.rows, [&](const KernelTable::Row& row) { return !wanted(table, row); });
  return table;
}

/// The table without the rows of the same sizes: the last `sizes` keys, but for the batch.
KernelTable without(KernelTable table, const KernelTable::Row& hidden, std::size_t first,
                    std::size_t last) {
  const auto end = static_cast<std::ptrdiff_t>(last);
  std::erase_if(table.rows, [&](const KernelTable::Row& row) {
    return std::equal(row.shape.begin() + static_cast<std::ptrdiff_t>(first),
                      row.shape.begin() + end,
                      hidden.shape.begin() + static_cast<std::ptrdiff_t>(first));
  });
  return table;
}

void addErrors(std::vector<double>& errors, const KernelTable& table, const KernelTable::Row& row,
               const auto& predicted) {
  for (std::size_t i = 0; i < table.axis.size(); ++i)
    if (!std::isnan(row.seconds[i]))
      errors.push_back(std::abs(predicted(table.axis[i]) / row.seconds[i] - 1));
}

void expectSame(const HiddenError& error, const std::vector<double>& errors) {
  EXPECT_EQ(error.count, errors.size());
  EXPECT_NEAR(error.median, quantile(errors, 0.5), kLogRounding);
  EXPECT_NEAR(error.p90, quantile(errors, 0.9), kLogRounding);
  EXPECT_GT(error.median, 0.001);  // real measurements never agree that well
}

// Hidden must mean hidden: the same errors come from tables from which the rows were really taken.
TEST(HiddenShapes, OfMatrixProductsAreNotLookedAt) {
  const std::set<double> sizes{512, 1024, 2048, 4096, 8192};
  const KernelTable all =
      shippedRows(KernelOperation::kGemm, [&](const KernelTable& t, const KernelTable::Row& row) {
        return row.shape[0] == "bf16" && sizes.contains(t.number(row, 1)) &&
               sizes.contains(t.number(row, 2));
      });
  ASSERT_EQ(all.rows.size(), 25u);
  const Peaks peaks = library("H100").peaks();
  std::vector<double> errors;
  for (const KernelTable::Row& row : all.rows) {
    const auto gemm = GemmTable(without(all, row, 1, 3), peaks)
                          .bind(NumberFormat::kBf16, all.number(row, 1), all.number(row, 2), peaks);
    ASSERT_TRUE(gemm);
    addErrors(errors, all, row, [&](double m) { return gemm->time(m).seconds; });
  }
  expectSame(gemmAccuracy(GemmTable(all, peaks), peaks).at(0).shapes, errors);
}

TEST(HiddenShapes, OfAttentionAreNotLookedAt) {
  const KernelTable all = shippedRows(KernelOperation::kDecodeAttention,
                                      [&](const KernelTable& t, const KernelTable::Row& row) {
                                        return row.shape[0] == "bf16" && row.shape[1] == "128" &&
                                               t.number(row, 2) <= 32 && t.number(row, 4) <= 64;
                                      });
  ASSERT_GT(all.rows.size(), 100u);
  const Peaks peaks = library("H100").peaks();
  std::vector<double> errors;
  for (const KernelTable::Row& row : all.rows) {
    const AttentionHeads shape{all.number(row, 2), all.number(row, 3), 128, false};
    const auto attention =
        AttentionTable(without(all, row, 1, 4), false, false, peaks).bind(shape, 2, peaks);
    ASSERT_TRUE(attention);
    addErrors(errors, all, row,
              [&](double t) { return attention->time(all.number(row, 4), t).seconds; });
  }
  expectSame(attentionAccuracy(AttentionTable(all, false, false, peaks), "decode").at(0).shapes,
             errors);
}

TEST(HiddenShapes, OfExpertsAreNotLookedAt) {
  const KernelTable all =
      shippedRows(KernelOperation::kMoe, [&](const KernelTable&, const KernelTable::Row& row) {
        return row.shape[0] == "vllm" && row.shape[1] == "bf16" && row.shape[8] == "1";
      });
  ASSERT_GT(all.rows.size(), 50u);
  const Peaks peaks = library("H100").peaks();
  std::vector<double> errors;
  for (const KernelTable::Row& row : all.rows) {
    const auto at = [&](std::size_t key) { return all.number(row, key); };
    const MoeTable::Query query{
        {at(3), at(4), at(5), at(6), at(7), at(8)}, NumberFormat::kBf16, "vllm", at(2), false};
    const auto experts = MoeTable(without(all, row, 3, 9), peaks).bind(query, peaks);
    ASSERT_TRUE(experts);
    addErrors(errors, all, row, [&](double tokens) { return experts->time(tokens).seconds; });
  }
  expectSame(moeAccuracy(MoeTable(all, peaks)).at(0).shapes, errors);
}

// A smooth table: time proportional to bytes, so that hidden shapes are predicted exactly.
std::string squareRows(double centre_factor) {
  std::string rows = "1,8,64\n";
  for (const double n : {1024.0, 2048.0, 4096.0})
    for (const double k : {1024.0, 2048.0, 4096.0}) {
      rows += fmt::format("bf16,{},{}", n, k);
      const double factor = n == 2048 && k == 2048 ? centre_factor : 1;
      for (const double m : {1.0, 8.0, 64.0})
        rows += fmt::format(",{}", factor * (2 * n * k + 2 * m * k + 2 * m * n) / 1e6);
      rows += '\n';
    }
  return rows;
}

OperatorAccuracy squareAccuracy(double centre_factor) {
  const GemmTable table(tableOf(KernelOperation::kGemm, squareRows(centre_factor)), kRoundPeaks);
  return gemmAccuracy(table, kRoundPeaks).at(0);
}

// 27 measurements, of which the three of the middle shape take twice as long: only they miss, by
// one half. The 90th percentile of 27 lies 0.4 of the way from the 24th (0) to the 25th (0.5).
TEST(HiddenShapes, ShowAPlantedError) {
  EXPECT_NEAR(squareAccuracy(1).shapes.p90, 0, kLogRounding);
  const OperatorAccuracy planted = squareAccuracy(2);
  EXPECT_EQ(planted.shapes.count, 27u);
  EXPECT_NEAR(planted.shapes.p90, 0.4 * 0.5, kLogRounding);
  EXPECT_NEAR(planted.rows.p90, 0, kLogRounding);  // all rows of the shape moved together
}

// Every other shape of a shipped table takes twice as long: hidden shapes see it, hidden rows do
// not, because a whole shape moved.
TEST(HiddenShapes, ShowPlantedErrorsInAShippedTable) {
  const auto accuracy = [](bool planted) {
    KernelTable table = **loadKernelTable("h100_sxm", KernelOperation::kGemm, {});
    for (std::size_t i = 0; planted && i < table.rows.size(); i += 2)
      for (double& seconds : table.rows[i].seconds) seconds *= 2;
    const Peaks peaks = library("H100").peaks();
    return gemmAccuracy(GemmTable(table, peaks), peaks).at(0);
  };
  const OperatorAccuracy clean = accuracy(false);
  const OperatorAccuracy planted = accuracy(true);
  EXPECT_GT(planted.shapes.median, 0.2);
  EXPECT_LT(clean.shapes.median, 0.05);
  EXPECT_NEAR(planted.rows.median, clean.rows.median, kLogRounding);
}

// A user's own table may hold one shape: nothing is left to predict it.
TEST(HiddenShapes, OfATableWithOneShapeAreNotTried) {
  const GemmTable gemm(tableOf(KernelOperation::kGemm, "1,8,64\nbf16,64,64,5,5,6\n"), kRoundPeaks);
  const auto lines = gemmAccuracy(gemm, kRoundPeaks);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].rows.count, 1u);
  EXPECT_EQ(lines[0].shapes.count, 0u);
  const MoeTable experts(
      tableOf(KernelOperation::kMoe, "1,8,64\nvllm,bf16,0,64,64,8,2,1,1,5,5,6\n"), kRoundPeaks);
  EXPECT_EQ(moeAccuracy(experts).at(0).shapes.count, 0u);
}

}  // namespace
}  // namespace moe
