#include "data/logs/mlflow_reader.h"

#include <gmock/gmock.h>

#include "tests/data/logs/recording_sink.h"
#include "tests/support/temporary_folder.h"

namespace moe {
namespace {

using test::readText;
using test::RecordingSink;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

TEST(MlflowReader, ReadsTimeValueAndStep) {
  const RecordingSink log = readText(mlflowReader(),
                                     "1700000000000 2.5 100\n1700000001500 nan 200\r\n"
                                     "1700000002000 2.25\n",
                                     "mlruns/0/abc/metrics/val/loss");
  ASSERT_EQ(log.records.size(), 3u);
  EXPECT_EQ(log.records[0].value("val/loss"), 2.5);
  EXPECT_EQ(log.records[0].step, 100);
  EXPECT_EQ(log.records[1].wall_time_s, 1700000001.5);
  EXPECT_TRUE(std::isnan(log.records[1].value("val/loss").value()));
  EXPECT_FALSE(log.records[2].step);
}

TEST(MlflowReader, ListsLinesThatAreNone) {
  const RecordingSink log = readText(
      mlflowReader(), "1700000000000 2.5 100\nabc\n" + std::string(5000, '1') + "\n1700000001000 2",
      "loss");
  EXPECT_THAT(log.series("loss"), ElementsAre(Pair(100, 2.5)));
  EXPECT_THAT(log.skips, ElementsAre("2: \"abc\" is not time, value and step",
                                     "3: a line of more than 4096 characters",
                                     "4: the last line has no end and may be cut off"));
}

TEST(MlflowReader, KnowsItsFilesByContent) {
  EXPECT_GT(mlflowReader().recognises("1700000000000 2.5 100\n1700000001000 2.4 200\n17000"), 0.9);
  EXPECT_EQ(mlflowReader().recognises("1 2.5 100\n2 2.4 200\n"), 0);
  EXPECT_EQ(mlflowReader().recognises("step 1 loss 2\n"), 0);
  EXPECT_EQ(mlflowReader().recognises(""), 0);
}

TEST(MlflowReader, FindsTheFolderOfARunAndItsSettings) {
  const test::TemporaryFolder folder;
  const auto metric = folder.write("0/abc/metrics/train/loss", "1700000000000 2.5 100\n");
  folder.write("0/abc/params/lr", "0.001");
  folder.write("0/abc/params/model/layers", "12\n");
  folder.write("0/abc/tags/mlflow.runName", "first");
  folder.write("0/abc/meta.yaml", "name: x\nrun_id: abc\nrun_name: 'a run'\nstatus: 3\n");
  EXPECT_EQ(mlflowRunFolder(metric), folder.path() / "0/abc");
  EXPECT_FALSE(mlflowRunFolder(folder.path() / "0/x"));
  RecordingSink sink;
  handMlflowSettingsOn(folder.path() / "0/abc", sink);
  EXPECT_THAT(sink.settings, ElementsAre(Pair("lr", "0.001"), Pair("mlflow.runName", "first"),
                                         Pair("model/layers", "12"), Pair("run_id", "abc"),
                                         Pair("run_name", "a run"), Pair("status", "3")));
  EXPECT_THAT(sink.skips, testing::IsEmpty());
}

}  // namespace
}  // namespace moe
