#include "costmodel/verify/throughput_study.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace moe {
namespace {

const HardwareCatalog& machines() {
  static const HardwareCatalog kCatalog = loadHardware({}).value();
  return kCatalog;
}

const ModelCatalog& models() {
  static const ModelCatalog kCatalog = loadModels({}).value();
  return kCatalog;
}

PredictedThroughputs predict(const std::vector<ThroughputRow>& rows) {
  return predictThroughput(rows, machines(), models(), {});
}

const PredictedThroughputs& shipped() {
  static const PredictedThroughputs kShipped = predict(shippedThroughputRows());
  return kShipped;
}

ThroughputRow llama(double value) {
  ThroughputRow row;
  row.model = "Llama-3.1-8B";
  row.hardware = "h100-sxm";
  row.source = "a page";
  row.engine = "TensorRT-LLM 0.14.0";
  row.precision = "fp8";
  row.prompt_tokens = 128;
  row.output_tokens = 128;
  row.value = value;
  row.where = "rows.csv:2";
  return row;
}

const ThroughputAccuracy& named(const std::vector<ThroughputAccuracy>& groups,
                                const std::string& name) {
  for (const ThroughputAccuracy& group : groups)
    if (group.name == name) return group;
  ADD_FAILURE() << "no group " << name;
  return groups.front();
}

// What the cost model was set out to reach: published rows of TensorRT-LLM within 25 % on the
// median, routed models apart. No constant was fitted to them.
TEST(PublishedThroughput, IsWithinAQuarterOnTheMedian) {
  const ThroughputStudy study = studyThroughput(shipped());
  EXPECT_EQ(study.all.error.count, 694u);
  EXPECT_EQ(study.dense.error.count + study.routed.error.count, 694u);
  EXPECT_EQ(study.first_token.error.count, 20u);
  EXPECT_TRUE(study.skipped.empty()) << study.skipped.front();
  EXPECT_LE(study.all.error.median_ape, 0.25);
  EXPECT_LE(study.dense.error.median_ape, 0.25);
  EXPECT_LE(study.routed.error.median_ape, 0.25);
  EXPECT_LE(study.first_token.error.median_ape, 0.25);
  for (const ThroughputAccuracy& release : study.releases)
    EXPECT_LE(release.error.median_ape, 0.25) << release.name;
}

// Two devices of 80 GB (86 at most, were it GiB) hold 70.6e9 weights in fp8, of which the embedding
// and head, 2.1e9, in bf16. 0.9 of the rest, less 10 GB at most of buffers, is the cache's, whose
// requests of 2176 tokens take 163 840 bytes a token in fp8.
TEST(PublishedThroughput, FillsTheCacheWithWholeRequests) {
  ThroughputRow row = llama(5852);
  row.model = "Llama-3-70B";
  row.devices = row.tensor_parallel = 2;
  row.output_tokens = 2048;
  const PredictedThroughputs predicted = predict({row});
  ASSERT_EQ(predicted.rows.size(), 1u);
  const double request = 2176 * 163840.0;
  EXPECT_LE(predicted.rows[0].concurrency, 0.9 * (2 * 86e9 - 72.7e9) / request);
  EXPECT_GE(predicted.rows[0].concurrency, 0.9 * (2 * 80e9 - 72.7e9 - 10e9) / request);
  EXPECT_EQ(predicted.rows[0].concurrency, std::floor(predicted.rows[0].kv_limit));
}

TEST(PublishedThroughput, CountsOneDeviceWhereTheRowDoes) {
  ThroughputRow all = llama(5000);
  all.devices = all.tensor_parallel = 4;
  ThroughputRow each = all;
  each.metric = ThroughputMetric::kOutputPerDevice;
  const PredictedThroughputs predicted = predict({all, each});
  ASSERT_EQ(predicted.rows.size(), 2u);
  EXPECT_DOUBLE_EQ(predicted.rows[0].predicted, 4 * predicted.rows[1].predicted);
}

TEST(PublishedThroughput, SaysWhatItCannotPredict) {
  ThroughputRow unknown = llama(1);
  unknown.model = "GPT-9";
  ThroughputRow large = llama(1);
  large.model = "Llama-3.1-405B";
  ThroughputRow divided = llama(1);
  divided.devices = divided.tensor_parallel = 3;
  const ThroughputStudy study = studyThroughput(predict({unknown, unknown, large, divided}));
  EXPECT_EQ(study.all.error.count, 0u);
  EXPECT_THAT(study.skipped,
              testing::UnorderedElementsAre(
                  testing::StartsWith("2 rows: model: the catalog has no model 'GPT-9'"),
                  testing::StartsWith("1 row: Llama-3.1-405B: does not fit on 1 H100"),
                  testing::HasSubstr("32 attention heads, which that does not divide")));
}

// Doubled figures of one release halve its ratios and no other's.
TEST(ThroughputStudy, ShowsAFaultOfOneSourceInItsGroup) {
  const std::string faulty = "NVIDIA TensorRT-LLM docs v0.5.0 performance.md";
  PredictedThroughputs planted = shipped();
  for (PredictedThroughput& row : planted.rows)
    if (row.measured.source == faulty) row.measured.value *= 2;
  const ThroughputStudy before = studyThroughput(shipped());
  const ThroughputStudy after = studyThroughput(planted);
  ASSERT_EQ(before.releases.size(), after.releases.size());
  for (const ThroughputAccuracy& release : before.releases) {
    const bool here = release.name == faulty + ", dense";
    const ThroughputAccuracy& now = named(after.releases, release.name);
    EXPECT_DOUBLE_EQ(now.error.median_ratio, release.error.median_ratio / (here ? 2 : 1))
        << release.name;
    EXPECT_EQ(now.error.median_ape > 0.4, here) << release.name;
  }
}

// 45 configurations of both pages, counted by hand: Llama 3.1 8B on H100 and H200 (9 lengths each),
// 70B on two H100 and on one H200 (9 each; three names, one shape), 405B on eight H200 (9). The
// median gain of the measured figures, 8.1 %, was worked out from the table by a script of its own.
TEST(ThroughputStudy, ComparesReleasesByTheirOwnFigures) {
  const ThroughputStudy study = studyThroughput(shipped());
  ASSERT_EQ(study.gains.size(), 1u);
  EXPECT_EQ(study.gains[0].older, "TensorRT-LLM 0.14.0");
  EXPECT_EQ(study.gains[0].newer, "TensorRT-LLM 1.0 (PyTorch backend)");
  EXPECT_EQ(study.gains[0].pairs, 45u);
  EXPECT_NEAR(study.gains[0].median, 1.081, 5e-4);
}

TEST(ThroughputStudy, GainIsOfNewerOverOlder) {
  ThroughputRow newer = llama(150);
  newer.engine = "TensorRT-LLM 1.0 (PyTorch backend)";
  const ThroughputStudy study = studyThroughput(predict({newer, llama(100)}));
  ASSERT_EQ(study.gains.size(), 1u);
  EXPECT_DOUBLE_EQ(study.gains[0].median, 1.5);
}

}  // namespace
}  // namespace moe
