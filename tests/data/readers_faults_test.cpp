#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "data/readers/read_runs.h"

namespace moe {
namespace {

const std::string kFolder = std::string(MOEPLAN_SOURCE_DIR) + "/tests/faulty/";

struct Fault {
  const char* file;
  const char* message;  ///< as printed, the folder taken out
};

std::string withoutFolder(std::string text) {
  for (auto at = text.find(kFolder); at != std::string::npos; at = text.find(kFolder)) {
    text.erase(at, kFolder.size());
  }
  return text;
}

class BrokenFile : public testing::TestWithParam<Fault> {};

TEST_P(BrokenFile, IsRefusedWithPlaceValueAndCause) {
  const auto table = readRuns(kFolder + GetParam().file, {});
  ASSERT_FALSE(table.has_value());
  EXPECT_EQ(table.error().kind, ErrorKind::kInput);
  EXPECT_EQ(withoutFolder(describe(table.error())), GetParam().message);
}

constexpr Fault kFiles[] = {
    {"missing.csv", "missing.csv: there is no such file"},
    {"empty.csv", "empty.csv: the file is empty"},
    {"blank.csv", "blank.csv: the file is empty"},
    {"not_text.csv",
     "not_text.csv: is not text (it holds zero bytes); CSV, TSV, JSON or JSONL in UTF-8 is needed"},
    {"cut_off.csv.gz", "cut_off.csv.gz: the gzip data is damaged: it ends too early"},
    {"wrong_check_sum.csv.gz",
     "wrong_check_sum.csv.gz: the gzip data is damaged: incorrect data check"},
    {"header_only.csv", "header_only.csv: the table has a header but no runs"},
};
INSTANTIATE_TEST_SUITE_P(Files, BrokenFile, testing::ValuesIn(kFiles));

constexpr Fault kHeaders[] = {
    {"no_loss.csv",
     "no_loss.csv:1: no column is known as loss (columns: run_id, n_params, n_tokens, los); the "
     "nearest name is los; name the column with --map loss=COLUMN"},
    {"no_size.csv",
     "no_size.csv:1: no column is known as params (columns: run_id, n_parms, n_tokens, loss); the "
     "nearest name is n_parms; name the column with --map n=COLUMN"},
    {"no_tokens.csv",
     "no_tokens.csv:1: no column is known as train_tokens (columns: run_id, n_params, data_tokens, "
     "loss); the nearest name is data_tokens; name the column with --map d=COLUMN"},
    {"two_sizes.csv",
     "two_sizes.csv:1: n_params and num_params could both be params; choose one with --map "
     "n=n_params"},
    {"column_twice.csv", "column_twice.csv:1: the header names the column loss twice; rename one"},
    {"bits.csv",
     "bits.csv:1: val_bpb is in bits; a loss in nats per token is needed (name another column with "
     "--map loss=COLUMN)"},
};
INSTANTIATE_TEST_SUITE_P(Headers, BrokenFile, testing::ValuesIn(kHeaders));

constexpr Fault kValues[] = {
    {"text_in_number.csv", "text_in_number.csv:3: n_params is \"410M\", which is not a number"},
    {"number_with_tail.csv", "number_with_tail.csv:3: n_params is \"1e8x\", which is not a number"},
    {"thousands.csv", "thousands.csv:2: n_params is \"100,000,000\", which is not a number"},
    {"missing_value.csv", "missing_value.csv:3: n_tokens is missing"},
    {"nan_loss.csv", "nan_loss.csv:3: loss is nan; it must be finite"},
    {"infinite_tokens.csv", "infinite_tokens.csv:3: n_tokens is inf; it must be finite"},
    {"negative_loss.csv", "negative_loss.csv:3: final_loss_nats is -2.1; a loss must be positive"},
    {"zero_loss.csv", "zero_loss.csv:3: loss is 0; a loss must be positive"},
    {"zero_size.csv", "zero_size.csv:3: n_params is 0; a parameter count must be positive"},
    {"negative_tokens.csv",
     "negative_tokens.csv:3: n_tokens is -2e9; a token count must be positive"},
    {"zero_experts.csv",
     "zero_experts.csv:3: n_experts is 0; an expert count is at least 1 (1 is dense)"},
    {"zero_top_k.csv", "zero_top_k.csv:2: top_k is 0; the experts per token must be positive"},
    {"negative_step.csv", "negative_step.csv:2: step is -1; a step must not be negative"},
    {"low_perplexity.csv", "low_perplexity.csv:2: val_ppl is 0.98; a perplexity must be above 1"},
    {"summed_loss.csv",
     "summed_loss.csv: loss has the median 6912.25; a loss above 30 nats per token looks like a "
     "sum over tokens; divide it by their number"},
};
INSTANTIATE_TEST_SUITE_P(Values, BrokenFile, testing::ValuesIn(kValues));

constexpr Fault kRows[] = {
    {"short_row.csv", "short_row.csv:3: 3 fields where the header has 5"},
    {"long_row.csv", "long_row.csv:2: 6 fields where the header has 5"},
    {"open_quote.csv", "open_quote.csv:3: a quoted field that starts here is never closed"},
    {"after_quote.csv", "after_quote.csv:2: \"b\" follows a closing quote"},
    {"step_twice.csv", "step_twice.csv:5: run a has step 100 twice, first at step_twice.csv:2"},
    {"tokens_twice.csv",
     "tokens_twice.csv:4: run a has 2000000000 tokens twice, first at tokens_twice.csv:2"},
    {"two_models_in_a_run.csv",
     "two_models_in_a_run.csv:3: run a has N 200000000, E 1, k 1, G 1 here and N 100000000, E 1, "
     "k 1, G 1 at two_models_in_a_run.csv:2; one run has one model (--map run=COLUMN names another "
     "column, --map run= takes every row as a run)"},
};
INSTANTIATE_TEST_SUITE_P(Rows, BrokenFile, testing::ValuesIn(kRows));

constexpr Fault kJson[] = {
    {"broken.json",
     "broken.json:3: broken JSON while parsing object separator - unexpected number literal; "
     "expected ':'"},
    {"unfinished.json",
     "unfinished.json:1: broken JSON while parsing value - unexpected end of input; expected '[', "
     "'{', or a literal"},
    {"nan.json",
     "nan.json:2: broken JSON while parsing value - invalid literal; last read: '\"loss\": N' (NaN "
     "and Infinity are not JSON)"},
    {"null_loss.json", "null_loss.json:3 (row 2): loss is missing"},
    {"number_in_list.json", "number_in_list.json:3: is not a JSON object"},
    {"two_lists.json",
     "two_lists.json: runs and tests are both arrays of objects; a file holds one table of runs"},
    {"unequal_columns.json",
     "unequal_columns.json: the array n_params has 2 entries and loss has 1; columns are equally "
     "long"},
    {"no_runs.json", "no_runs.json: the file holds no runs"},
    {"deep.json", "deep.json:1: JSON nested deeper than 64 levels"},
    {"broken.jsonl",
     "broken.jsonl:2: broken JSON while parsing object - unexpected end of input; expected '}'"},
    {"no_loss_in_line.jsonl", "no_loss_in_line.jsonl:2: loss is missing"},
};
INSTANTIATE_TEST_SUITE_P(Json, BrokenFile, testing::ValuesIn(kJson));

TEST(BrokenFiles, AreAllExpectedHere) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.is_regular_file() && entry.path().extension() != ".md") ++files;
  }
  // One of the expected files does not exist on purpose.
  const std::size_t expected = std::size(kFiles) + std::size(kHeaders) + std::size(kValues) +
                               std::size(kRows) + std::size(kJson) - 1;
  EXPECT_EQ(files, expected);
}

TEST(UnreadableFile, IsRefusedWhenItIsAFolder) {
  const auto table = readRuns(kFolder, {});
  ASSERT_FALSE(table.has_value());
  EXPECT_EQ(table.error().message, "is a directory; a file is needed");
}

TEST(UnreadableFile, IsRefusedWithoutPermission) {
  if (geteuid() == 0) GTEST_SKIP() << "root may read everything";
  const auto path = std::filesystem::temp_directory_path() /
                    ("moeplan-unreadable-" + std::to_string(getpid()) + ".csv");
  std::filesystem::copy_file(kFolder + "no_loss.csv", path);
  std::filesystem::permissions(path, std::filesystem::perms::none);
  const auto table = readRuns(path, {});
  std::filesystem::remove(path);
  ASSERT_FALSE(table.has_value());
  EXPECT_EQ(table.error().message, "cannot be read: Permission denied");
}

}  // namespace
}  // namespace moe
