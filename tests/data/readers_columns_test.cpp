#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "data/readers/column_roles.h"
#include "data/readers/read_runs.h"
#include "tests/data/temporary_file.h"

namespace moe {
namespace {

using Columns = std::vector<std::string>;

/// The columns chosen as params, train_tokens, experts, top_k, granularity, loss, run_id, step.
std::string chosen(const Columns& columns, std::string_view map = "") {
  const ColumnMap columns_map = map.empty() ? ColumnMap() : parseColumnMap(map).value();
  const auto roles = chooseColumns(columns, columns_map, "t.csv:1");
  if (!roles) return describe(roles.error());
  std::string text;
  for (std::size_t i = 0; i <= static_cast<std::size_t>(Role::kStep); ++i) {
    const auto& column = roles->column[i];
    text += column ? columns[*column] + ";" : "-;";
  }
  return text;
}

TEST(Header, IsKnownInAnySpelling) {
  EXPECT_EQ(chosen({"Run Name", "N-Params", "Train.Tokens", "Num Experts", "TOP_K", "val/loss"}),
            "N-Params;Train.Tokens;Num Experts;TOP_K;-;val/loss;Run Name;-;");
}

TEST(Header, MayBeTheLettersOfThePapers) {
  EXPECT_EQ(chosen({"N", "D", "E", "k", "G", "loss", "id", "_step"}), "N;D;E;k;G;loss;id;_step;");
}

TEST(Header, PrefersTheMoreSpecificName) {
  EXPECT_EQ(chosen({"loss", "val_loss", "n_params", "dense_params", "n_total_params", "tokens",
                    "name", "run_id"}),
            "dense_params;tokens;-;-;-;val_loss;run_id;-;");
}

TEST(Header, IsRefusedWhenTwoColumnsHaveEqualRight) {
  EXPECT_EQ(chosen({"n", "d", "val_loss", "eval_loss"}),
            "t.csv:1: val_loss and eval_loss could both be loss; choose one with --map "
            "loss=val_loss");
}

TEST(ColumnMap, OverrulesTheKnownNames) {
  EXPECT_EQ(chosen({"n", "d", "val_loss", "eval_loss", "size"}, "loss=eval_loss,n=size"),
            "size;d;-;-;-;eval_loss;-;-;");
}

TEST(Header, KnowsUniqueTokensAndBits) {
  const auto roles =
      chooseColumns({"n", "d", "loss", "unique_tokens", "weight_bits", "ptq_bits"}, {}, "t.csv:1");
  ASSERT_TRUE(roles.has_value());
  EXPECT_EQ((*roles)[Role::kUniqueTokens], 3u);
  EXPECT_EQ((*roles)[Role::kWeightBits], 4u);
  EXPECT_EQ((*roles)[Role::kBitsAfterTraining], 5u);
  EXPECT_FALSE((*roles)[Role::kCacheBits].has_value());
}

TEST(ColumnMap, CanTakeARoleAway) {
  EXPECT_EQ(chosen({"n", "d", "loss", "name"}, "run="), "n;d;-;-;-;loss;-;-;");
}

TEST(ColumnMap, NamesTheNearestWhenAColumnDoesNotExist) {
  EXPECT_EQ(chosen({"n", "d", "loss_c4"}, "loss=los_c4"),
            "t.csv:1: --map loss=los_c4: there is no such column; did you mean loss_c4? (columns: "
            "n, d, loss_c4)");
}

TEST(ColumnMap, IsRefusedWhenOneColumnIsTwoThings) {
  EXPECT_EQ(chosen({"a", "loss"}, "n=a,d=a"),
            "t.csv:1: a is mapped to both params and train_tokens");
}

TEST(ColumnMap, ReadsLongAndShortNamesOfRoles) {
  const auto map = parseColumnMap("params=a, D=b,Loss=c=d,granularity=e");
  ASSERT_TRUE(map.has_value());
  EXPECT_EQ((*map)[Role::kParams], "a");
  EXPECT_EQ((*map)[Role::kTokens], "b");
  EXPECT_EQ((*map)[Role::kLoss], "c=d");
  EXPECT_EQ((*map)[Role::kGranularity], "e");
  EXPECT_FALSE((*map)[Role::kExperts].has_value());
}

TEST(ColumnMap, IsRefusedAsUsageWhenItMakesNoSense) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "--map: nothing is named; give for example n=params,loss=val_loss"},
      {"n", "--map: \"n\" is not of the form ROLE=COLUMN"},
      {"x=a",
       "--map: there is no role x; the roles are n, d, e, k, g, loss, run, step, u, w, a, kv, "
       "post"},
      {"n=a,params=b", "--map: params is named twice"},
      {"loss=", "--map: loss needs a column"},
  };
  for (const auto& [text, message] : cases) {
    const auto map = parseColumnMap(text);
    ASSERT_FALSE(map.has_value()) << text;
    EXPECT_EQ(map.error().kind, ErrorKind::kUsage);
    EXPECT_EQ(describe(map.error()), message);
  }
}

TEST(ParameterKind, IsWhatTheColumnIsCalled) {
  EXPECT_EQ(parameterKindOf("dense_parameter_count"), ParameterKind::kDense);
  EXPECT_EQ(parameterKindOf("params_active_precise"), ParameterKind::kActive);
  EXPECT_EQ(parameterKindOf("Total Params"), ParameterKind::kTotal);
  EXPECT_EQ(parameterKindOf("n_params"), ParameterKind::kUnstated);
}

RunTable mustReadCsv(std::string_view content) {
  const TemporaryFile file(content);
  auto table = readRuns(file.path(), {});
  EXPECT_TRUE(table.has_value()) << describe(table.error());
  return table ? std::move(*table) : RunTable();
}

TEST(Perplexity, StandsForTheLossWithAWarning) {
  const RunTable table = mustReadCsv("n,d,eval/perplexity\n1e8,2e9,20\n");
  ASSERT_EQ(table.warnings.size(), 1u);
  EXPECT_EQ(table.warnings[0].code, "loss_from_perplexity");
  // ln 20, tables of logarithms.
  EXPECT_NEAR(table.runs[0].loss, 2.995732273553991, 1e-15);
}

TEST(Perplexity, IsATagBesideALoss) {
  const RunTable table = mustReadCsv("n,d,loss,ppl\n1e8,2e9,3,20\n");
  EXPECT_TRUE(table.warnings.empty());
  EXPECT_NE(table.tag("ppl"), nullptr);
}

TEST(TrainingLoss, IsUsedWithAWarning) {
  const RunTable table = mustReadCsv("n,d,train/loss\n1e8,2e9,3\n");
  ASSERT_EQ(table.warnings.size(), 1u);
  EXPECT_EQ(table.warnings[0].code, "training_loss");
}

TEST(RunTable, SaysWhichColumnWasReadAsWhat) {
  const RunTable table = mustReadCsv("active_params,tokens,final_loss,lr\n1e8,2e9,3,0.1\n");
  ASSERT_EQ(table.sources.size(), 1u);
  std::string text;
  for (const ColumnChoice& choice : table.sources[0].columns) {
    text += choice.role + "=" + choice.column + " ";
  }
  EXPECT_EQ(text, "params=active_params train_tokens=tokens loss=final_loss ");
  EXPECT_EQ(table.parameter_kind, ParameterKind::kActive);
}

TEST(RunTable, IsDenseWithoutAnExpertColumn) {
  const RunTable table = mustReadCsv("n,d,loss\n1e8,2e9,3\n");
  EXPECT_EQ(table.runs[0].experts, 1);
  EXPECT_EQ(table.runs[0].top_k, 1);
  EXPECT_EQ(table.runs[0].granularity, 1);
  EXPECT_TRUE(table.warnings.empty());
}

}  // namespace
}  // namespace moe
