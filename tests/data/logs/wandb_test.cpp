#include "data/logs/wandb_reader.h"

#include <gmock/gmock.h>
#include <zlib.h>

#include <cmath>

#include "tests/data/logs/event_file.h"
#include "tests/data/logs/recording_sink.h"

namespace moe {
namespace {

using test::bytesField;
using test::readText;
using test::RecordingSink;
using test::varintField;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

/// Writes records as wandb/sdk/internal/datastore.py does: pieces that do not cross 32 KiB blocks,
/// each with the CRC-32 of its type and data.
class WandbFile {
 public:
  void add(std::string_view record) {
    bool first = true;
    do {
      const std::size_t left = 32768 - bytes_.size() % 32768;
      if (left < 7) bytes_.append(left, '\0');
      const std::size_t room = (left < 7 ? 32768 : left) - 7;
      const std::size_t size = std::min(room, record.size());
      const bool last = size == record.size();
      const char type = first ? (last ? 1 : 2) : (last ? 4 : 3);
      piece(type, record.substr(0, size));
      record.remove_prefix(size);
      first = false;
    } while (!record.empty());
  }
  const std::string& bytes() const { return bytes_; }

 private:
  void piece(char type, std::string_view data) {
    const std::string body = type + std::string(data);
    const auto sum =
        crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()));
    bytes_ += test::littleEndian(sum, 4) + test::littleEndian(data.size(), 2) + body;
  }

  std::string bytes_{":W&B\xe1\xbe\x00", 7};
};

std::string item(std::string_view key, std::string_view json) {
  return bytesField(1, bytesField(1, key) + bytesField(16, json));
}
/// A Record with a HistoryRecord.
std::string history(std::uint64_t step, std::string_view items) {
  return bytesField(2, std::string(items) + bytesField(2, varintField(1, step)));
}

// The records of this run (10, none with a history) by a walk over them in Python.
TEST(WandbReader, ReadsTheSampleOfAnOfflineRun) {
  const RecordingSink log = test::readSample(wandbReader(), "wandb/run-g9dvvkua.wandb");
  EXPECT_EQ(log.error, "");
  EXPECT_THAT(log.skips, testing::IsEmpty());
  EXPECT_THAT(log.records, testing::IsEmpty());
  EXPECT_THAT(log.runs, ElementsAre("g9dvvkua"));
  EXPECT_THAT(log.settings, ElementsAre(Pair("exit_code", "0"), Pair("project", "code-toad"),
                                        Pair("run_id", "g9dvvkua")));
}

TEST(WandbReader, GivesConfigurationHistoryAndSummary) {
  WandbFile file;
  file.add(
      bytesField(17, bytesField(1, "abc") +
                         bytesField(4, item("lr", "0.001") + item("model", R"({"layers": 12})") +
                                           item("name", "\"a\\nb\"") + item("_wandb", "{}"))));
  file.add(history(0, item("loss", "3.5") + item("_timestamp", "1700000000.5")));
  file.add(history(9, item("loss", "\"NaN\"") + item("val", R"({"ppl": 20, "text": "x"})") +
                          item("hist", R"({"_type": "histogram", "bins": 3})")));
  const std::string nested = bytesField(2, "eval") + bytesField(2, "loss") + bytesField(16, "2.25");
  file.add(history(10, bytesField(1, nested)));
  file.add(bytesField(3, item("loss", "2.5")));
  file.add(bytesField(5, item("lr", "0.002")));
  file.add(bytesField(18, varintField(1, 1)));
  const RecordingSink log = readText(wandbReader(), file.bytes());
  EXPECT_EQ(log.error, "");
  EXPECT_THAT(log.settings, ElementsAre(Pair("exit_code", "1"), Pair("lr", "0.002"),
                                        Pair("model.layers", "12"), Pair("name", "a\nb"),
                                        Pair("run_id", "abc"), Pair("summary.loss", "2.5")));
  ASSERT_EQ(log.records.size(), 3u);
  EXPECT_EQ(log.records[0].step, 0);
  EXPECT_EQ(log.records[0].wall_time_s, 1700000000.5);
  EXPECT_THAT(log.records[0].values, ElementsAre(Pair("loss", 3.5)));
  EXPECT_TRUE(std::isnan(log.records[1].value("loss").value()));
  EXPECT_EQ(log.records[1].value("val.ppl"), 20);
  EXPECT_FALSE(log.records[1].value("hist.bins"));
  EXPECT_EQ(log.records[2].value("eval.loss"), 2.25);
}

/// Records that end near the ends of blocks and one that needs three of them.
std::vector<std::string> recordsOfManySizes() {
  std::vector<std::string> records;
  for (const std::size_t padding : {32600, 100, 70000, 1, 2, 32743, 5, 40000}) {
    const auto step = static_cast<std::uint64_t>(records.size());
    records.push_back(history(step, item("note", '"' + std::string(padding, 'x') + '"') +
                                        item("loss", std::to_string(step + 1) + ".5")));
  }
  return records;
}

TEST(WandbReader, JoinsPiecesAcrossBlocks) {
  WandbFile file;
  for (const std::string& record : recordsOfManySizes()) file.add(record);
  const RecordingSink log = readText(wandbReader(), file.bytes());
  EXPECT_THAT(log.skips, testing::IsEmpty());
  ASSERT_EQ(log.records.size(), 8u);
  for (std::size_t i = 0; i < 8; ++i) {
    EXPECT_EQ(log.records[i].step, static_cast<double>(i));
    EXPECT_EQ(log.records[i].value("loss"), static_cast<double>(i) + 1.5);
  }
}

// A block that is damaged costs the records in it; those behind it are read.
TEST(WandbReader, GoesOnWithTheNextBlockAfterDamage) {
  WandbFile file;
  for (const std::string& record : recordsOfManySizes()) file.add(record);
  for (const std::size_t at : {std::size_t(40), std::size_t(40000), std::size_t(100000)}) {
    std::string bytes = file.bytes();
    bytes[at] ^= 1;
    const RecordingSink log = readText(wandbReader(), bytes);
    EXPECT_EQ(log.error, "");
    EXPECT_GE(log.records.size(), 3u);
    EXPECT_LT(log.records.size(), 8u);
    EXPECT_THAT(log.skips, Contains(HasSubstr("fails its check sum"))) << at;
    for (const auto& record : log.records) EXPECT_EQ(record.value("loss"), *record.step + 1.5);
  }
}

TEST(WandbReader, ReadsAFileThatIsBeingWrittenToItsLastWholeRecord) {
  WandbFile file;
  file.add(history(1, item("loss", "3.5")));
  const std::size_t whole = file.bytes().size();
  file.add(history(2, item("loss", "2.5")));
  for (std::size_t size = whole + 1; size < file.bytes().size(); ++size) {
    const RecordingSink log = readText(wandbReader(), file.bytes().substr(0, size));
    EXPECT_THAT(log.series("loss"), ElementsAre(Pair(1, 3.5)));
    EXPECT_THAT(log.skips, ElementsAre(HasSubstr("the last record is cut off")));
  }
}

TEST(WandbReader, NeverGivesAWrongNumberWhenABitIsFlipped) {
  WandbFile file;
  file.add(history(1, item("loss", "3.5")));
  file.add(history(2, item("loss", "2.5")));
  const auto truth = readText(wandbReader(), file.bytes()).series("loss");
  for (std::size_t bit = 0; bit < 8 * file.bytes().size(); ++bit) {
    std::string bytes = file.bytes();
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
    const RecordingSink log = readText(wandbReader(), bytes);
    EXPECT_TRUE(!log.skips.empty() || !log.error.empty()) << bit;
    for (const auto& point : log.series("loss")) EXPECT_THAT(truth, Contains(point));
  }
}

TEST(WandbReader, KnowsItsFilesByContent) {
  EXPECT_EQ(wandbReader().recognises(WandbFile().bytes()), 1);
  EXPECT_EQ(wandbReader().recognises(":W&C"), 0);
  EXPECT_THAT(readText(wandbReader(), ":W&B\x01", "a.wandb").error,
              HasSubstr("a.wandb: does not begin as a file of W&B of version 0 does"));
}

}  // namespace
}  // namespace moe
