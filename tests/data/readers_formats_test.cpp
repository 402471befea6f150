#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "data/readers/raw_table.h"
#include "data/readers/read_runs.h"
#include "tests/data/temporary_file.h"

namespace moe {
namespace {

using testing::ElementsAre;

RunTable mustReadText(std::string_view content, const ReadOptions& options = {}) {
  const TemporaryFile file(content, ".txt");
  auto table = readRuns(file.path(), options);
  EXPECT_TRUE(table.has_value()) << describe(table.error());
  return table ? std::move(*table) : RunTable();
}

/// The two runs that every text below holds.
void expectTheTwoRuns(const RunTable& table) {
  ASSERT_EQ(table.runs.size(), 2u);
  EXPECT_EQ(table.runs[0].params, 1e8);
  EXPECT_EQ(table.runs[0].train_tokens, 2e9);
  EXPECT_EQ(table.runs[0].loss, 3.5);
  EXPECT_EQ(table.runs[1].params, 250000000);
  EXPECT_EQ(table.runs[1].train_tokens, 4e9);
  EXPECT_EQ(table.runs[1].loss, 3.25);
}

struct Text {
  const char* name;
  const char* content;
  const char* format;
};

class SameRuns : public testing::TestWithParam<Text> {};

TEST_P(SameRuns, AreReadFromEveryFormat) {
  const RunTable table = mustReadText(GetParam().content);
  expectTheTwoRuns(table);
  EXPECT_EQ(table.sources.at(0).format, GetParam().format);
}

constexpr Text kTexts[] = {
    {"Csv", "params,tokens,loss\n1e8,2e9,3.5\n250000000,4e9,3.25\n", "csv"},
    {"NoFinalNewline", "params,tokens,loss\n1e8,2e9,3.5\n250000000,4e9,3.25", "csv"},
    {"Crlf", "params,tokens,loss\r\n1e8,2e9,3.5\r\n250000000,4e9,3.25\r\n", "csv"},
    {"ByteOrderMark", "\xEF\xBB\xBFparams,tokens,loss\n1e8,2e9,3.5\n250000000,4e9,3.25\n", "csv"},
    {"Comments", "# pilot runs\n#, x\nparams,tokens,loss\n1e8,2e9,3.5\n\n250000000,4e9,3.25\n\n",
     "csv"},
    {"Quoted", "\"params\",tokens,\"loss\"\n\"1e8\",2e9,\"3.5\"\n250000000,\"4e9\",3.25\n", "csv"},
    {"Blanks", " params , tokens , loss \n 1e8 , 2e9 , 3.5 \n 250000000 , 4e9 , 3.25 \n", "csv"},
    {"Tsv", "params\ttokens\tloss\n1e8\t2e9\t3.5\n250000000\t4e9\t3.25\n", "tsv"},
    {"Jsonl",
     "{\"params\": 1e8, \"tokens\": 2e9, \"loss\": 3.5}\n\n"
     "{\"loss\": 3.25, \"lr\": 1, \"params\": 250000000, \"tokens\": \"4e9\"}\n",
     "jsonl"},
    {"JsonArray",
     "[{\"params\": 1e8, \"tokens\": 2e9, \"loss\": 3.5},\n"
     " {\"tokens\": 4e9, \"params\": 250000000, \"loss\": 3.25}]",
     "json"},
    {"JsonMember",
     "{\"version\": 3, \"runs\": [{\"params\": 1e8, \"tokens\": 2e9, \"loss\": 3.5},\n"
     " {\"params\": 250000000, \"tokens\": 4e9, \"loss\": 3.25}], \"tags\": [1, 2]}",
     "json"},
    {"JsonColumns", "{\"params\": [1e8, 250000000], \"tokens\": [2e9, 4e9], \"loss\": [3.5, 3.25]}",
     "json"},
    {"JsonIndexedColumns",
     "{\"params\": {\"0\": 1e8, \"1\": 250000000}, \"tokens\": {\"0\": 2e9, \"1\": 4e9},\n"
     " \"loss\": {\"0\": 3.5, \"1\": 3.25}}",
     "json"},
    {"JsonIndexedRows",
     "{\"small\": {\"params\": 1e8, \"tokens\": 2e9, \"loss\": 3.5},\n"
     " \"large\": {\"params\": 250000000, \"tokens\": 4e9, \"loss\": 3.25}}",
     "json"},
};
INSTANTIATE_TEST_SUITE_P(Formats, SameRuns, testing::ValuesIn(kTexts),
                         [](const auto& text) { return text.param.name; });

TEST(GzipFile, IsReadByItsContentWhateverItsName) {
  const TemporaryFile file("", ".csv");
  gzFile out = gzopen(file.path().c_str(), "wb");
  gzputs(out, kTexts[0].content);
  gzclose(out);
  // A second member behind the first is part of the same text.
  out = gzopen(file.path().c_str(), "ab");
  gzputs(out, "3e8,5e9,3\n");
  gzclose(out);
  const auto table = readRuns(file.path(), {});
  ASSERT_TRUE(table.has_value()) << describe(table.error());
  EXPECT_EQ(table->runs.size(), 3u);
  EXPECT_EQ(table->sources.at(0).format, "csv.gz");
}

TEST(QuotedField, KeepsCommasNewlinesAndDoubledQuotes) {
  const RunTable table = mustReadText(
      "params,tokens,loss,note\n1e8,2e9,3.5,\"a, "
      "\"\"b\"\"\nc\"\n2e8,2e9,3.4,\"\"\n3e8,2e9,3.3,x\n");
  ASSERT_NE(table.tag("note"), nullptr);
  EXPECT_THAT(table.tag("note")->values, ElementsAre("a, \"b\"\nc", "", "x"));
  EXPECT_EQ(table.runs[1].line, 4u);
}

TEST(JsonRow, FlattensNestedObjectsAndKeepsOtherValuesAsText) {
  const RunTable table = mustReadText(
      "[{\"config\": {\"opt\": {\"lr\": 0.10}, \"seed\": 7}, \"sizes\": [1, \"a\", null],"
      " \"done\": true, \"params\": 1e8, \"tokens\": 2e9, \"loss\": 3.5, \"gone\": null}]");
  ASSERT_EQ(table.tags.size(), 5u);
  EXPECT_EQ(table.tag("config.opt.lr")->values[0], "0.10");
  EXPECT_EQ(table.tag("config.seed")->values[0], "7");
  EXPECT_EQ(table.tag("sizes")->values[0], "[1,\"a\",null]");
  EXPECT_EQ(table.tag("done")->values[0], "true");
  EXPECT_EQ(table.tag("gone")->values[0], "");
}

TEST(JsonRow, MayBeTheWholeDocument) {
  const RunTable table = mustReadText("{\n\"params\": 1e8, \"tokens\": 2e9, \"loss\": 3.5}\n");
  ASSERT_EQ(table.runs.size(), 1u);
}

TEST(RunId, IsTheLineWhereTheTableHasNone) {
  EXPECT_EQ(mustReadText(kTexts[4].content).runs[1].run_id, "row-6");
}

TEST(RunId, IsTheNumberOfTheRowInJson) {
  EXPECT_EQ(mustReadText(kTexts[9].content).runs[1].run_id, "row-2");
}

TEST(RunId, IsTheKeyOfAJsonRow) {
  EXPECT_EQ(mustReadText(kTexts[13].content).runs[1].run_id, "large");
}

TEST(SkipBad, ListsTheRowsItLeavesOut) {
  ReadOptions options;
  options.skip_bad = true;
  const RunTable table = mustReadText(
      "run,params,tokens,loss\na,1e8,2e9,3.5\nb,1e8,2e9,nan\nc,1\nd,2e8,2e9,3.4\nd,2e8,2e9,3.4\n",
      options);
  ASSERT_EQ(table.runs.size(), 2u);
  ASSERT_EQ(table.skipped.size(), 3u);
  EXPECT_EQ(table.skipped[0].line, 3u);
  EXPECT_EQ(table.skipped[0].reason, "loss is nan; it must be finite");
  EXPECT_EQ(table.skipped[1].line, 4u);
  EXPECT_EQ(table.skipped[1].reason, "2 fields where the header has 4");
  EXPECT_EQ(table.skipped[2].line, 6u);
  EXPECT_EQ(table.sources[0].rows, 2u);
}

TEST(SkipBad, DoesNotTurnATableOfBadRowsIntoAnEmptyOne) {
  ReadOptions options;
  options.skip_bad = true;
  const TemporaryFile file("params,tokens,loss\n1e8,2e9,0\n1e8,2e9,x\n");
  const auto table = readRuns(file.path(), options);
  ASSERT_FALSE(table.has_value());
  EXPECT_EQ(table.error().message,
            "no run is left: all 2 rows are bad, the first (line 2) because loss is 0; a loss must "
            "be positive");
}

}  // namespace
}  // namespace moe
