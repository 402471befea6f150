#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/run_filter.h"

namespace moe {
namespace {

using testing::ElementsAre;

/// Six runs a to f; tag `router`, tag `canonical` as "1", "1.0" or "0", tag `size` with a text.
RunTable sixRuns() {
  RunTable table;
  table.sources.push_back({"runs.csv", "csv", 6, {{"train_tokens", "n_tokens"}}});
  for (int i = 0; i < 6; ++i) {
    TrainingRun run;
    run.run_id = std::string(1, static_cast<char>('a' + i));
    run.params = 1e8 * (i + 1);
    run.train_tokens = 1e9 * (i + 1);
    run.experts = 1 << i;
    run.loss = i % 2 == 0 ? 3.5 : 3.25;
    run.line = static_cast<std::size_t>(i) + 2;
    table.runs.push_back(run);
  }
  table.runs[5].step = 100;
  table.tags = {{"router", {"Dense", "S-Base", "Hash", "Hash", "RL-R", "S-Base"}},
                {"canonical", {"1", "1.0", "0", "1", "0", "1"}},
                {"Layer.Size", {"1", "2", "3", "190M", "4", "5"}}};
  return table;
}

std::string left(std::string_view text) {
  const auto filter = parseRunFilter(text);
  if (!filter) return describe(filter.error());
  const auto table = applyFilters(sixRuns(), std::vector<RunFilter>{*filter});
  if (!table) return describe(table.error());
  std::string ids;
  for (const TrainingRun& run : table->runs) ids += run.run_id;
  return ids;
}

TEST(Filter, KeepsRowsThatAreInAList) {
  EXPECT_EQ(left("router=S-Base,Dense"), "abf");
  EXPECT_EQ(left("router = S-Base , Dense"), "abf");
  EXPECT_EQ(left("router==Dense"), "a");
}

TEST(Filter, DropsRowsThatAreInAList) { EXPECT_EQ(left("router!=Hash,RL-R"), "abf"); }

TEST(Filter, TakesNumbersOfEqualValueAsEqual) { EXPECT_EQ(left("canonical=1"), "abdf"); }

TEST(Filter, ComparesSizes) {
  EXPECT_EQ(left("train_tokens>3e9"), "def");
  EXPECT_EQ(left("train_tokens>=3e9"), "cdef");
  EXPECT_EQ(left("d<3e9"), "ab");
  EXPECT_EQ(left("d<=3e9"), "abc");
}

TEST(Filter, KnowsRolesByTheirNamesAndTheFilesOwn) {
  EXPECT_EQ(left("n=2e8"), "b");
  EXPECT_EQ(left("params>5e8"), "f");
  EXPECT_EQ(left("n_tokens>5e9"), "f");
  EXPECT_EQ(left("experts=1,32"), "af");
  EXPECT_EQ(left("E=2"), "b");
  EXPECT_EQ(left("loss<3.3"), "bdf");
  EXPECT_EQ(left("run_id=c"), "c");
  EXPECT_EQ(left("step=100"), "f");
}

TEST(Filter, FindsATagInAnySpelling) { EXPECT_EQ(left("layer_size=190M"), "d"); }

TEST(Filter, IsRefusedForANameThatIsNone) {
  EXPECT_EQ(left("ruter=Hash"),
            "--filter ruter=Hash: there is no column ruter; did you mean router? (columns: params, "
            "train_tokens, experts, top_k, granularity, loss, run_id, step, router, canonical, "
            "Layer.Size)");
}

TEST(Filter, IsRefusedWhenItComparesText) {
  EXPECT_EQ(left("Layer.Size>2"),
            "runs.csv:5: Layer.Size is \"190M\", which is not a number; the filter Layer.Size>2 "
            "compares sizes");
}

TEST(Filter, NamesTheValuesWhenNothingIsLeft) {
  EXPECT_EQ(left("router=Soft"),
            "--filter router=Soft: no run is left; router is Dense, S-Base, Hash, RL-R");
}

TEST(Filter, NamesTheRangeWhenNothingIsLeftOfManyNumbers) {
  RunTable table = sixRuns();
  table.runs.push_back(table.runs.back());
  table.runs.back().train_tokens = 7e12;
  for (TagColumn& tag : table.tags) tag.values.push_back("1");
  const auto none = applyFilters(table, std::vector<RunFilter>{*parseRunFilter("d<5")});
  ASSERT_FALSE(none.has_value());
  EXPECT_EQ(none.error().message, "no run is left; d goes from 1000000000 to 7000000000000");
}

TEST(Filter, IsRefusedAsUsageWhenItIsNone) {
  for (const char* text : {"router", "", "=a", "d>", "d>1,2", "d>x", "d<=abc", "!a"}) {
    const auto filter = parseRunFilter(text);
    ASSERT_FALSE(filter.has_value()) << text;
    EXPECT_EQ(filter.error().kind, ErrorKind::kUsage) << text;
  }
}

TEST(Filters, HoldTogetherAndKeepTagsBesideTheirRows) {
  const std::vector<RunFilter> filters = {*parseRunFilter("canonical=1"),
                                          *parseRunFilter("router=S-Base,Dense")};
  const auto table = applyFilters(sixRuns(), filters);
  ASSERT_TRUE(table.has_value());
  ASSERT_EQ(table->runs.size(), 3u);
  EXPECT_THAT(table->tag("Layer.Size")->values, ElementsAre("1", "2", "5"));
}

TEST(HighestLosses, AreDroppedInOrderAmongEqualOnes) {
  const RunTable table = dropHighestLosses(sixRuns(), 2);
  std::string ids;
  for (const TrainingRun& run : table.runs) ids += run.run_id;
  EXPECT_EQ(ids, "bdef");
  EXPECT_TRUE(dropHighestLosses(sixRuns(), 99).runs.empty());
}

}  // namespace
}  // namespace moe
