#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "app/workflows/shard/shard_file.h"
#include "tests/app/shard/split_fit.h"

namespace moe {
namespace {

using test::fileText;
using test::joined;
using test::splitFit;
using test::splitFitWith;
using test::SplitQuestionFolder;
using test::Words;

void expectShardsMakeTheWhole(const SplitQuestionFolder& at, const Words& words,
                              std::size_t count) {
  const Words files = at.shards(words, count);
  EXPECT_EQ(at.merged(files, {"--json"}), at.whole(joined(words, {"--json"})));
  EXPECT_EQ(at.merged(files), at.whole(words));
}

TEST(FitShards, MakeTheWholeByteForByte) {
  const SplitQuestionFolder at;
  expectShardsMakeTheWhole(at, splitFit(at), 3);
}

TEST(FitShards, OfAnotherLawMakeTheWhole) {
  const SplitQuestionFolder at;
  expectShardsMakeTheWhole(at,
                           splitFitWith(at, {"--law", "gadre2024", "--bootstrap", "25", "--study",
                                             "none", "--seed", "18446744073709551615"}),
                           3);
}

TEST(FitShards, OfSeveralLawsMakeTheWhole) {
  const SplitQuestionFolder at;
  expectShardsMakeTheWhole(
      at,
      splitFitWith(at, {"--law", "chinchilla,gadre2024", "--bootstrap", "10", "--study", "none"}),
      2);
}

TEST(FitShards, ResampledByGroupsMakeTheWhole) {
  const SplitQuestionFolder at;
  expectShardsMakeTheWhole(at, splitFit(at, {"--bootstrap-by", "width", "--filter", "width>=256"}),
                           3);
}

// Profiles need no resamples, and their sides are walked from the fit before it has intervals.
TEST(FitShards, WithProfilesAndTheWholeStudyMakeTheWhole) {
  const SplitQuestionFolder at;
  const Words words =
      splitFitWith(at, {"--study", "full", "--exclude-run", "r0", "--bootstrap", "25"});
  const Words files = at.shards(words, 3);
  const std::string whole = at.whole(joined(words, {"--json"}));
  EXPECT_EQ(at.merged(files, {"--json"}), whole);
  EXPECT_EQ(nlohmann::json::parse(whole)["profiles"].size(), 5u);
}

// Twenty-six shards of twenty-five resamples: one has nothing to do and is a shard all the same.
TEST(FitShards, MayBeMoreThanThereIsToDo) {
  const SplitQuestionFolder at;
  const Words words = splitFit(at);
  const Words files = at.shards(words, 26);
  const auto last = readShard(files.back());
  ASSERT_TRUE(last);
  EXPECT_TRUE(last->parts.at(0).items.empty());
  EXPECT_EQ(at.merged(files, {"--json"}), at.whole(joined(words, {"--json"})));
}

TEST(FitShards, MayBeGivenInAnyOrderAndMadeOnAnyNumberOfThreads) {
  const SplitQuestionFolder at;
  const Words words = splitFit(at);
  Words files = at.shards(joined(words, {"--threads", "1"}), 3);
  std::swap(files.front(), files.back());
  EXPECT_EQ(at.merged(files, {"--json", "--threads", "3"}), at.whole(joined(words, {"--json"})));
}

TEST(FitShards, SaveTheSameLawAndResidualsAtTheEnd) {
  const SplitQuestionFolder at;
  const Words words = splitFit(at);
  const Words save = {"--save", at.path("law.json"), "--residuals", at.path("residuals.csv")};
  at.whole(joined(words, save));
  const std::string law = fileText(at.path("law.json"));
  const std::string residuals = fileText(at.path("residuals.csv"));
  ASSERT_FALSE(law.empty());
  std::filesystem::remove(at.path("law.json"));
  std::filesystem::remove(at.path("residuals.csv"));
  at.merged(at.shards(words, 2), save);
  EXPECT_EQ(fileText(at.path("law.json")), law);
  EXPECT_EQ(fileText(at.path("residuals.csv")), residuals);
}

// The file of a shard is read back to the same bits and written again to the same bytes.
TEST(FitShards, AreWrittenAsTheyAreRead) {
  const SplitQuestionFolder at;
  const std::string text = fileText(at.shards(splitFit(at), 2).front());
  const auto shard = shardOfText(text, "shard");
  ASSERT_TRUE(shard);
  EXPECT_EQ(shardText(*shard), text);
  EXPECT_EQ(shard->share, (Share{1, 2}));
  EXPECT_EQ(shard->parts.at(0).items.size(), 13u);
  EXPECT_EQ(shard->inputs.at(0).path, at.path("runs.csv"));
}

}  // namespace
}  // namespace moe
