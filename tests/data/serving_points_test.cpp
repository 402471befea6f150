#include "data/readers/serving_points.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/data/temporary_file.h"

namespace moe {
namespace {

using testing::HasSubstr;

const std::string kHeader =
    "model,hardware,engine,weights,tensor_parallel,devices,concurrency,prompt_tokens,"
    "output_tokens,ttft_s,tpot_s\n";

std::string refusal(const std::string& text) {
  const TemporaryFile file(text);
  const auto points = readServingPoints(file.path());
  if (points) return "read";
  EXPECT_EQ(points.error().kind, ErrorKind::kInput);
  std::string message = describe(points.error());
  const auto at = message.find(file.path().string());
  return at == std::string::npos ? message : message.replace(at, file.path().string().size(), "F");
}

TEST(ServingPoints, NeedOnlyTheColumnsOfOneDeployment) {
  const TemporaryFile file(kHeader + "m,h,vllm,bf16,2,2,8,1024,512,,0.01\n");
  const auto points = readServingPoints(file.path());
  ASSERT_TRUE(points) << describe(points.error());
  ASSERT_EQ(points->size(), 1u);
  const ServingMeasurement& point = points->front();
  EXPECT_EQ(point.tensor_parallel, 2);
  EXPECT_EQ(point.data_parallel, 1);
  EXPECT_EQ(point.tpot_s, 0.01);
  EXPECT_FALSE(point.ttft_s);
  EXPECT_TRUE(point.core);
  EXPECT_TRUE(point.flags.empty());
  EXPECT_FALSE(point.repaired);
  EXPECT_EQ(point.where, file.path().string() + ":2");
}

// data/tables/serving/SOURCE.md, PAR2X: with tensor parallel 1, the others above 1 and the last two
// equal, a deployment on 4 devices is written with 4 x 4.
TEST(ServingPoints, RepairParallelismThatWasCountedTwice) {
  const std::string header =
      "model,hardware,engine,weights,tensor_parallel,attention_data_parallel,moe_tensor_parallel,"
      "expert_parallel,devices,concurrency,prompt_tokens,output_tokens,tpot_s\n";
  const TemporaryFile file(header + "m,h,trtllm,fp4,1,16,4,4,16,8,1024,512,0.01\n" +
                           "m,h,trtllm,fp4,1,4,1,4,4,8,1024,512,0.01\n");
  const auto points = readServingPoints(file.path());
  ASSERT_TRUE(points) << describe(points.error());
  const ServingMeasurement& twice = points->at(0);
  const ServingMeasurement& right = points->at(1);
  EXPECT_TRUE(twice.repaired);
  EXPECT_FALSE(right.repaired);
  EXPECT_EQ(twice.data_parallel, right.data_parallel);
  EXPECT_EQ(twice.moe_tensor_parallel, right.moe_tensor_parallel);
  EXPECT_EQ(twice.expert_parallel, right.expert_parallel);
  EXPECT_EQ(twice.devices, right.devices);
}

TEST(ServingPoints, ShipWithTheirFlags) {
  const auto points = shippedServingPoints();
  EXPECT_EQ(points.size(), 1661u);
  std::size_t core = 0;
  std::size_t twins = 0;
  for (const ServingMeasurement& point : points) {
    core += point.core ? 1 : 0;
    twins += point.flags.find("MTP_TWIN") != std::string::npos ? 1 : 0;
  }
  // data/tables/serving/SOURCE.md counts them.
  EXPECT_EQ(core, 1386u);
  EXPECT_EQ(twins, 51u);
}

TEST(ServingPoints, WithoutANeededColumnSayWhichAndWhatIsNear) {
  EXPECT_THAT(refusal("model,hardware,engine,weights,tp,devices,concurrency,prompt_tokens,"
                      "output_tokens,tpot_s\nm,h,vllm,bf16,1,1,8,1024,512,0.01\n"),
              HasSubstr("F: has no column 'tensor_parallel'; the columns are model, hardware"));
}

struct BadRow {
  const char* row;
  const char* message;
};

class BadServingPoint : public testing::TestWithParam<BadRow> {};

TEST_P(BadServingPoint, IsRefusedWithLineColumnAndValue) {
  EXPECT_EQ(refusal(kHeader + "m,h,vllm,bf16,1,1,8,1024,512,0.2,0.01\n" + GetParam().row + "\n"),
            GetParam().message);
}

constexpr BadRow kBadRows[] = {
    {"m,h,vllm,bf16,1,1,8,1024,512,0.2,-0.01",
     "F:3: tpot_s is '-0.01'; it must be a number above 0"},
    {"m,h,vllm,bf16,1,1,8,1024,512,0,0.01", "F:3: ttft_s is '0'; it must be a number above 0"},
    {"m,h,vllm,bf16,1,1,8,1024,512,0.2,nan", "F:3: tpot_s is 'nan'; it must be a number above 0"},
    {"m,h,vllm,bf16,1,1,8,1024,512,0.2,0.01 s",
     "F:3: tpot_s is '0.01 s'; it must be a number above 0"},
    {"m,h,vllm,bf16,1,1,8,1024,512,,", "F:3: tpot_s and ttft_s are both empty"},
    {"m,h,vllm,bf16,1.5,1,8,1024,512,0.2,0.01",
     "F:3: tensor_parallel is 1.5; it must be a whole number up to 1e6"},
    {"m,h,vllm,bf16,1,1,,1024,512,0.2,0.01", "F:3: concurrency is empty"},
    {",h,vllm,bf16,1,1,8,1024,512,0.2,0.01", "F:3: model is empty"},
};
INSTANTIATE_TEST_SUITE_P(All, BadServingPoint, testing::ValuesIn(kBadRows));

TEST(ServingPoints, OfAnEmptyTableAreRefused) {
  EXPECT_EQ(refusal(kHeader), "F: holds no measured points");
}

}  // namespace
}  // namespace moe
