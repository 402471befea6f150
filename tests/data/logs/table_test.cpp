#include "data/logs/table_readers.h"

#include <gmock/gmock.h>

#include <cmath>

#include "tests/data/logs/recording_sink.h"

namespace moe {
namespace {

using test::readSample;
using test::readText;
using test::RecordingSink;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

// 37 rows; the loss at the end and the tokens are those of PROVENANCE: 3.6009731, 3.8126223e9.
TEST(TableReaders, ReadTheHistoryOfOlmo) {
  const RecordingSink log = readSample(wandbCsvReader(), "tables/olmo-190M-1xC.csv");
  EXPECT_EQ(log.error, "");
  EXPECT_THAT(log.skips, IsEmpty());
  EXPECT_EQ(log.records.size(), 37u);
  EXPECT_EQ(log.records[0].values.size(), 96u);
  EXPECT_THAT(log.series("eval/c4_en-validation/CrossEntropyLoss").front(),
              Pair(200, 6.029934883117676));
  EXPECT_THAT(log.series("eval/c4_en-validation/CrossEntropyLoss").back(),
              Pair(7272, 3.600973129272461));
  EXPECT_THAT(log.series("throughput/total_tokens").back(), Pair(7272, 3812622336.0));
  EXPECT_EQ(log.records.back().value("batch_size_in_tokens"), 524288);
}

// 171 points; the mean of the last three losses is 3.3046333 (PROVENANCE's table of runs).
TEST(TableReaders, ReadACurveOfMultiPowerLaw) {
  const RecordingSink log = readSample(csvReader(), "tables/multipowerlaw_25M_cosine_24000.csv");
  EXPECT_EQ(log.error, "");
  const auto loss = log.series("loss");
  ASSERT_EQ(loss.size(), 171u);
  EXPECT_THAT(loss.back(), Pair(23920, 3.3044));
  EXPECT_NEAR((loss[168].second + loss[169].second + loss[170].second) / 3, 3.3046333, 5e-8);
}

TEST(TableReaders, ReadEveryDelimiterAndDecimalComma) {
  const char* texts[] = {
      "step,loss\n1,2.5\n2,2.25\n",
      "\xEF\xBB\xBFstep,loss\r\n1,2.5\r\n2,2.25\r\n",
      "step\tloss\n1\t2.5\n2\t2.25\n",
      "step;loss\n1;2.5\n2;2.25\n",
      "step;loss\n1;2,5\n2;2,25\n",
      "step\tloss\n1\t2,5\n2\t2,25\n",
      "# a comment\n\n\"step\",\"loss\"\n\"1\",\"2.5\"\n2,2.25\n",
  };
  for (const char* text : texts) {
    const RecordingSink log = readText(csvReader(), text);
    EXPECT_EQ(log.error, "") << text;
    EXPECT_THAT(log.series("loss"), ElementsAre(Pair(1, 2.5), Pair(2, 2.25))) << text;
    EXPECT_THAT(log.skips, IsEmpty()) << text;
    EXPECT_GT(csvReader().recognises(text), 0.5) << text;
  }
}

// A comma that may stand for thousands is never read as a decimal sign, nor a point.
TEST(TableReaders, NeverGuessAtSignsThatMayMeanThousands) {
  const RecordingSink tabs = readText(csvReader(), "step\tloss\ttokens\n1\t2.5\t3\n2\t2\t1,234\n");
  EXPECT_EQ(tabs.series("tokens").size(), 1u);
  EXPECT_THAT(tabs.skips, ElementsAre("3: tokens is \"1,234\", which may mean two numbers"));

  const RecordingSink points = readText(csvReader(), "step;loss;tokens\n1;2,5;3\n2;2,25;1.234\n");
  EXPECT_THAT(points.series("loss"), ElementsAre(Pair(1, 2.5), Pair(2, 2.25)));
  EXPECT_THAT(points.skips, ElementsAre("3: tokens is \"1.234\", which may mean two numbers"));

  const RecordingSink both = readText(csvReader(), "step;loss;val\n1;2,5;3.5\n2;2,25;3.25\n");
  EXPECT_THAT(both.series("val"), ElementsAre(Pair(1, 3.5), Pair(2, 3.25)));
  EXPECT_THAT(both.series("loss"), IsEmpty());
  EXPECT_EQ(both.skips.size(), 2u);
}

TEST(TableReaders, ReadMissingCellsAndNumbersThatAreNone) {
  const RecordingSink log = readText(
      csvReader(), "step,loss,val\n1,2.5,\n2,nan,N/A\n3,-inf,2.75\n4,NaN,null\n5,Infinity,None\n");
  EXPECT_THAT(log.skips, IsEmpty());
  EXPECT_THAT(log.series("val"), ElementsAre(Pair(3, 2.75)));
  const auto loss = log.series("loss");
  ASSERT_EQ(loss.size(), 5u);
  EXPECT_TRUE(std::isnan(loss[1].second));
  EXPECT_EQ(loss[2].second, -INFINITY);
  EXPECT_EQ(loss[4].second, INFINITY);
}

// As W&B exports a chart of two runs, one of whose names holds the separator.
TEST(TableReaders, ReadTheColumnsOfAChartOfWandb) {
  const char* text =
      "\"Step\",\"a - lr - loss\",\"a - lr - loss__MIN\",\"a - lr - loss__MAX\",\"b - loss\","
      "\"b - loss__MIN\",\"b - loss__MAX\"\n"
      "\"10\",\"2.5\",\"2.5\",\"2.5\",\"\",\"\",\"\"\n"
      "\"20\",\"2.25\",\"2.25\",\"2.25\",\"3.5\",\"3.5\",\"3.5\"\n";
  EXPECT_GT(wandbCsvReader().recognises(text), csvReader().recognises(text));
  const RecordingSink log = readText(wandbCsvReader(), text);
  EXPECT_THAT(log.series("loss", "a - lr"), ElementsAre(Pair(10, 2.5), Pair(20, 2.25)));
  EXPECT_THAT(log.series("loss", "b"), ElementsAre(Pair(20, 3.5)));
  EXPECT_EQ(log.records.size(), 3u);
}

TEST(TableReaders, TellRunsOfOneNameApartInAChart) {
  const RecordingSink log =
      readText(wandbCsvReader(),
               "Relative Time (Process),a - loss,a - _step,a - loss,a - _step\n60,2,5,3,6\n");
  EXPECT_THAT(log.series("loss", "a"), ElementsAre(Pair(5, 2)));
  EXPECT_THAT(log.series("loss", "a#2"), ElementsAre(Pair(6, 3)));
  EXPECT_EQ(log.records[0].value("Relative Time (Process)"), 60);
}

TEST(TableReaders, ReadTheTableOfRunsOfWandb) {
  const char* text =
      "\"Name\",\"State\",\"Runtime\",\"n_layer\",\"optimizer\",\"val_loss\"\n"
      "\"a\",\"finished\",\"100\",\"12\",\"adam\",\"2.5\"\n"
      "\"b, c\",\"crashed\",\"50\",\"24\",\"adam\",\"2.25\"\n";
  EXPECT_GT(wandbCsvReader().recognises(text), csvReader().recognises(text));
  const RecordingSink log = readText(wandbCsvReader(), text);
  EXPECT_THAT(log.runs, ElementsAre("a", "b, c"));
  EXPECT_EQ(log.settings.at("State"), "crashed");
  EXPECT_EQ(log.settings.at("optimizer"), "adam");
  EXPECT_THAT(log.series("val_loss", "b, c"), ElementsAre(Pair(-1, 2.25)));
}

TEST(TableReaders, CallTheValueOfATensorboardExportAsItsFile) {
  const RecordingSink log =
      readText(csvReader(), "Wall time,Step,Value\n1.7e9,5,2.5\n", "dir/run-a-tag-train_loss.csv");
  EXPECT_THAT(log.series("train_loss"), ElementsAre(Pair(5, 2.5)));
  EXPECT_EQ(log.records[0].wall_time_s, 1.7e9);
}

TEST(TableReaders, ListBrokenRowsAndReadTheOthers) {
  const RecordingSink log = readText(csvReader(),
                                     "step,loss,loss\n1,2.5,9\n2,2.4\n3,abc,9\n4,\"2.3\"x,9\n"
                                     "5,2.2,9\n6,\"2.1,9\n7,2.0,9\n");
  EXPECT_THAT(log.series("loss"), ElementsAre(Pair(1, 2.5), Pair(5, 2.2), Pair(7, 2.0)));
  EXPECT_THAT(
      log.skips,
      ElementsAre("1: a second column loss is not read", "3: 2 fields where the header has 3",
                  "4: loss is \"abc\", which is no number", "5: \"x\" follows a closing quote",
                  "7: a quoted field that starts here is never closed"));
}

// 2.25 cut to 2.2 would be a wrong number; a last line that is whole but has no end is used.
TEST(TableReaders, ReadAFileThatIsBeingWrittenToItsLastWholeRow) {
  const std::string whole = "step,loss\n1,2.50\n2,2.25";
  for (std::size_t size = whole.rfind('\n') + 2; size < whole.size(); ++size) {
    const RecordingSink log = readText(csvReader(), whole.substr(0, size));
    EXPECT_THAT(log.series("loss"), ElementsAre(Pair(1, 2.5))) << size;
    EXPECT_EQ(log.skips.size(), 1u) << size;
  }
  EXPECT_THAT(readText(csvReader(), whole).series("loss"),
              ElementsAre(Pair(1, 2.5), Pair(2, 2.25)));

  const RecordingSink varied = readText(csvReader(), "loss,step\n2.5,100\n2.25,20");
  EXPECT_THAT(varied.series("loss"), ElementsAre(Pair(100, 2.5), Pair(-1, 2.25)));
  EXPECT_THAT(varied.skips,
              ElementsAre("3: the last line has no end; its last field may be cut off "
                          "and is not used"));
}

TEST(TableReaders, SayWhenThereIsNoHeader) {
  EXPECT_THAT(readText(csvReader(), "1,2.5\n2,2.25\n", "a.csv").error,
              HasSubstr("a.csv:1: no header of a table"));
  for (const LogReader* reader : {&csvReader(), &wandbCsvReader()}) {
    EXPECT_EQ(reader->recognises("1,2.5\n2,2.25\n"), 0);
    EXPECT_EQ(reader->recognises("step 1, loss 2.5\nstep 2, loss 2.25\n"), 0);
    EXPECT_EQ(reader->recognises(std::string(5000, 'x')), 0);
    EXPECT_EQ(reader->recognises(""), 0);
  }
}

// A row of 17 MiB between good ones: above the longest row.
TEST(TableReaders, ListARowThatIsTooLong) {
  const std::string text = "step,loss\n1,2.5\n" + std::string(17 << 20, 'x') + ",1\n3,2\n";
  const RecordingSink log = readText(csvReader(), text);
  EXPECT_THAT(log.series("loss"), ElementsAre(Pair(1, 2.5), Pair(3, 2)));
  EXPECT_THAT(log.skips, ElementsAre("3: a row of more than 16 MiB"));
}

}  // namespace
}  // namespace moe
