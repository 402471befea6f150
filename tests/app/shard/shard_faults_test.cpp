#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <limits>

#include "app/workflows/shard/join_shards.h"
#include "app/workflows/shard/shard_file.h"
#include "app/workflows/version.h"
#include "tests/app/shard/split_fit.h"

namespace moe {
namespace {

using test::Ended;
using test::fileText;
using test::joined;
using test::runCommand;
using test::splitFit;
using test::SplitQuestionFolder;
using test::Words;
using testing::HasSubstr;

Ended mergeOf(const Words& files) { return runCommand(joined({"merge", "--quiet"}, files)); }

void expectRefused(const Words& files, const std::string& message) {
  const Ended ended = mergeOf(files);
  EXPECT_EQ(ended.code, 3);
  EXPECT_EQ(ended.out, "");
  EXPECT_THAT(ended.err, HasSubstr(message));
}

/// One shard as another process would have left it.
std::string changedShard(const SplitQuestionFolder& at, const std::string& file,
                         const std::function<void(Shard&)>& change) {
  Shard shard = readShard(file).value();
  change(shard);
  return at.folder().write("changed.json", shardText(shard)).string();
}

TEST(ShardFaults, NameTheLostOnesAndTheCommandsThatComputeThem) {
  const SplitQuestionFolder at;
  const Words files = at.shards(splitFit(at, {"--filter", "width>=256"}), 5);
  const Ended ended = mergeOf({files[0], files[2], files[4]});
  EXPECT_EQ(ended.code, 3);
  EXPECT_EQ(ended.err,
            "moeplan: shards: 2,4 of 5 are missing; compute them with\n"
            "  moeplan fit " +
                at.path("runs.csv") +
                " --law chinchilla --bootstrap 25 --study none --filter 'width>=256' --shard 2/5 "
                "--out " +
                at.path("shard-2.json") +
                " --quiet\n"
                "  moeplan fit " +
                at.path("runs.csv") +
                " --law chinchilla --bootstrap 25 --study none --filter 'width>=256' --shard 4/5 "
                "--out " +
                at.path("shard-4.json") + " --quiet\n");
}

TEST(ShardFaults, TellAShardThatIsGivenTwice) {
  const SplitQuestionFolder at;
  const Words files = at.shards(splitFit(at), 3);
  const std::string copy = at.path("copy.json");
  std::filesystem::copy_file(files[1], copy);
  expectRefused({files[0], files[1], files[2], copy},
                copy + ": is shard 2 of 3 again, as " + files[1] + " (the same contents)");
}

TEST(ShardFaults, TellAShardThatWasComputedTwiceDifferently) {
  const SplitQuestionFolder at;
  const Words files = at.shards(splitFit(at), 2);
  const std::string other =
      changedShard(at, files[1], [](Shard& shard) { shard.parts.at(0).items.at(0).at(0) += 1e-9; });
  expectRefused({files[0], files[1], other},
                "is shard 2 of 2 again, as " + files[1] + " (with other contents)");
}

TEST(ShardFaults, TellWhatAnotherQuestionAsks) {
  const SplitQuestionFolder at;
  const Words files = at.shards(splitFit(at), 2);
  const SplitQuestionFolder other;
  const Words words =
      test::splitFitWith(at, {"--law", "chinchilla", "--bootstrap", "26", "--study", "none",
                              "--shard", "2/2", "--out", other.path("foreign.json"), "--quiet"});
  ASSERT_EQ(runCommand(words).code, 0);
  expectRefused({files[0], other.path("foreign.json")},
                "foreign.json: answers another question than " + files[0] +
                    ": bootstrap = 25 there, bootstrap = 26 here");
}

TEST(ShardFaults, TellAnotherNumberOfShards) {
  const SplitQuestionFolder at;
  const SplitQuestionFolder other;
  const Words files = at.shards(splitFit(at), 2);
  const std::string words = other.path("of-3.json");
  ASSERT_EQ(runCommand(joined(splitFit(at), {"--shard", "3/3", "--out", words, "--quiet"})).code,
            0);
  expectRefused({files[0], files[1], words}, "is one of 3 shards, and " + files[0] + " one of 2");
}

TEST(ShardFaults, TellDataThatChangedBetweenTheShards) {
  const SplitQuestionFolder at;
  const Words words = splitFit(at);
  const Words files = at.shards(words, 2);
  std::string table = test::splitRuns();
  at.folder().write("runs.csv", table.replace(table.rfind("r19"), 3, "r20"));
  ASSERT_EQ(runCommand(joined(words, {"--shard", "2/2", "--out", files[1], "--quiet"})).code, 0);
  expectRefused(files, files[1] + ": " + at.path("runs.csv") + " is not the one that " + files[0] +
                           " was computed from (sha256 ");
}

TEST(ShardFaults, TellDataThatChangedSince) {
  const SplitQuestionFolder at;
  const Words files = at.shards(splitFit(at), 2);
  at.folder().write("runs.csv", test::splitRuns() + "\n");
  expectRefused(files, at.path("runs.csv") + ": has changed since the shards were computed");
  std::filesystem::remove(at.path("runs.csv"));
  expectRefused(files, at.path("runs.csv") + ": cannot be read: No such file or directory");
}

TEST(ShardFaults, TellAnotherVersion) {
  const SplitQuestionFolder at;
  const Words files = at.shards(splitFit(at), 2);
  const std::string other =
      changedShard(at, files[1], [](Shard& shard) { shard.version = "0.0.1"; });
  expectRefused({files[0], other}, "changed.json: was computed by moeplan 0.0.1, and this is ");
}

// The same version with other formulas.
TEST(ShardFaults, TellAnotherCommitOfTheSameVersion) {
  const SplitQuestionFolder at;
  const Words files = at.shards(splitFit(at), 2);
  const Shard shard = readShard(files[0]).value();
  EXPECT_EQ(shard.version, programId());
  EXPECT_THAT(shard.version, HasSubstr(programVersion().commit));
}

// Vector instructions of another processor move the last digit of the fit that all resamples start
// from: here by hand, in one shard and in all.
TEST(ShardFaults, TellAMachineWithOtherLastBits) {
  const SplitQuestionFolder at;
  const Words files = at.shards(splitFit(at), 2);
  const auto nudge = [](Shard& shard) {
    for (ShardPart& part : shard.parts) part.basis.at(0) = std::nextafter(part.basis.at(0), 1e9);
  };
  const std::string other = changedShard(at, files[1], nudge);
  expectRefused({files[0], other}, "starts from a result with other last bits than " + files[0]);
  at.folder().write("first.json", fileText(changedShard(at, files[0], nudge)));
  const std::string second = changedShard(at, files[1], nudge);
  expectRefused({at.path("first.json"), second},
                "chinchilla: the fit that the shards start from has other last bits");
}

TEST(SameBits, TellsZerosApartAndKnowsANaN) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(sameBits({0.0, nan}, {0.0, nan}));
  EXPECT_FALSE(sameBits({0.0}, {-0.0}));
  EXPECT_FALSE(sameBits({0.0}, {0.0, 0.0}));
}

TEST(ShardFaults, TellADamagedFile) {
  const SplitQuestionFolder at;
  const Words files = at.shards(splitFit(at), 2);
  const std::string text = fileText(files[1]);
  const auto given = [&](const std::string& bytes) {
    return Words{files[0], at.folder().write("damaged.json", bytes).string()};
  };
  std::string digit = text;
  const std::size_t place = digit.rfind("3");
  digit[place] = '4';
  expectRefused(given(digit), "damaged.json: the shard is damaged");
  std::string inside = text;
  inside[inside.find("items") + 20] = 'x';
  expectRefused(given(inside), "the shard is damaged: its checksum is another; compute it again");
  expectRefused(given(text.substr(0, text.size() / 2)),
                "the shard is damaged: it does not end with its checksum; compute it again");
  expectRefused(given(text.substr(0, text.size() - 1)), "it does not end with its checksum");
  expectRefused(given(""), "damaged.json: is no shard");
  expectRefused(given("{\"schema\": \"moeplan.fit/1\"}"), "damaged.json: is no shard");
  expectRefused({at.path("nothing.json")}, "nothing.json");
}

// A file that somebody wrote, with a checksum that is right.
TEST(ShardFaults, TellAFileThatIsNotAsItIsWritten) {
  const SplitQuestionFolder at;
  const Words files = at.shards(splitFit(at), 2);
  const std::string fewer =
      changedShard(at, files[1], [](Shard& shard) { shard.parts.at(0).items.pop_back(); });
  expectRefused({files[0], fewer}, "a key or a value is not as --shard writes it");
  const std::string renamed =
      changedShard(at, files[1], [](Shard& shard) { shard.parts.at(0).name = "draws"; });
  expectRefused({files[0], renamed}, "starts from a result with other last bits");
  const std::string longer =
      changedShard(at, files[1], [](Shard& shard) { shard.parts.at(0).items.at(0).push_back(1); });
  expectRefused({files[0], longer}, "their parts are not those of a fit of these laws");
}

struct WrongUse {
  const char* name;
  Words more;
  const char* message;
};

class ShardOption : public testing::TestWithParam<WrongUse> {};

TEST_P(ShardOption, IsRefusedWithItsReason) {
  const SplitQuestionFolder at;
  const Ended ended =
      runCommand(joined(test::splitFitWith(at, {"--study", "none", "--quiet"}), GetParam().more));
  EXPECT_EQ(ended.code, 2);
  EXPECT_EQ(ended.out, "");
  EXPECT_THAT(ended.err, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Uses, ShardOption,
    testing::Values(
        WrongUse{"beyond", {"--shard", "9/8"}, "there is no shard 9 of 8; they count from 1 to 8"},
        WrongUse{"zero", {"--shard", "0/8"}, "there is no shard 0 of 8; they count from 1 to 8"},
        WrongUse{"of_none", {"--shard", "1/0"}, "there are 0 shards in '1/0'"},
        WrongUse{"words", {"--shard", "a/b"}, "--shard: 'a/b' is not I/N, as in 3/8"},
        WrongUse{"one_number", {"--shard", "3"}, "'3' is not I/N"},
        WrongUse{"no_index", {"--shard", "/8"}, "'/8' is not I/N"},
        WrongUse{"a_sign", {"--shard=-1/8"}, "'-1/8' is not I/N"},
        WrongUse{"too_much", {"--shard", "1/8/9"}, "'1/8/9' is not I/N"},
        WrongUse{"too_large", {"--shard", "1/99999999999999999999"}, "is not I/N"},
        WrongUse{"empty", {"--shard", ""}, "--shard: is empty; it is I/N"},
        WrongUse{"saving",
                 {"--shard", "1/8", "--save", "law.json"},
                 "--save: a shard is no whole answer to be saved; state it with moeplan merge"},
        WrongUse{"nothing_to_do",
                 {"--shard", "1/8", "--bootstrap", "0"},
                 "there is nothing to share out: this fit has neither resamples"}),
    [](const auto& parameter) { return parameter.param.name; });

TEST(Merge, RefusesAFileThatSuchAnAnswerDoesNotWrite) {
  const SplitQuestionFolder at;
  const Ended ended = mergeOf(joined(at.shards(splitFit(at), 2), {"--save-model", "m.toml"}));
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("--save-model: is for shards of a lifetime plan; these are of "
                                   "a fit"));
}

TEST(IndexList, IsWhatAJobArrayTakes) {
  EXPECT_EQ(indexList({3}), "3");
  EXPECT_EQ(indexList({1, 2}), "1,2");
  EXPECT_EQ(indexList({3, 7, 9, 10, 11, 12, 20}), "3,7,9-12,20");
}

TEST(CommandFor, PutsTheIndexIntoTheNameOfTheFile) {
  const auto command = [](const std::string& file, Words words) {
    NamedShard like;
    like.file = file;
    like.shard.share = {2, 12};
    like.shard.words = std::move(words);
    return commandFor(like, 10);
  };
  EXPECT_EQ(command("out/part-02-of-12.json", {"fit", "a.csv", "--shard=2/12", "--out=x"}),
            "moeplan fit a.csv --shard=10/12 --out=out/part-10-of-12.json");
  EXPECT_EQ(command("run2/2.json", {"fit", "a b.csv", "--shard", "2/12"}),
            "moeplan fit 'a b.csv' --shard 10/12 --out run2/10.json");
  EXPECT_EQ(command("part-2-of-2.json", {"fit", "a.csv", "--shard", "2/12"}),
            "moeplan fit a.csv --shard 10/12 --out part-10-of-2.json");
  EXPECT_EQ(command("second.json", {"fit", "it's", "--shard", "2/12"}),
            "moeplan fit 'it'\\''s' --shard 10/12 --out shard-10-of-12.json");
}

}  // namespace
}  // namespace moe
