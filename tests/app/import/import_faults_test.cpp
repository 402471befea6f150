#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stop_token>
#include <string>
#include <vector>

#include "app/workflows/import/import_workflow.h"
#include "tests/app/import/made_log.h"
#include "tests/data/logs/packed.h"
#include "tests/support/run_command.h"
#include "tests/support/temporary_folder.h"

namespace moe {
namespace {

using test::MadeHistory;
using test::runCommand;
using testing::HasSubstr;

struct WrongOption {
  std::vector<std::string> args;
  std::string message;
};

TEST(ImportFaults, OfUsageNameTheOptionAndWhatItMayBe) {
  const test::TemporaryFolder folder;
  const std::string log = folder.write("run.csv", MadeHistory{}.text()).string();
  const std::vector<WrongOption> wrong{
      {{}, "--out: is missing: the table to write"},
      {{"--out", "x.csv", "--format", "tensorbored"}, "'tensorbored' is no reader"},
      {{"--out", "x.csv", "--loss", "mean:0"}, "--loss: 'mean:0': a whole number from 1"},
      {{"--out", "x.csv", "--loss", "median"}, "'median' is none of last, mean:K"},
      {{"--out", "x.csv", "--exclude", "spike"}, "--exclude: 'spike' is no flag; there are spikes"},
      {{"--out", "x.csv", "--set", "n"}, "--set: 'n' is not NAME=VALUE"},
      {{"--out", "x.csv", "--set", "layer=3"}, "did you mean layers"},
      {{"--out", "x.csv", "--map", "loss"}, "--map: 'loss' is not ROLE=NAME"},
      {{"--out", "x.csv", "--pieces", "some"}, "--pieces: 'some' is none of auto"},
      {{"--out", "x.csv", "--bytes-per-token", "-1"}, "--bytes-per-token: -1 is not a number"}};
  for (const WrongOption& option : wrong) {
    std::vector<std::string> args{"import", log};
    args.insert(args.end(), option.args.begin(), option.args.end());
    const auto ended = runCommand(args);
    EXPECT_EQ(ended.code, 2) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr(option.message));
    EXPECT_EQ(ended.out, "");
  }
}

TEST(ImportFaults, OfFilesAreInputErrors) {
  const test::TemporaryFolder folder;
  const std::string table = (folder.path() / "x.csv").string();
  const std::string notes = folder.write("notes/README.md", "nothing of a log").string();
  const std::string empty = folder.write("empty.log", "").string();
  const std::vector<std::pair<std::string, std::string>> wrong{
      {(folder.path() / "none").string(), "there is no such file or folder"},
      {notes,
       "nothing in it can be read as a log of the kind text (--format NAME "
       "reads it as another kind: "
       "tensorboard"},
      {(folder.path() / "notes").string(), "of 1 file none is a log that is known"},
      {empty, "is empty"}};
  for (const auto& [log, message] : wrong) {
    const auto ended = runCommand({"import", log, "--out", table});
    EXPECT_EQ(ended.code, 3) << log;
    EXPECT_THAT(ended.err, HasSubstr(message));
  }
}

TEST(ImportFaults, OfATableThatCannotBeWritten) {
  const test::TemporaryFolder folder;
  const std::string log = folder.write("run.csv", MadeHistory{}.text()).string();
  const auto ended = runCommand({"import", log, "--out", (folder.path() / "none/x.csv").string(),
                                 "--set", "n=1e6", "--set", "tokens_per_step=1e5"});
  EXPECT_EQ(ended.code, 3);
  EXPECT_THAT(ended.err, HasSubstr("cannot write"));
}

// A file that the user did not name may be anything; it is listed, and the logs are read.
TEST(ImportFaults, InAFolderAreListed) {
  const test::TemporaryFolder folder;
  folder.write("run.csv", MadeHistory{}.text());
  folder.write("model.bin", std::string("\x80\x02\xff\x00garbage\xfe", 12));
  ImportRequest request;
  request.logs = {folder.path().string()};
  request.preview = true;
  const auto outcome = runImport(request, {}, {});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->runs.size(), 1u);
  ASSERT_EQ(outcome->files.size(), 2u);
  EXPECT_THAT(outcome->files[0].problem, HasSubstr("is no log that is known"));
}

TEST(ImportFaults, OfDamagedRowsAreWarnedAbout) {
  const test::TemporaryFolder folder;
  folder.write("run.csv", "step,val_loss\n1,4\n2\n3,3\n");
  ImportRequest request;
  request.logs = {folder.path().string()};
  request.preview = true;
  const auto outcome = runImport(request, {}, {});
  ASSERT_TRUE(outcome);
  ASSERT_FALSE(outcome->warnings.empty());
  EXPECT_EQ(outcome->warnings.front().code, "skipped_places");
  EXPECT_EQ(outcome->files.front().skips, 1u);
}

TEST(ImportFaults, OfOrderAreRefused) {
  const test::TemporaryFolder folder;
  std::string csv = "step,val_loss\n";
  for (int step = 1000; step > 0; --step) csv += fmt::format("{},3\n", step);
  folder.write("newest_first.csv", csv);
  ImportRequest request;
  request.logs = {folder.path().string()};
  request.preview = true;
  request.set = {"n=1e6", "tokens_per_step=1e5"};
  const auto outcome = runImport(request, {}, {});
  ASSERT_TRUE(outcome);
  ASSERT_EQ(outcome->runs.front().lacks.size(), 1u);
  EXPECT_THAT(outcome->runs.front().lacks.front().message, HasSubstr("sort the log by step"));
}

TEST(ImportFaults, InterruptionIsNoFailureAndWritesNothing) {
  const test::TemporaryFolder folder;
  folder.write("run.csv", MadeHistory{}.text());
  ImportRequest request;
  request.logs = {folder.path().string()};
  request.out = (folder.path() / "runs.csv").string();
  std::stop_source stop;
  stop.request_stop();
  const auto outcome = runImport(request, stop.get_token(), {});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, ErrorKind::kCancelled);
  EXPECT_FALSE(std::filesystem::exists(request.out));
}

// A second import of a folder that holds the table of the first finds the same runs.
TEST(ImportFaults, OwnTablesAreNoLogs) {
  const test::TemporaryFolder folder;
  folder.write("run.csv", MadeHistory{}.text());
  const std::string table = (folder.path() / "runs.csv").string();
  const std::vector<std::string> args{
      "import", folder.path().string(), "--out", table, "--set", "n=1e6",
      "--set",  "tokens_per_step=1e5"};
  ASSERT_EQ(runCommand(args).code, 0);
  const std::string first = test::fileText(table);
  ASSERT_EQ(runCommand(args).code, 0);
  EXPECT_EQ(test::fileText(table), first);
}

TEST(ImportFaults, NoLogIsWrittenOver) {
  const test::TemporaryFolder folder;
  const std::string log = folder.write("run.csv", MadeHistory{}.text()).string();
  const auto ended = runCommand({"import", log, "--out", log});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("is one of the logs"));
  EXPECT_EQ(test::fileText(log), MadeHistory{}.text());
}

TEST(ImportFaults, NoLogOfAFolderIsWrittenOver) {
  const test::TemporaryFolder folder;
  const std::string log = folder.write("logs/run.csv", MadeHistory{}.text()).string();
  const auto ended = runCommand({"import", (folder.path() / "logs").string(), "--out", log});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("is one of the logs"));
  EXPECT_EQ(test::fileText(log), MadeHistory{}.text());
}

// One bit of the packed text flipped: what comes out may be another number, so nothing is taken.
TEST(ImportFaults, OfADamagedPackedLogRefuseItWhole) {
  const test::TemporaryFolder folder;
  std::string packed = test::gzipOf(test::MadeMegatronLog{}.text());
  packed[packed.size() / 2] ^= 4;
  const std::string log = folder.write("train.log.gz", packed).string();
  const std::string out = (folder.path() / "out.csv").string();
  const auto refused = runCommand({"import", log, "--out", out});
  EXPECT_EQ(refused.code, 3);
  EXPECT_THAT(refused.err, HasSubstr("the gzip data is damaged"));
  const std::string other = folder.write("whole.log", test::MadeMegatronLog{}.text()).string();
  const auto listed =
      runCommand({"import", log, other, "--pieces", "file", "--skip-bad", "--out", out});
  EXPECT_EQ(listed.code, 0) << listed.err;
  EXPECT_THAT(listed.out, HasSubstr("the gzip data is damaged"));
  EXPECT_THAT(listed.out, HasSubstr("Runs: 1;"));
}

TEST(ImportFaults, AMappedNameThatIsNotThereIsWarnedAbout) {
  const test::TemporaryFolder folder;
  folder.write("run.csv", MadeHistory{}.text());
  ImportRequest request;
  request.logs = {folder.path().string()};
  request.preview = true;
  request.map = "n=sise";
  const auto outcome = runImport(request, {}, {});
  ASSERT_TRUE(outcome);
  ASSERT_FALSE(outcome->warnings.empty());
  EXPECT_THAT(outcome->warnings.front().message, HasSubstr("--map n=sise: the log has no setting"));
}

}  // namespace
}  // namespace moe
