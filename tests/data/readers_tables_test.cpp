#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "data/curves.h"
#include "data/readers/read_runs.h"
#include "data/run_filter.h"
#include "tests/data/temporary_file.h"

namespace moe {
namespace {

using Paths = std::vector<std::filesystem::path>;

std::filesystem::path shipped(const char* name) {
  return std::filesystem::path(MOEPLAN_SOURCE_DIR) / "data/tables/runs" / name;
}

RunTable mustRead(const std::filesystem::path& path, const ReadOptions& options = {}) {
  auto table = readRuns(path, options);
  EXPECT_TRUE(table.has_value()) << describe(table.error());
  return table ? std::move(*table) : RunTable();
}

/// The runs of the main job: S-Base with the dense ones, as the authors' notebook takes them.
RunTable mainRuns(const char* name) {
  const std::vector<RunFilter> filters = {parseRunFilter("canonical=1").value(),
                                          parseRunFilter("router=S-Base,Dense").value()};
  auto table = applyFilters(mustRead(shipped(name)), filters);
  EXPECT_TRUE(table.has_value()) << describe(table.error());
  return table ? std::move(*table) : RunTable();
}

// Row counts are those of `wc -l` without the header.
TEST(ShippedTable, IsReadWhole) {
  const std::pair<const char*, std::size_t> cases[] = {
      {"clark_routed/runs.csv", 223},    {"clark_routed/curves_long.csv.gz", 5568},
      {"gemstones/runs.csv", 619},       {"nanomoe_wikitext/runs.csv", 23},
      {"gadre_overtrain/runs.csv", 104}, {"muennighoff/runs.csv", 296},
      {"olmo_ladder/runs.csv", 41},      {"porian/runs.csv.gz", 1745},
  };
  for (const auto& [name, rows] : cases) {
    EXPECT_EQ(mustRead(shipped(name)).runs.size(), rows) << name;
  }
}

// 177 lines, of which awk finds 173 with an optimum; the authors left the other four blank.
TEST(ShippedTable, OfOptimaNeedsAMapAndSkipsBlankOnes) {
  ReadOptions options;
  options.columns = parseColumnMap("n=n_opt,d=t_opt,loss=loss_opt").value();
  options.skip_bad = true;
  const RunTable table = mustRead(shipped("porian/isoflop_optima.csv.gz"), options);
  EXPECT_EQ(table.runs.size(), 173u);
  EXPECT_EQ(table.skipped.size(), 4u);
}

TEST(GemstonesExport, IsReadAsWandbWroteIt) {
  const RunTable table = mustRead(shipped("gemstones/wandb_df_for_fitting_cool_end.jsonl"));
  ASSERT_EQ(table.runs.size(), 199u);
  EXPECT_EQ(table.parameter_kind, ParameterKind::kActive);
  // The file's first line, read by eye.
  EXPECT_EQ(table.runs[0].run_id, "PyGemma-1024x28_pretrain");
  EXPECT_EQ(table.runs[0].params, 543482880);
  EXPECT_EQ(table.runs[0].train_tokens, 10997465088);
  EXPECT_EQ(table.runs[0].loss, 3.0146045685);
  EXPECT_EQ(table.runs[0].step, 2622);
  EXPECT_EQ(table.tag("width")->values[0], "1024");
}

TEST(ClarkRuns, AreFiltered) { EXPECT_EQ(mainRuns("clark_routed/runs.csv").runs.size(), 58u); }

// 1 450 evaluations of 58 runs: counted with awk, not with this code.
TEST(ClarkCurves, HoldEveryEvaluation) {
  const CurveSelection all =
      selectPoints(mainRuns("clark_routed/curves_long.csv.gz"), parseCurveRule("all").value());
  EXPECT_EQ(all.runs, 58u);
  EXPECT_EQ(all.points, 1450u);
  EXPECT_TRUE(all.mid_schedule);
}

// 464, 232 and 407 points: counted with awk, as above.
TEST(ClarkCurves, AreCutToAWindow) {
  const RunTable table = mainRuns("clark_routed/curves_long.csv.gz");
  const CurveRule window = parseCurveRule("0.04..0.33333333333").value();
  const CurveSelection points = selectPoints(table, window);
  EXPECT_EQ(points.runs, 58u);
  EXPECT_EQ(points.points, 464u);
  EXPECT_TRUE(points.mid_schedule);
  EXPECT_EQ(selectPoints(table, earlierWindow(window)).points, 232u);
  EXPECT_EQ(selectPoints(table, laterWindow(window)).points, 407u);
}

TEST(ClarkCurves, EndWithTheRuns) {
  const CurveSelection last = selectPoints(mainRuns("clark_routed/curves_long.csv.gz"), {});
  EXPECT_EQ(last.points, 58u);
  EXPECT_FALSE(last.mid_schedule);
}

TEST(RowsOfOneRun, AreACurveWhenTheirTokensDiffer) {
  const TemporaryFile file("run,n,d,loss\nx,1e8,1e9,3.75\nx,1e8,2e9,3.5\ny,1e8,2e9,3.5\n");
  const RunTable table = mustRead(file.path());
  EXPECT_EQ(table.runs.size(), 3u);
  EXPECT_EQ(selectPoints(table, {}).runs, 2u);
}

TEST(SeveralFiles, AreOneTableWithEmptyTextForMissingTags) {
  const TemporaryFile a("n,d,loss,lr\n1e8,2e9,3.5,0.1\n");
  const TemporaryFile b("{\"n\": 2e8, \"d\": 3e9, \"loss\": 3.25, \"seed\": 7}\n");
  const auto table = readRunFiles(Paths{a.path(), b.path()}, {});
  ASSERT_TRUE(table.has_value()) << describe(table.error());
  ASSERT_EQ(table->runs.size(), 2u);
  EXPECT_EQ(table->tag("lr")->values, (std::vector<std::string>{"0.1", ""}));
  EXPECT_EQ(table->tag("seed")->values, (std::vector<std::string>{"", "7"}));
  EXPECT_EQ(table->place(1), b.path().string() + ":1");
}

TEST(SeveralFiles, KeepRowsWithoutIdsApart) {
  const TemporaryFile a("n,d,loss\n1e8,2e9,3.5\n");
  const TemporaryFile b("n,d,loss\n1e8,3e9,3.4\n");
  const auto table = readRunFiles(Paths{a.path(), b.path()}, {});
  ASSERT_TRUE(table.has_value()) << describe(table.error());
  EXPECT_EQ(table->runs[0].run_id, a.path().string() + ":row-2");
  EXPECT_EQ(table->runs[1].run_id, b.path().string() + ":row-2");
}

TEST(SeveralFiles, AreRefusedWhenTheyCountDifferentParameters) {
  const TemporaryFile a("active_params,d,loss\n1e8,2e9,3.5\n");
  const TemporaryFile b("total_params,d,loss\n1e8,2e9,3.5\n");
  const auto table = readRunFiles(Paths{a.path(), b.path()}, {});
  ASSERT_FALSE(table.has_value());
  EXPECT_EQ(describe(table.error()),
            b.path().string() + ": counts total parameters where " + a.path().string() +
                " counts active parameters; one fit needs one meaning of N (--map n=COLUMN names "
                "another column)");
}

TEST(SeveralFiles, TakeTheOthersMeaningOfNWithAWarning) {
  const TemporaryFile a("params,d,loss\n1e8,2e9,3.5\n");
  const TemporaryFile b("dense_params,d,loss\n1e8,2e9,3.5\n");
  const auto table = readRunFiles(Paths{a.path(), b.path()}, {});
  ASSERT_TRUE(table.has_value()) << describe(table.error());
  EXPECT_EQ(table->parameter_kind, ParameterKind::kDense);
  ASSERT_EQ(table->warnings.size(), 1u);
  EXPECT_EQ(table->warnings[0].code, "parameter_kind_assumed");
}

TEST(SeveralFiles, AreRefusedWhenARunStandsInBoth) {
  const TemporaryFile a("run,n,d,loss\nx,1e8,2e9,3.5\n");
  const auto table = readRunFiles(Paths{a.path(), a.path()}, {});
  ASSERT_FALSE(table.has_value());
  EXPECT_EQ(table.error().message,
            "run x has 2000000000 tokens twice, first at " + a.path().string() + ":2");
}

}  // namespace
}  // namespace moe
