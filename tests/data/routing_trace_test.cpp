#include "data/readers/routing_trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>

#include "tests/support/temporary_folder.h"

namespace moe {
namespace {

using test::TemporaryFolder;
using testing::ElementsAre;

std::string bytes(std::initializer_list<int> ids) {
  std::string text;
  for (const int id : ids) text += static_cast<char>(id);
  return text;
}

/// Two layers, three tokens, two of 200 experts each.
const std::string kIds = bytes({0, 1, 2, 0, 199, 1, 5, 6, 7, 8, 5, 199});
constexpr const char* kMeta =
    R"({"code": {"layers": 2, "tokens": 3, "k": 2, "experts": 200, "seq_lens": [1, 2]}})";

Result<RoutingTrace> readBinary(const std::string& ids, const std::string& meta,
                                std::size_t experts = 0) {
  const TemporaryFolder folder;
  folder.write("meta.json", meta);
  return readRoutingTrace(folder.write("code.ids.u8", ids), experts);
}

Result<RoutingTrace> readCsv(const std::string& text, std::size_t experts = 0) {
  const TemporaryFolder folder;
  return readRoutingTrace(folder.write("trace.csv", text), experts);
}

Result<ExpertCounts> readCounts(const std::string& text, std::size_t experts = 0) {
  const TemporaryFolder folder;
  return readExpertCounts(folder.write("counts.csv", text), experts);
}

/// The message from the file's name on: the folder has another name every time.
template <class T>
std::string problem(const Result<T>& result) {
  if (result) return "no problem";
  EXPECT_EQ(result.error().kind, ErrorKind::kInput);
  std::string text = describe(result.error());
  for (const char* name : {"code.ids.u8", "meta.json", "trace.csv", "counts.csv"}) {
    for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
      const auto start = text.rfind(' ', at);
      const auto from = start == std::string::npos ? 0 : start + 1;
      text.erase(from, at - from);
      at = from;
    }
  }
  return text;
}

TEST(RoutingTrace, IsReadFromBytes) {
  const auto trace = readBinary(kIds, kMeta);
  ASSERT_TRUE(trace) << describe(trace.error());
  EXPECT_EQ(trace->layers, 2u);
  EXPECT_EQ(trace->tokens, 3u);
  EXPECT_EQ(trace->top_k, 2u);
  EXPECT_EQ(trace->experts, 200u);
  EXPECT_THAT(trace->chosen(0, 2), ElementsAre(199, 1));
  EXPECT_THAT(trace->chosen(1, 0, 2), ElementsAre(5, 6, 7, 8));
  EXPECT_THAT(trace->sequence_tokens, ElementsAre(1, 2));
}

TEST(RoutingTrace, MayStandAloneInItsMetaFile) {
  const auto trace = readBinary(kIds, R"({"layers": 2, "tokens": 3, "k": 2, "experts": 200})");
  ASSERT_TRUE(trace) << describe(trace.error());
  EXPECT_TRUE(trace->sequence_tokens.empty());
}

// The same trace as text: rows out of order, layers numbered from 1 as after a dense first layer.
TEST(RoutingTrace, IsReadFromCsvInAnyOrderOfRows) {
  const auto trace = readCsv(
      "layer,token,expert_1,expert_2\n2,10,5,6\n2,11,7,8\n2,12,5,199\n1,12,199,1\n1,10,0,1\n"
      "1,11,2,0\n",
      200);
  ASSERT_TRUE(trace) << describe(trace.error());
  EXPECT_EQ(trace->ids, readBinary(kIds, kMeta)->ids);
  EXPECT_EQ(trace->layers, 2u);
  EXPECT_EQ(trace->tokens, 3u);
}

TEST(RoutingTrace, TakesTheLargestIdForTheLastExpertWhenNobodySaysMore) {
  EXPECT_EQ(readCsv("layer,token,expert_1\n0,0,3\n")->experts, 4u);
  EXPECT_EQ(readCsv("layer,token,expert_1\n0,0,3\n", 8)->experts, 8u);
}

TEST(ExpertCounts, CountTheTokensOfEachExpert) {
  const auto counts =
      expertCounts(*readCsv("layer,token,e,expert_1,expert_2\n0,0,x,0,3\n"
                            "0,1,x,3,1\n1,0,x,2,3\n1,1,x,2,0\n"));
  EXPECT_EQ(counts.experts, 4u);
  EXPECT_THAT(counts.tokens, ElementsAre(ElementsAre(1, 1, 0, 2), ElementsAre(1, 0, 2, 1)));
}

TEST(ExpertCounts, AreReadFromATable) {
  const auto counts = readCounts("layer,expert,tokens\n3,0,7\n1,2,5\n1,0,1\n", 4);
  ASSERT_TRUE(counts) << describe(counts.error());
  EXPECT_THAT(counts->tokens, ElementsAre(ElementsAre(1, 0, 5, 0), ElementsAre(7, 0, 0, 0)));
}

TEST(ExpertCounts, AreReadFromATrace) {
  const auto counts = readCounts("layer,token,expert_1\n0,0,1\n0,1,1\n");
  ASSERT_TRUE(counts) << describe(counts.error());
  EXPECT_THAT(counts->tokens, ElementsAre(ElementsAre(0, 2)));
}

TEST(RoutingTrace, RefusesBytesThatDoNotFitTheMetaFile) {
  EXPECT_EQ(
      problem(readBinary(kIds + "x", kMeta)),
      "code.ids.u8: has 13 bytes, but meta.json says 2 layers of 3 tokens with 2 experts: 12");
  EXPECT_EQ(problem(readBinary(bytes({0, 1, 2, 0, 9, 1, 5, 200, 7, 8, 5, 9}), kMeta)),
            "code.ids.u8: layer 1, token 0: expert 200 does not exist; the experts are 0 to 199");
  EXPECT_EQ(problem(readBinary(bytes({0, 1, 2, 2, 9, 1, 5, 6, 7, 8, 5, 9}), kMeta)),
            "code.ids.u8: layer 0, token 1: names expert 2 twice");
  EXPECT_EQ(problem(readBinary(kIds, kMeta, 64)),
            "code.ids.u8: is of 200 experts where 64 are needed");
}

TEST(RoutingTrace, RefusesAMetaFileThatDoesNotSayWhatItShould) {
  EXPECT_EQ(problem(readBinary(kIds, "[]")), "meta.json: is not a JSON object");
  EXPECT_EQ(problem(readBinary(kIds, R"({"text": {}})")),
            "meta.json: says nothing of code; a member code with layers, tokens, k and experts is "
            "needed");
  EXPECT_EQ(problem(readBinary(kIds, R"({"layers": 2, "tokens": 3, "experts": 64})")),
            "meta.json: k is missing; a whole number from 1 to 1e9 is needed");
  EXPECT_EQ(problem(readBinary(kIds, R"({"layers": -2, "tokens": 3, "k": 2, "experts": 64})")),
            "meta.json: layers is -2; a whole number from 1 to 1e9 is needed");
  EXPECT_EQ(problem(readBinary(kIds, R"({"layers": 2, "tokens": 3, "k": 2, "experts": 300})")),
            "meta.json: k is 2 and experts is 300; k <= experts <= 256 is needed");
  EXPECT_EQ(problem(readBinary(
                kIds, R"({"layers": 2, "tokens": 3, "k": 2, "experts": 64, "seq_lens": [3, 1]})")),
            "meta.json: seq_lens add up to 4, but tokens is 3");
}

TEST(RoutingTrace, RefusesBrokenTables) {
  EXPECT_EQ(problem(readCsv("layer,token\n0,0\n")),
            "trace.csv:1: there is no column of a choice; name them expert_1, expert_2, ...");
  EXPECT_EQ(problem(readCsv("layers,token,expert_1\n0,0,0\n")),
            "trace.csv:1: there is no column layer (columns: layers, token, expert_1)");
  EXPECT_EQ(problem(readCsv("layer,token,expert_1\n0,0,1.5\n")),
            "trace.csv:2: expert_1 is \"1.5\"; a whole number from 0 is needed");
  EXPECT_EQ(problem(readCsv("layer,token,expert_1\n0,0,8\n", 8)),
            "trace.csv:2: expert 8 does not exist; the experts are 0 to 7");
  EXPECT_EQ(problem(readCsv("layer,token,expert_1,expert_2\n0,0,3,3\n")),
            "trace.csv:2: names expert 3 twice");
  EXPECT_EQ(problem(readCsv("layer,token,expert_1\n0,0,3\n0,0,4\n")),
            "trace.csv:3: layer 0 has token 0 a second time");
  EXPECT_EQ(problem(readCsv("layer,token,expert_1\n0,0,3\n0,1,4\n1,0,4\n")),
            "trace.csv: layer 1 (1 tokens) does not have the same tokens as layer 0 (2 tokens)");
  EXPECT_EQ(problem(readCsv("layer,token,expert_1\n")),
            "trace.csv: the table has a header but no rows");
  EXPECT_EQ(problem(readCsv("layer,token,expert_1\n0,1\n")),
            "trace.csv:2: 2 fields where the header has 3");
  EXPECT_EQ(problem(readCsv("layer,expert,tokens\n0,0,1\n")),
            "trace.csv: holds counts of tokens; a trace with columns layer, token, expert_1, ... "
            "is needed");
}

TEST(ExpertCounts, RefuseBrokenTables) {
  EXPECT_EQ(problem(readCounts("layer,expert,tokens\n0,1,5\n0,1,5\n")),
            "counts.csv:3: layer 0 has expert 1 a second time");
  EXPECT_EQ(problem(readCounts("layer,expert,tokens\n0,1,-5\n")),
            "counts.csv:2: tokens is \"-5\"; a whole number from 0 is needed");
  EXPECT_EQ(problem(readCounts("layer,expert,tokens\n0,64,5\n", 64)),
            "counts.csv:2: expert 64 does not exist; the experts are 0 to 63");
}

}  // namespace
}  // namespace moe
