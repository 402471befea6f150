#include "data/catalog/training_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

namespace moe {
namespace {

const char* const kHeader =
    "model,hardware,source,release,precision,devices,tensor_parallel,pipeline_parallel,"
    "interleaved_stages,context_parallel,expert_parallel,overlapped_dispatch,zero_stage,"
    "micro_batch_sequences,global_batch_sequences,sequence_length,recompute,"
    "tokens_per_s_per_device,published_model_tflops_per_device,verification,notes\n";
const char* const kRow =
    "M,H,S,25.11,fp8,64,1,4,2,1,8,,1,2,1024,4096,full,1500,700,source-read,\"a, b\"\n";

std::string with(std::string text, const std::string& part, const std::string& other) {
  text.replace(text.find(part), part.size(), other);
  return text;
}

TEST(TrainingTable, ReadsARow) {
  const auto rows = parseTrainingRows(std::string(kHeader) + kRow, "own.csv");
  ASSERT_TRUE(rows) << describe(rows.error());
  ASSERT_EQ(rows->size(), 1u);
  const TrainingRow& row = rows->front();
  EXPECT_EQ(row.devices, 64);
  EXPECT_EQ(row.pipeline_parallel, 4);
  EXPECT_EQ(row.interleaved_stages, 2);
  EXPECT_EQ(row.expert_parallel, 8);
  EXPECT_TRUE(row.full_recompute);
  EXPECT_EQ(row.tokens_per_s_per_device, 1500);
  EXPECT_EQ(row.published_model_tflops_per_device, 700);
  EXPECT_EQ(row.notes, "a, b");
  EXPECT_EQ(row.where, "own.csv:2");
}

TEST(TrainingTable, NamesFileLineColumnAndValueOfWhatIsWrong) {
  const std::string row = kRow;
  const std::pair<std::string, const char*> faults[] = {
      {with(row, "1500", "0"),
       "own.csv:2: tokens_per_s_per_device is '0'; it must be a number above 0"},
      {with(row, "1500", ""), "own.csv:2: tokens_per_s_per_device is empty"},
      {with(row, "64", "many"), "own.csv:2: devices is 'many'; it must be a number above 0"},
      {with(row, "25.11", "soon"), "own.csv:2: release is 'soon'; use 25.11, 2024-12 or a year"},
      {with(row, ",,1,2,", ",,4,2,"), "own.csv:2: zero_stage must be 0, 1, 2 or 3"},
      {with(row, "M,", ","), "own.csv:2: model is empty"},
  };
  for (const auto& [text, message] : faults) {
    const auto rows = parseTrainingRows(kHeader + text, "own.csv");
    ASSERT_FALSE(rows) << text;
    EXPECT_EQ(describe(rows.error()), message);
  }
  const auto rows = parseTrainingRows(with(kHeader, "devices,", "gpus,") + row, "own.csv");
  ASSERT_FALSE(rows);
  EXPECT_THAT(describe(rows.error()),
              testing::StartsWith("own.csv: has no column 'devices'; the columns are model, "));
}

TEST(TrainingTable, CountsMonthsOfReleases) {
  EXPECT_EQ(releaseMonth("25.11"), 25 * 12 + 11);
  EXPECT_EQ(releaseMonth("24.03.01"), 24 * 12 + 3);
  EXPECT_EQ(releaseMonth("2024-12"), 24 * 12 + 12);
  EXPECT_EQ(releaseMonth("2023"), 23 * 12 + 7);
  EXPECT_FALSE(releaseMonth("25.13"));
  EXPECT_FALSE(releaseMonth("next"));
}

// Counts of the tables that the rows were taken from (data/tables/training/SOURCE.md).
TEST(TrainingTable, ShipsTheRowsOfItsSources) {
  std::map<std::string, int> counts;
  for (const TrainingRow& row : shippedTrainingRows()) {
    const bool release = row.source == "Megatron-Bridge" && row.release == "25.11";
    ++counts[release ? "Megatron-Bridge 25.11" : row.source];
  }
  EXPECT_EQ(counts["llm-foundry"], 216);
  EXPECT_EQ(counts["Megatron-Bridge 25.11"], 28);
  EXPECT_EQ(counts["Megatron-Bridge"], 175);
  EXPECT_EQ(counts["whole training runs"], 4);
  EXPECT_EQ(counts.size(), 7u);
}

}  // namespace
}  // namespace moe
