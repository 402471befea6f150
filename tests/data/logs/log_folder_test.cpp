#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "data/logs/byte_source.h"
#include "data/logs/log_folder.h"
#include "data/logs/log_readers.h"
#include "tests/data/logs/recording_sink.h"
#include "tests/support/temporary_folder.h"

namespace moe {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<LogFile> found(const test::TemporaryFolder& folder) {
  const std::vector<std::string> paths{folder.path().string()};
  const auto files = findLogFiles(paths);
  EXPECT_TRUE(files.has_value());
  return files.value_or(std::vector<LogFile>{});
}

std::vector<std::string> namesOf(const std::vector<LogFile>& files) {
  std::vector<std::string> names;
  for (const LogFile& file : files) names.push_back(file.name);
  return names;
}

std::vector<std::string> groupNames(const std::vector<LogFile>& files, PieceRule rule,
                                    std::string_view format = "csv") {
  const std::vector<std::string_view> formats(files.size(), format);
  std::vector<std::string> names;
  for (const LogGroup& group : groupLogFiles(files, formats, rule))
    names.push_back(group.name + ":" + std::to_string(group.files.size()));
  return names;
}

TEST(NaturalOrder, ComparesRunsOfDigitsAsNumbers) {
  EXPECT_TRUE(naturallyBefore("run-2", "run-10"));
  EXPECT_FALSE(naturallyBefore("run-10", "run-2"));
  EXPECT_TRUE(naturallyBefore("a", "b"));
  EXPECT_TRUE(naturallyBefore("train", "train.restart1"));
  EXPECT_FALSE(naturallyBefore("same", "same"));
  EXPECT_TRUE(naturallyBefore("v01", "v1") != naturallyBefore("v1", "v01"));
}

TEST(RestartSuffix, IsAWordThatMeansIt) {
  EXPECT_EQ(withoutRestartSuffix("train.restart2"), "train");
  EXPECT_EQ(withoutRestartSuffix("run_part-03"), "run");
  EXPECT_EQ(withoutRestartSuffix("job-resume"), "job");
}

// Numbers are what a sweep varies.
TEST(RestartSuffix, IsNoNumberAlone) {
  for (const char* name : {"cosine_24000", "slurm-1793404", "190M-2xC", "departed", "restart"})
    EXPECT_EQ(withoutRestartSuffix(name), name);
}

TEST(LogFolder, ListsFilesBelowInNaturalOrderAndNoHiddenOnes) {
  const test::TemporaryFolder folder;
  folder.write("b/run-10.csv", "x");
  folder.write("b/run-2.csv", "x");
  folder.write("a.log", "x");
  folder.write(".hidden", "x");
  folder.write(".git/config", "x");
  EXPECT_THAT(namesOf(found(folder)), ElementsAre("a.log", "b/run-2.csv", "b/run-10.csv"));
}

TEST(LogFolder, RefusesWhatIsNotThereAndAnEmptyFolder) {
  const test::TemporaryFolder folder;
  const std::vector<std::string> missing{(folder.path() / "none").string()};
  ASSERT_FALSE(findLogFiles(missing));
  EXPECT_THAT(describe(findLogFiles(missing).error()),
              HasSubstr("there is no such file or folder"));
  const std::vector<std::string> empty{folder.path().string()};
  ASSERT_FALSE(findLogFiles(empty));
  EXPECT_THAT(describe(findLogFiles(empty).error()), HasSubstr("there is no file in it"));
}

TEST(LogGroups, JoinRestartsAndLeaveASweepApart) {
  const test::TemporaryFolder folder;
  for (const char* name :
       {"big.log", "big.restart1.log", "big.restart2.log.gz", "lr_1.log", "lr_2.log"})
    folder.write(name, "x");
  EXPECT_THAT(groupNames(found(folder), PieceRule::kAuto),
              ElementsAre("big:3", "lr_1:1", "lr_2:1"));
  EXPECT_EQ(groupNames(found(folder), PieceRule::kFile).size(), 5u);
  EXPECT_EQ(groupNames(found(folder), PieceRule::kFolder).size(), 1u);
  EXPECT_EQ(groupNames(found(folder), PieceRule::kAll).size(), 1u);
}

TEST(LogGroups, JoinEventFilesOfOneFolderUnderItsName) {
  const test::TemporaryFolder folder;
  folder.write("one/events.out.tfevents.1", "x");
  folder.write("one/events.out.tfevents.2", "x");
  folder.write("two/events.out.tfevents.1", "x");
  EXPECT_THAT(groupNames(found(folder), PieceRule::kAuto, "tensorboard"),
              ElementsAre("one:2", "two:1"));
}

TEST(LogGroups, AreCalledAfterTheFolderWhereTheFileSaysNothing) {
  const test::TemporaryFolder folder;
  folder.write("small/trainer_state.json", "x");
  folder.write("large/trainer_state.json", "x");
  EXPECT_THAT(groupNames(found(folder), PieceRule::kAuto, "hf-trainer"),
              ElementsAre("large:1", "small:1"));
}

TEST(LogReaders, AreChosenByContentOrByName) {
  test::RecordingSink sink;
  ByteSource csv = ByteSource::ofMemory("step,loss\n1,3.5\n2,3.25\n", "history");
  const auto chosen = readLog(csv, "", sink, {});
  ASSERT_TRUE(chosen) << chosen.error().message;
  EXPECT_EQ((*chosen)->name, "csv");
  EXPECT_EQ(logReaderNamed("megatron").value()->name, "megatron");
}

TEST(LogReaders, SayWhatWasTried) {
  ByteSource noise =
      ByteSource::ofMemory(std::string_view("\x80\x02\xff\x00garbage", 11), "model.bin");
  const auto chosen = chooseLogReader(noise);
  ASSERT_FALSE(chosen);
  EXPECT_THAT(describe(chosen.error()),
              HasSubstr("model.bin: is no log that is known; asked were"));
  for (const char* reader : {"tensorboard", "megatron", "csv", "mlflow", "llmc"})
    EXPECT_THAT(chosen.error().message, HasSubstr(reader));
  ByteSource nothing = ByteSource::ofMemory("", "empty.log");
  EXPECT_EQ(describe(chooseLogReader(nothing).error()), "empty.log: is empty");
  const auto unknown = logReaderNamed("tensorbored");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().kind, ErrorKind::kUsage);
}

// A name that two readers share would make --format mean either.
TEST(LogReaders, HaveNamesOfTheirOwn) {
  std::vector<std::string> names;
  for (const LogReader& reader : logReaders()) names.emplace_back(reader.name);
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
  EXPECT_GE(names.size(), 15u);
}

}  // namespace
}  // namespace moe
