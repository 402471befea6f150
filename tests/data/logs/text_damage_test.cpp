// Logs that are cut off, mixed up or not text. Whatever happens, no number may appear that is not
// in the log.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "data/logs/text/text_readers.h"
#include "tests/data/logs/recording_sink.h"

namespace moe {
namespace {

using test::readText;
using test::RecordingSink;
using testing::ElementsAre;
using testing::IsEmpty;
using Point = std::pair<double, double>;

constexpr std::string_view kModded =
    "step:1/99 train_loss:3.2988 train_time:10ms step_avg:5.00ms\n"
    "step:2/99 train_loss:3.2541 train_time:20ms step_avg:5.00ms\n";
constexpr std::string_view kMegatron =
    "0:  iteration 100/ 900 | consumed samples: 25600 | lm loss: 8.863574E+00 | grad norm: 4.036 "
    "|\n"
    "0: validation loss at iteration 100 | lm loss value: 8.798237E+00 | lm loss PPL: 6.6E+03 | \n";

// Each log is cut at every place; what is read is a beginning of what is read from the whole.
class CutLog : public testing::TestWithParam<const char*> {};

TEST_P(CutLog, GivesNoValueThatTheWholeDoesNot) {
  const std::string_view text = GetParam();
  const LogReader* reader = nullptr;
  for (const LogReader* candidate : textReaders()) {
    if (reader == nullptr && candidate->recognises(text) > 0) reader = candidate;
  }
  ASSERT_NE(reader, nullptr);
  std::set<std::pair<std::string, double>> whole;
  for (const auto& record : readText(*reader, text).records) {
    for (const auto& [name, value] : record.values) whole.emplace(name, value);
  }
  ASSERT_GE(whole.size(), 2U);
  for (std::size_t size = 0; size < text.size(); ++size) {
    const RecordingSink cut = readText(*reader, text.substr(0, size));
    for (const auto& record : cut.records) {
      for (const auto& [name, value] : record.values) {
        EXPECT_TRUE(whole.contains({name, value})) << name << " " << value << " at " << size;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, CutLog,
    testing::Values(
        kModded.data(), kMegatron.data(),
        "s:10 trl:3.2988 lr:0.000123 norm:0.25\ns:10 tel:3.2755\n",
        "step 1/19 | loss 11.009100 (+nanz)| norm 15.3689 (-0.31z)| 1234.56 ms |\n"
        "val loss 11.0123\n",
        "iter 10: loss 10.9886, time 48122.31ms, mfu 31.25%\n",
        "[step=10/739328]\n    train/CrossEntropyLoss=10.99\n    train/P=59,278\n",
        "Step: 12, LR: 7.25e-08, Loss: 810.426513671875\n",
        "[batch=10/100]:\n\t Train loss/train/total: 11.5121\n\t Train lr: 0.25\n",
        "step: 10  loss:  7.9123  memory: 30.12GiB(38.5%)  tps: 5,432\n",
        "{'loss': 2.3456, 'learning_rate': 5.25e-05, 'epoch': 0.1}\n",
        "steps: 10 loss: 2.3456 iter time (s): 0.123 samples/sec: 12.300\n",
        "| train | {\"loss\": \"9.95\", \"ppl\": \"955.4\", \"num_updates\": \"100\"}\n",
        "epoch=1 step=10 train_loss=2.5125 lr=3.25e-04 tok/s: 1,234\n"));

TEST(CutLog, GivesTheWholeValuesOfItsLastLineAndListsTheRest) {
  const RecordingSink log = readText(moddedNanogptReader(),
                                     "step:6200/6200 val_loss:3.2785 train_time:1339067ms step_av");
  EXPECT_THAT(log.series("val_loss"), IsEmpty());  // "step_av" is no pair: the line is not whole
  EXPECT_EQ(log.skips.size(), 1U);
  const RecordingSink late =
      readText(moddedNanogptReader(), "step:6200/6200 val_loss:3.2785 train_time:13390");
  EXPECT_THAT(late.series("val_loss"), ElementsAre(Point(6200, 3.2785)));
  EXPECT_THAT(late.series("train_time"), IsEmpty());
  EXPECT_THAT(late.skips, ElementsAre("1: the log ends inside the value of \"train_time\""));
}

TEST(InterleavedLog, GivesNoValuesOfALineThatTwoMessagesShare) {
  const RecordingSink log =
      readText(moddedNanogptReader(),
               "step:1/99 train_loss:3.29step:2/99 train_loss:3.25 train_time:20ms\n"
               "step:3/99 train_loss:3.1 train_time:10ms train_loss:3.2\n"
               "step:4/99 train_loss:3 [rank3] warning\n"
               "step:5/99 train_loss:3.[W socket.cpp:426] train_time:10ms\n"
               "step:6/9x train_loss:3.5\n"
               "step:7/99 train_loss:3.1250\n");
  EXPECT_THAT(log.series("train_loss"), ElementsAre(Point(7, 3.125)));
  EXPECT_EQ(log.skips.size(), 5U);
}

TEST(InterleavedLog, OfMegatronGivesNoValuesOfSharedLines) {
  const RecordingSink log =
      readText(megatronReader(),
               " iteration 1/ 9 | consumed samples: 5 | iteration 1/ 9 | consumed samples: 5 | lm "
               "loss: 2.0 |\n"
               " iteration 2/ 9 | lm loss: 2.1 iteration 2/ 9 | lm loss: 2.1E+00 |\n"
               " iteration 3/ 9 | lm loss: 2.25[W socket]: warning | grad norm: 4.0 |\n"
               " iteration 4/ 9 | lm loss: 2.5E+0\n"
               " iteration 5/ 9 | lm loss: 2.5E+00 |Traceback\n");
  EXPECT_THAT(log.series("lm loss"), ElementsAre(Point(5, 2.5)));
  EXPECT_THAT(log.series("grad norm"), ElementsAre(Point(3, 4)));
  EXPECT_EQ(log.skips.size(), 5U);
}

TEST(DamagedLog, SkipsLinesWithZeroBytesAndReadsOn) {
  const std::string text =
      std::string(kModded) + std::string(5000, '\0') + "\n" + "step:3/99 train_loss:3.2000\n";
  const RecordingSink log = readText(moddedNanogptReader(), text);
  EXPECT_EQ(log.series("train_loss").size(), 3U);
  EXPECT_THAT(log.skips, ElementsAre("3: the line holds zero bytes"));
}

TEST(DamagedLog, RefusesNamesThatAreNotUtf8) {
  const RecordingSink log = readText(moddedNanogptReader(),
                                     "step:1/9 train_l\xffss:3.0 lr:1.0\n"
                                     "step:2/9 train_loss:2.0\n");
  EXPECT_THAT(log.skips, ElementsAre("1: a name that is not UTF-8"));
  EXPECT_EQ(log.records.size(), 1U);
}

TEST(DamagedLog, IsReadWithWindowsLineEndsAndByteOrderMark) {
  std::string text = "\xef\xbb\xbf";
  for (const char c : kModded) text += c == '\n' ? std::string("\r\n") : std::string(1, c);
  const RecordingSink log = readText(moddedNanogptReader(), text);
  EXPECT_THAT(log.series("step_avg"), ElementsAre(Point(1, 5), Point(2, 5)));
  EXPECT_THAT(log.skips, IsEmpty());
}

TEST(DamagedLog, OfNothingUsefulIsAnError) {
  EXPECT_EQ(readText(megatronReader(), "hello\n", "run.log").error,
            "run.log: nothing in it can be read as a log of the kind megatron");
  EXPECT_EQ(readText(anyTextReader(), "", "run.log").error,
            "run.log: nothing in it can be read as a log of the kind text");
}

TEST(DamagedLog, StopsWhenAsked) {
  std::stop_source stop;
  stop.request_stop();
  RecordingSink sink;
  ByteSource source = ByteSource::ofMemory(kModded, "run.log");
  const auto done = moddedNanogptReader().read(source, sink, stop.get_token());
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::kCancelled);
}

// Bytes replaced, removed and doubled at random, and lines joined: no crash under the sanitizers,
// for every reader on every kind of log.
TEST(DamagedLog, NeverEndsAReader) {
  std::string all(kModded);
  all += kMegatron;
  all +=
      "------ arguments ------\n  lr .... 1\n{'loss': 1.5, 'epoch': [tensor(2)]}\n"
      "[step=1/2]\n    a/b=1\n[batch=1/2]:\n\t Train a: 1\nstep: 1  loss: 2\n"
      "| valid_x | {\"loss\": \"1\", \"num_updates\": \"1\"}\nTOTAL_PARAMS=1 (\n| Parameter | "
      "Value |\n"
      "| a | b |\nstep 1/2 | 1 ms| (|)|:|\niter 1: loss 1,,\nStep: 1, LR: 1, Loss: 2\n1 val 2\n";
  std::mt19937 random(11);
  for (int round = 0; round < 300; ++round) {
    std::string text = all;
    for (int change = 0; change < 40; ++change) {
      const std::size_t at = random() % text.size();
      if (change % 3 == 0) text[at] = static_cast<char>(random() % 256);
      if (change % 3 == 1) text.erase(at, random() % 4);
      if (change % 3 == 2) text.insert(at, text.substr(random() % text.size(), random() % 20));
    }
    for (const LogReader* reader : textReaders()) {
      reader->recognises(text);
      readText(*reader, text);
    }
  }
}

}  // namespace
}  // namespace moe
