#include "data/logs/tensorboard_reader.h"

#include <gmock/gmock.h>

#include <cmath>

#include "data/logs/crc32c.h"
#include "data/logs/tensor_value.h"
#include "tests/data/logs/event_file.h"
#include "tests/data/logs/recording_sink.h"

namespace moe {
namespace {

using test::bytesField;
using test::eventWith;
using test::fileVersion;
using test::floatField;
using test::readText;
using test::RecordingSink;
using test::scalarEvent;
using test::tensorEvent;
using test::tfRecord;
using test::varintField;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

// Check values of RFC 3720, appendix B.4, and of the catalogue of CRC algorithms ("123456789").
TEST(Crc32c, GivesThePublishedCheckValues) {
  std::string ascending;
  for (char c = 0; c < 32; ++c) ascending += c;
  const struct {
    std::string bytes;
    std::uint32_t check_sum;
  } cases[] = {{"123456789", 0xE3069283u},
               {std::string(32, '\0'), 0x8A9136AAu},
               {std::string(32, '\xff'), 0x62A8AB43u},
               {ascending, 0x46DD794Eu},
               {"", 0u}};
  for (const auto& item : cases) {
    EXPECT_EQ(crc32c(item.bytes), item.check_sum);
    EXPECT_EQ(crc32cByTables(item.bytes), item.check_sum);
  }
}

// 105 records; the values by unpacking the file with Python's struct: the first batch_loss is
// 0x407a780d, the last epoch_val_loss 0x37f5ff14 at step 16, its time 1585769982.149663.
TEST(TensorboardReader, ReadsTheSampleOfKeras) {
  const RecordingSink log =
      test::readSample(tensorboardReader(), "tensorboard/events.out.tfevents.1585769947.cvp");
  EXPECT_EQ(log.error, "");
  EXPECT_THAT(log.skips, testing::IsEmpty());
  EXPECT_EQ(log.records.size(), 102u);
  for (const char* name :
       {"batch_loss", "batch_acc", "epoch_acc", "epoch_loss", "epoch_val_acc", "epoch_val_loss"}) {
    EXPECT_EQ(log.series(name).size(), 17u) << name;
  }
  EXPECT_THAT(log.series("batch_loss").front(), Pair(0, 3.9135773181915283));
  EXPECT_THAT(log.series("epoch_val_loss").back(), Pair(16, double(0x1.ebfe28p-16)));
  EXPECT_EQ(log.records.front().place, 4u);
}

TEST(TensorboardReader, TakesManyValuesOfOneEventAsOneRecord) {
  const std::string values = bytesField(1, bytesField(1, "loss") + floatField(2, 2.5f)) +
                             bytesField(1, bytesField(1, "lr") + floatField(2, 0.25f));
  const std::string event = test::doubleField(1, 1.5e9) + varintField(2, 7) + bytesField(5, values);
  const RecordingSink log = readText(tensorboardReader(), fileVersion() + tfRecord(event));
  ASSERT_EQ(log.records.size(), 1u);
  EXPECT_EQ(log.records[0].step, 7);
  EXPECT_EQ(log.records[0].wall_time_s, 1.5e9);
  EXPECT_THAT(log.records[0].values, ElementsAre(Pair("loss", 2.5), Pair("lr", 0.25)));
}

/// A TensorProto of this type whose elements stand in `field`.
std::string tensor(std::uint64_t type, std::string_view field) {
  return varintField(1, type) + std::string(field);
}

// 2.5 is 0x4100 in half, 0x4020 in bfloat16, 0x40200000 in float and 0x4004000000000000 in double
// precision; the numbers of types are those of tensorflow/core/framework/types.proto.
TEST(TensorScalar, ReadsEveryTypeOfNumber) {
  const std::string half_bits("\x00\x41", 2);
  const std::string bfloat_bits("\x20\x40", 2);
  const struct {
    const char* name;
    std::string proto;
    double value;
  } cases[] = {
      {"float content", tensor(1, bytesField(4, test::littleEndian(0x40200000, 4))), 2.5},
      {"float packed", tensor(1, bytesField(5, test::littleEndian(0x40200000, 4))), 2.5},
      {"float alone", tensor(1, floatField(5, 2.5f)), 2.5},
      {"double", tensor(2, test::doubleField(6, 2.5)), 2.5},
      {"half content", tensor(19, bytesField(4, half_bits)), 2.5},
      {"half value", tensor(19, varintField(13, 0x4100)), 2.5},
      {"bfloat16 content", tensor(14, bytesField(4, bfloat_bits)), 2.5},
      {"bfloat16 value", tensor(14, bytesField(13, test::varint(0x4020))), 2.5},
      {"int32 negative", tensor(3, varintField(7, static_cast<std::uint64_t>(-3))), -3},
      {"int64", tensor(9, varintField(10, 1ull << 40)), 1099511627776.0},
      {"int64 content", tensor(9, bytesField(4, test::littleEndian(~0ull, 8))), -1},
      {"uint8", tensor(4, bytesField(4, "\xff")), 255},
      {"int8", tensor(6, bytesField(4, "\xff")), -1},
      {"bool", tensor(10, varintField(11, 1)), 1},
      {"not written", tensor(1, ""), 0},
      {"shape of ones",
       tensor(1, bytesField(2, bytesField(2, varintField(1, 1)))) + floatField(5, 2.5f), 2.5},
  };
  for (const auto& item : cases) {
    const std::optional<double> value = tensorScalar(item.proto);
    ASSERT_TRUE(value) << item.name;
    EXPECT_EQ(*value, item.value) << item.name;
  }
}

TEST(TensorScalar, RefusesWhatIsNoScalar) {
  const std::string two = bytesField(2, bytesField(2, varintField(1, 2)));
  EXPECT_FALSE(tensorScalar(tensor(1, two + bytesField(5, std::string(8, '\0')))));
  EXPECT_FALSE(tensorScalar(tensor(1, bytesField(4, "\x01\x02"))));
  EXPECT_FALSE(tensorScalar(tensor(7, bytesField(8, "text"))));
  EXPECT_FALSE(tensorScalar(tensor(8, "")));
  EXPECT_FALSE(tensorScalar("\x0a\xff"));
}

// IEEE 754: the smallest subnormal is 2^-24, the largest number 65504.
TEST(TensorScalar, KnowsTheEdgesOfHalfPrecision) {
  EXPECT_EQ(halfValue(0x0001), std::ldexp(1.0, -24));
  EXPECT_EQ(halfValue(0x7bff), 65504);
  EXPECT_EQ(halfValue(0xfc00), -INFINITY);
  EXPECT_TRUE(std::isnan(halfValue(0x7e00)));
  EXPECT_EQ(bfloat16Value(0xc000), -2);
}

// PyTorch writes texts under "TAG/text_summary"; the Hugging Face trainer its arguments as JSON.
TEST(TensorboardReader, GivesTextsAsSettings) {
  const std::string text =
      tensorEvent(0, "num_layers/text_summary", tensor(7, bytesField(8, "24"))) +
      tensorEvent(0, "args/text_summary",
                  tensor(7, bytesField(8, R"({"learning_rate": 1e-3, "a": {"b": true}})")));
  const RecordingSink log = readText(tensorboardReader(), fileVersion() + text);
  EXPECT_EQ(log.error, "");
  EXPECT_THAT(log.settings,
              ElementsAre(Pair("args.a.b", "true"), Pair("args.learning_rate", "0.001"),
                          Pair("num_layers", "24")));
}

// tensorboard/plugins/hparams/plugin_data.proto; the tensor beside it is a placeholder, no value.
TEST(TensorboardReader, GivesHyperParametersAsSettings) {
  const auto entry = [](std::string_view key, const std::string& value) {
    return bytesField(1, bytesField(1, key) + bytesField(2, value));
  };
  const std::string start = entry("lr", test::doubleField(2, 0.25)) +
                            entry("optimizer", bytesField(3, "adam")) +
                            entry("bias", varintField(4, 0));
  const std::string plugin = bytesField(1, "hparams") + bytesField(2, bytesField(3, start));
  const std::string value = bytesField(1, "_hparams_/session_start_info") +
                            bytesField(9, bytesField(1, plugin)) +
                            bytesField(8, tensor(1, floatField(5, 0)));
  const RecordingSink log =
      readText(tensorboardReader(), fileVersion() + tfRecord(eventWith(0, value)));
  EXPECT_THAT(log.settings,
              ElementsAre(Pair("bias", "false"), Pair("lr", "0.25"), Pair("optimizer", "adam")));
  EXPECT_THAT(log.records, testing::IsEmpty());
}

TEST(TensorboardReader, KnowsItsFilesByContent) {
  EXPECT_EQ(tensorboardReader().recognises(fileVersion()), 1);
  std::string damaged = fileVersion();
  damaged[9] ^= 1;
  EXPECT_GT(tensorboardReader().recognises(damaged), 0.5);
  EXPECT_EQ(tensorboardReader().recognises("step,loss\n1,2\n"), 0);
  EXPECT_EQ(tensorboardReader().recognises(""), 0);
}

/// Three points of a loss between good records.
std::vector<std::string> threeRecords() {
  return {fileVersion(), scalarEvent(1, "loss", 3.5f), scalarEvent(2, "loss", 3.25f),
          scalarEvent(3, "loss", 3)};
}

std::string joined(const std::vector<std::string>& parts) {
  std::string all;
  for (const std::string& part : parts) all += part;
  return all;
}

TEST(TensorboardReader, SkipsARecordWithAWrongCheckSumAndGoesOn) {
  std::vector<std::string> records = threeRecords();
  records[2][14] ^= 1;
  const RecordingSink log = readText(tensorboardReader(), joined(records));
  EXPECT_THAT(log.series("loss"), ElementsAre(Pair(1, 3.5), Pair(3, 3)));
  const std::size_t at = records[0].size() + records[1].size();
  EXPECT_THAT(log.skips,
              ElementsAre(fmt::format("3: the record at byte {} fails its check sum", at)));
}

TEST(TensorboardReader, StopsWhereALengthFailsItsCheckSum) {
  std::vector<std::string> records = threeRecords();
  records[2][1] ^= 1;
  const RecordingSink log = readText(tensorboardReader(), joined(records));
  EXPECT_THAT(log.series("loss"), ElementsAre(Pair(1, 3.5)));
  const std::size_t at = records[0].size() + records[1].size();
  EXPECT_THAT(log.skips, ElementsAre(fmt::format("3: the length of the record at byte {} fails its "
                                                 "check sum; the rest of the file is not read",
                                                 at)));
}

TEST(TensorboardReader, ReadsAFileThatIsBeingWrittenToItsLastWholeRecord) {
  const std::string file = joined(threeRecords());
  for (std::size_t cut = 1; cut < threeRecords().back().size(); ++cut) {
    const RecordingSink log =
        readText(tensorboardReader(), std::string_view(file).substr(0, file.size() - cut));
    EXPECT_THAT(log.series("loss"), ElementsAre(Pair(1, 3.5), Pair(2, 3.25)));
    ASSERT_EQ(log.skips.size(), 1u);
    EXPECT_THAT(log.skips[0], HasSubstr("is cut off"));
  }
}

// A length with a good check sum, but of more than there is memory.
TEST(TensorboardReader, DoesNotTrustAnAbsurdLength) {
  for (const std::uint64_t length : {std::uint64_t(1) << 40, ~std::uint64_t(0)}) {
    const std::string bytes = test::littleEndian(length, 8);
    const std::string header = bytes + test::littleEndian(test::maskedCheckSum(bytes), 4);
    const RecordingSink log =
        readText(tensorboardReader(), fileVersion() + scalarEvent(1, "loss", 2) + header + "data");
    EXPECT_EQ(log.error, "");
    EXPECT_EQ(log.series("loss").size(), 1u);
    ASSERT_EQ(log.skips.size(), 1u);
    EXPECT_THAT(log.skips[0], HasSubstr(fmt::format("has {} bytes and is not read", length)));
  }
}

TEST(TensorboardReader, SkipsARecordThatIsNoEvent) {
  const RecordingSink log = readText(
      tensorboardReader(), fileVersion() + tfRecord("\x2a\xff\x01") + scalarEvent(1, "loss", 2));
  EXPECT_EQ(log.series("loss").size(), 1u);
  ASSERT_EQ(log.skips.size(), 1u);
  EXPECT_THAT(log.skips[0], HasSubstr("is no TensorBoard event"));
}

TEST(TensorboardReader, SaysWhyNothingCouldBeRead) {
  const RecordingSink garbage = readText(tensorboardReader(), std::string(1000, 'x'), "a.bin");
  EXPECT_EQ(garbage.error,
            "a.bin: holds no scalar of a TensorBoard event file (first, at 1: the length of the "
            "record at byte 0 fails its check sum; the rest of the file is not read)");
}

// Every flipped bit is caught by a check sum: what is read is always a part of the truth.
TEST(TensorboardReader, NeverGivesAWrongNumberWhenABitIsFlipped) {
  const std::string good = joined(threeRecords());
  const auto truth = readText(tensorboardReader(), good).series("loss");
  for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
    std::string file = good;
    file[bit / 8] = static_cast<char>(file[bit / 8] ^ (1 << (bit % 8)));
    const RecordingSink log = readText(tensorboardReader(), file);
    EXPECT_FALSE(log.skips.empty()) << bit;
    for (const auto& point : log.series("loss")) EXPECT_THAT(truth, testing::Contains(point));
  }
}

}  // namespace
}  // namespace moe
