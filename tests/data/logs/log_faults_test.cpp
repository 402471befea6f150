// Real logs, cut and damaged at many places: no crash, no number that is not in the whole log.

#include <gmock/gmock.h>

#include <random>
#include <set>

#include "data/logs/json_readers.h"
#include "data/logs/mlflow_reader.h"
#include "data/logs/table_readers.h"
#include "data/logs/tensorboard_reader.h"
#include "data/logs/wandb_reader.h"
#include "tests/data/logs/recording_sink.h"
#include "tests/support/temporary_folder.h"

namespace moe {
namespace {

using test::readText;
using test::RecordingSink;

struct Sample {
  const char* name;
  const LogReader& (*reader)();
};

constexpr Sample kSamples[] = {
    {"tensorboard/events.out.tfevents.1585769947.cvp", tensorboardReader},
    {"wandb/run-g9dvvkua.wandb", wandbReader},
    {"hf_trainer/aigoncharov_trainer_state_viz.trainer_state.json", huggingFaceReader},
    {"tables/c4_original-open_lm_1b-1.0.json", jsonReader},
    {"tables/gemstones_cool_end.jsonl", jsonLinesReader},
    {"tables/multipowerlaw_25M_cosine_24000.csv", csvReader},
    {"tables/olmo-190M-1xC.csv", wandbCsvReader},
};

std::string sampleText(const Sample& sample) {
  return test::fileText(std::string(MOEPLAN_SOURCE_DIR "/tests/golden/logs/") + sample.name);
}

using Point = std::tuple<std::string, double, double>;

std::set<Point> pointsOf(const RecordingSink& log) {
  std::set<Point> points;
  for (const RecordingSink::Record& record : log.records) {
    for (const auto& [name, value] : record.values) {
      points.emplace(name, record.step.value_or(-1), value);
    }
  }
  return points;
}

TEST(DamagedLogs, GiveOnlyWhatTheWholeLogGivesWhenCutOff) {
  for (const Sample& sample : kSamples) {
    const std::string text = sampleText(sample);
    const std::set<Point> truth = pointsOf(readText(sample.reader(), text));
    std::mt19937_64 random(7);
    for (int i = 0; i < 60; ++i) {
      const std::size_t size = random() % text.size();
      const RecordingSink log = readText(sample.reader(), text.substr(0, size));
      for (const Point& point : pointsOf(log)) {
        EXPECT_TRUE(truth.contains(point)) << sample.name << " at " << size << ": "
                                           << std::get<0>(point) << " " << std::get<2>(point);
      }
    }
  }
}

// Binary logs have check sums: a damaged one never gives another number. Texts have none; there the
// readers must come to an end.
TEST(DamagedLogs, AreReadToAnEndWhenBytesAreWrong) {
  for (const Sample& sample : kSamples) {
    const std::string text = sampleText(sample);
    const std::set<Point> truth = pointsOf(readText(sample.reader(), text));
    const bool has_check_sums = text.front() == ':' || text.find("brain.Event") < 64;
    std::mt19937_64 random(11);
    for (int i = 0; i < 40; ++i) {
      std::string damaged = text;
      for (int k = 0; k < 1 + i % 8; ++k) {
        damaged[random() % damaged.size()] = static_cast<char>(random());
      }
      const RecordingSink log = readText(sample.reader(), damaged);
      if (!has_check_sums) continue;
      for (const Point& point : pointsOf(log)) EXPECT_TRUE(truth.contains(point)) << sample.name;
    }
  }
}

TEST(DamagedLogs, OfPureGarbageAreRefusedWithAReason) {
  std::mt19937_64 random(13);
  std::string garbage(100000, '\0');
  for (char& byte : garbage) byte = static_cast<char>(random());
  for (const std::string& text : {garbage, std::string(100000, '\0'), std::string()}) {
    for (const LogReader* reader :
         {&tensorboardReader(), &wandbReader(), &huggingFaceReader(), &jsonReader(),
          &jsonLinesReader(), &csvReader(), &wandbCsvReader(), &mlflowReader()}) {
      const RecordingSink log = readText(*reader, text, "garbage");
      EXPECT_TRUE(log.error.starts_with("garbage")) << reader->name << ": " << log.error;
      EXPECT_TRUE(log.records.empty()) << reader->name;
      EXPECT_EQ(reader->recognises(text), 0) << reader->name;
    }
  }
}

TEST(DamagedLogs, StopWhenAsked) {
  std::stop_source stop;
  stop.request_stop();
  for (const Sample& sample : kSamples) {
    const std::string text = sampleText(sample);
    ByteSource source = ByteSource::ofMemory(text, "log");
    RecordingSink sink;
    const Result<void> done = sample.reader().read(source, sink, stop.get_token());
    ASSERT_FALSE(done) << sample.name;
    EXPECT_EQ(done.error().kind, ErrorKind::kCancelled) << sample.name;
  }
}

// Each sample is told by its content among all readers here.
TEST(LogSamples, AreRecognised) {
  const LogReader* const all[] = {&tensorboardReader(), &wandbReader(), &huggingFaceReader(),
                                  &jsonLinesReader(),   &jsonReader(),  &wandbCsvReader(),
                                  &csvReader(),         &mlflowReader()};
  for (const Sample& sample : kSamples) {
    const std::string head = sampleText(sample).substr(0, 65536);
    const LogReader* surest = all[0];
    for (const LogReader* reader : all) {
      if (reader->recognises(head) > surest->recognises(head)) surest = reader;
    }
    EXPECT_EQ(surest->name, sample.reader().name) << sample.name;
  }
}

}  // namespace
}  // namespace moe
