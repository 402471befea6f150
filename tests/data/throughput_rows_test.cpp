#include "data/readers/throughput_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "tests/support/temporary_folder.h"

namespace moe {
namespace {

const std::string kHeader =
    "catalog_model,hardware,source,precision,n_gpus,tp,ep,pp,batch_or_concurrency,input_len,"
    "output_len,metric,value,unit,engine,notes\n";

std::string row(const std::string& middle,
                const std::string& end = "tok/s,TensorRT-LLM 0.14.0,\n") {
  return "Llama-3-70B,h100-sxm,docs," + middle + end;
}

Result<std::vector<ThroughputRow>> read(const std::string& text) {
  const test::TemporaryFolder folder;
  return readThroughputRows(folder.write("rows.csv", text));
}

std::string problem(const std::string& text) {
  const auto rows = read(text);
  if (rows) return "no problem";
  EXPECT_EQ(rows.error().kind, ErrorKind::kInput);
  const std::string message = describe(rows.error());
  return message.substr(message.find("rows.csv"));
}

const ThroughputRow& shipped(const std::string& engine, const std::string& model,
                             const std::string& hardware, int devices, double prompt,
                             double output) {
  static const std::vector<ThroughputRow> kRows = shippedThroughputRows();
  for (const ThroughputRow& r : kRows)
    if (r.engine.find(engine) != std::string::npos && r.model == model && r.hardware == hardware &&
        r.devices == devices && r.prompt_tokens == prompt && r.output_tokens == output)
      return r;
  ADD_FAILURE() << "no such row";
  return kRows.front();
}

// SOURCE.md counts them: 58 of 0.5.0, of which 20 first tokens, 446 of 0.14.0 and 210 of 1.0.
TEST(ShippedThroughput, HoldsAllRowsOfThreeReleases) {
  std::map<std::string, int> releases;
  int first_tokens = 0;
  for (const ThroughputRow& r : shippedThroughputRows()) {
    ++releases[r.engine];
    first_tokens += r.metric == ThroughputMetric::kFirstToken;
    EXPECT_EQ(r.batch.has_value(), r.engine == "TensorRT-LLM 0.5.0") << r.where;
  }
  EXPECT_EQ(releases["TensorRT-LLM 0.5.0"], 58);
  EXPECT_EQ(releases["TensorRT-LLM 0.14.0"], 446);
  EXPECT_EQ(releases["TensorRT-LLM 1.0 (PyTorch backend)"], 210);
  EXPECT_EQ(first_tokens, 20);
}

// Read from NVIDIA's pages of 0.14.0 and 1.0 and the table of 0.5.0.
TEST(ShippedThroughput, ShowsThePublishedFigures) {
  EXPECT_DOUBLE_EQ(shipped("0.14", "Llama-3.1-8B", "l40s", 1, 2048, 128).value, 986.9134);
  EXPECT_DOUBLE_EQ(shipped("0.14", "Mixtral-8x22B", "a100-sxm", 8, 128, 4096).value, 4696.6123);
  EXPECT_EQ(shipped("0.14", "Mixtral-8x22B", "a100-sxm", 8, 128, 4096).precision, "bf16");
  EXPECT_DOUBLE_EQ(shipped("1.0", "Llama-3.3-70B", "h200-sxm", 1, 128, 128).value, 3803);
  EXPECT_DOUBLE_EQ(shipped("1.0", "Llama-4-Maverick", "b200-sxm", 8, 128, 128).value, 124323);
  EXPECT_EQ(shipped("1.0", "Llama-4-Maverick", "b200-sxm", 8, 128, 128).precision, "fp4");
  const ThroughputRow& first = shipped("0.5.0", "Llama-2-70B", "a100-sxm", 4, 2048, 1);
  EXPECT_EQ(first.metric, ThroughputMetric::kFirstToken);
  EXPECT_DOUBLE_EQ(first.value, 0.377);  // 377 ms
}

TEST(ThroughputRows, AreReadByTheNamesOfTheirColumns) {
  const auto rows =
      read(kHeader + row("FP8,8,4,2,2,64,128,2048,output throughput per GPU,12.5,") +
           row("BF16,4,4,,,max (request rate inf),128,2048,output throughput (all GPUs),9,"));
  ASSERT_TRUE(rows) << describe(rows.error());
  ASSERT_EQ(rows->size(), 2u);
  const ThroughputRow& first = rows->front();
  EXPECT_EQ(first.model, "Llama-3-70B");
  EXPECT_EQ(first.devices, 8);
  EXPECT_EQ(first.tensor_parallel, 4);
  EXPECT_EQ(first.expert_parallel, 2);
  EXPECT_EQ(first.pipeline_parallel, 2);
  EXPECT_EQ(first.batch, 64);
  EXPECT_EQ(first.metric, ThroughputMetric::kOutputPerDevice);
  EXPECT_DOUBLE_EQ(first.value, 12.5);
  EXPECT_THAT(first.where, testing::EndsWith("rows.csv:2"));
  const ThroughputRow& second = rows->back();
  EXPECT_EQ(second.expert_parallel, 0);
  EXPECT_EQ(second.pipeline_parallel, 1);
  EXPECT_FALSE(second.batch);
  EXPECT_EQ(second.metric, ThroughputMetric::kOutputOfAllDevices);
  EXPECT_EQ(second.precision, "bf16");
}

const std::string kAll = "output throughput (all GPUs)";

TEST(ThroughputRows, RefuseAFigureWhoseUnitOrMeaningIsOpen) {
  EXPECT_EQ(problem(kHeader + row("FP8,1,1,,,64,128,128,throughput,9,")),
            "rows.csv:2: metric is 'throughput'; it must be one of 'output throughput (all GPUs)', "
            "'token throughput (all GPUs, generated tokens)', 'output throughput per GPU', 'time "
            "to first token'");
  EXPECT_EQ(problem(kHeader + row("FP8,1,1,,,64,128,128," + kAll + ",9,", "req/s,x,\n")),
            "rows.csv:2: unit is 'req/s'; 'output throughput (all GPUs)' is in tok/s");
}

TEST(ThroughputRows, RefuseWhatCannotBe) {
  EXPECT_EQ(problem(kHeader + row("INT3,1,1,,,64,128,128," + kAll + ",9,")),
            "rows.csv:2: precision is 'INT3'; it must be FP16, BF16, FP8 or FP4");
  EXPECT_EQ(problem(kHeader + row("FP8,8,4,,1,64,128,128," + kAll + ",9,")),
            "rows.csv:2: n_gpus is 8, but tp x pp is 4 x 1");
  EXPECT_EQ(problem(kHeader + row("FP8,1,1,,,64,128,128," + kAll + ",-9,")),
            "rows.csv:2: value is '-9'; it must be a number above 0");
  EXPECT_EQ(problem(kHeader + row("FP8,1,1,,,many,128,128," + kAll + ",9,")),
            "rows.csv:2: batch_or_concurrency is 'many'; it must be a number above 0");
  EXPECT_EQ(problem(kHeader + row("FP8,1,1,,,64,128,1.5," + kAll + ",9,")),
            "rows.csv:2: output_len is 1.5; it must be a whole number up to 1e6");
  EXPECT_EQ(problem(kHeader + row("FP8,1,1,,,64,,128," + kAll + ",9,")),
            "rows.csv:2: input_len is empty");
}

TEST(ThroughputRows, RefuseATableWithoutItsColumnsOrRows) {
  EXPECT_THAT(problem("catalog_model,hardware\nx,y\n"),
              testing::StartsWith("rows.csv: has no column 'source'"));
  EXPECT_EQ(problem(kHeader), "rows.csv: holds no published rows");
}

}  // namespace
}  // namespace moe
