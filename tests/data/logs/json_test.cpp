#include "data/logs/json_readers.h"

#include <gmock/gmock.h>

#include <cmath>

#include "data/logs/json_stream.h"
#include "tests/data/logs/recording_sink.h"

namespace moe {
namespace {

using test::readSample;
using test::readText;
using test::RecordingSink;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

// 216 entries, 30 with a training loss, 31 for each of six evaluation sets (PROVENANCE of the
// sample and Python's json).
TEST(HuggingFaceReader, ReadsTheSample) {
  const RecordingSink log = readSample(
      huggingFaceReader(), "hf_trainer/aigoncharov_trainer_state_viz.trainer_state.json");
  EXPECT_EQ(log.error, "");
  EXPECT_THAT(log.skips, testing::IsEmpty());
  EXPECT_EQ(log.records.size(), 216u);
  EXPECT_EQ(log.series("loss").size(), 30u);
  EXPECT_THAT(log.series("loss").front(), Pair(401, 1.1074));
  EXPECT_THAT(log.series("loss").back(), Pair(12030, 0.0549));
  EXPECT_EQ(log.series("eval_g0_loss").size(), 31u);
  EXPECT_THAT(log.series("eval_g5_loss").back(), Pair(12030, 4.835134983062744));
  EXPECT_EQ(log.settings.at("max_steps"), "12030");
  EXPECT_EQ(log.settings.at("num_train_epochs"), "30");
  EXPECT_EQ(log.settings.at("global_step"), "12030");
  EXPECT_EQ(log.settings.at("train_batch_size"), "4");
}

TEST(HuggingFaceReader, ReadsNaNAndSettingsBehindTheHistory) {
  const RecordingSink log = readText(
      huggingFaceReader(),
      R"({"log_history": [{"loss": 2.5, "step": 1}, {"loss": NaN, "grad_norm": Infinity, "step": 2}],
          "max_steps": 100, "trial_params": {"lr": 0.1}, "callbacks": [{"step": 7, "loss": 1}]})");
  ASSERT_EQ(log.records.size(), 2u);
  EXPECT_TRUE(std::isnan(log.records[1].value("loss").value()));
  EXPECT_EQ(log.records[1].value("grad_norm"), INFINITY);
  EXPECT_THAT(log.settings, ElementsAre(Pair("max_steps", "100"), Pair("trial_params.lr", "0.1")));
}

TEST(HuggingFaceReader, KeepsWhatStandsBeforeTheBreak) {
  const std::string whole =
      R"({"log_history": [{"loss": 2.5, "step": 1}, {"loss": 2.25, "step": 22}]})";
  for (std::size_t size = whole.find("}, {") + 1; size < whole.size() - 3; ++size) {
    const RecordingSink log = readText(huggingFaceReader(), whole.substr(0, size));
    EXPECT_THAT(log.series("loss"), ElementsAre(Pair(1, 2.5))) << size;
    EXPECT_THAT(log.skips, ElementsAre("1: broken JSON: it ends too early; the rest is not read"));
  }
}

// Losses of the eight evaluation sets by Python's json; PROVENANCE states the one on C4.
TEST(JsonReader, ReadsTheResultsOfOpenLm) {
  const RecordingSink log = readSample(jsonReader(), "tables/c4_original-open_lm_1b-1.0.json");
  EXPECT_EQ(log.error, "");
  EXPECT_THAT(log.skips, testing::IsEmpty());
  EXPECT_THAT(log.runs, ElementsAre("c4_original-open_lm_1b-1.0"));
  EXPECT_EQ(log.records.size(), 8u);
  EXPECT_THAT(log.series("c4_val/loss"), ElementsAre(Pair(-1, 2.6568587118096136)));
  EXPECT_THAT(log.series("openlm/loss"), ElementsAre(Pair(-1, 3.318723158041636)));
  EXPECT_THAT(log.series("de-en/loss"), ElementsAre(Pair(-1, 3.134325634688139)));
  EXPECT_EQ(log.settings.at("hyperparameters.tokens"), "28795904000");
  EXPECT_EQ(log.settings.at("hyperparameters.params"), "1439795200");
  EXPECT_THAT(log.settings.at("open_lm_args"), HasSubstr("--lr 0.003 --warmup 5000"));
}

// 199 rows of 20 runs; the last loss stands in the file's last line.
TEST(JsonLinesReader, ReadsTheRunsOfGemstones) {
  const RecordingSink log = readSample(jsonLinesReader(), "tables/gemstones_cool_end.jsonl");
  EXPECT_EQ(log.error, "");
  EXPECT_THAT(log.skips, testing::IsEmpty());
  EXPECT_EQ(log.records.size(), 199u);
  EXPECT_EQ(log.runs.size(), 20u);
  EXPECT_THAT(log.series("final_loss", "PyGemma-768x45_pretrain").back(),
              Pair(26223, 2.7090086937));
  EXPECT_EQ(log.records[0].value("tokens"), 10997465088);
}

TEST(JsonLinesReader, SkipsBrokenLinesAndNamesThem) {
  const RecordingSink log = readText(jsonLinesReader(),
                                     "\xEF\xBB\xBF{\"step\": 1, \"loss\": 2.5}\r\n"
                                     "{\"step\": 2, \"loss\": }\r\n"
                                     "\r\n"
                                     "[1, 2]\n"
                                     "{\"step\": 3, \"loss\": \"abc\n"
                                     "{\"step\": 4, \"loss\": 2.25}\n");
  EXPECT_THAT(log.series("loss"), ElementsAre(Pair(1, 2.5), Pair(4, 2.25)));
  EXPECT_THAT(log.skips, ElementsAre("2: broken JSON: '}' where a value is needed",
                                     "4: broken JSON: no JSON object",
                                     "5: broken JSON: a text is not closed on its line"));
}

TEST(JsonLinesReader, ReadsAFileThatIsBeingWrittenToItsLastWholeRecord) {
  const std::string whole = "{\"step\": 1, \"loss\": 2.5}\n{\"step\": 2, \"loss\": 2.25}";
  for (std::size_t size = whole.find('\n') + 2; size < whole.size(); ++size) {
    const RecordingSink log = readText(jsonLinesReader(), whole.substr(0, size));
    EXPECT_THAT(log.series("loss"), ElementsAre(Pair(1, 2.5))) << size;
    EXPECT_THAT(log.skips, ElementsAre("2: the last line is cut off"));
  }
}

TEST(JsonLinesReader, TakesTheStepOfWandbAndTimesInSeconds) {
  const RecordingSink log = readText(
      jsonLinesReader(),
      "{\"trainer/global_step\": 10, \"_step\": 3, \"_timestamp\": 1.7e9, \"loss\": \"NaN\"}\n");
  ASSERT_EQ(log.records.size(), 1u);
  EXPECT_EQ(log.records[0].step, 3);
  EXPECT_EQ(log.records[0].wall_time_s, 1.7e9);
  EXPECT_EQ(log.records[0].value("trainer/global_step"), 10);
  EXPECT_TRUE(std::isnan(log.records[0].value("loss").value()));
}

// The same word "loss" means another series in each part of the data.
TEST(JsonLinesReader, PutsThePartOfTheDataBeforeTheName) {
  const RecordingSink log = readText(jsonLinesReader(),
                                     "{\"split\": \"train\", \"step\": 1, \"loss\": 2.5}\n"
                                     "{\"split\": \"val\", \"step\": 1, \"loss\": 2.75}\n"
                                     "{\"metric\": \"val_loss\", \"value\": 2.7, \"step\": 2}\n");
  EXPECT_THAT(log.series("train/loss"), ElementsAre(Pair(1, 2.5)));
  EXPECT_THAT(log.series("val/loss"), ElementsAre(Pair(1, 2.75)));
  EXPECT_THAT(log.series("val_loss"), ElementsAre(Pair(2, 2.7)));
}

TEST(JsonLinesReader, TellsRunsApartThatAlternate) {
  const RecordingSink log = readText(jsonLinesReader(),
                                     "{\"run\": \"a\", \"step\": 1, \"loss\": 2.5}\n"
                                     "{\"run\": \"b\", \"step\": 1, \"loss\": 3.5}\n"
                                     "{\"run\": \"a\", \"step\": 2, \"loss\": 2.25}\n");
  EXPECT_THAT(log.runs, ElementsAre("a", "b", "a"));
  EXPECT_THAT(log.series("loss", "a"), ElementsAre(Pair(1, 2.5), Pair(2, 2.25)));
}

TEST(JsonReader, ReadsRowsOfEveryShape) {
  const char* shapes[] = {
      R"([{"step": 1, "loss": 2.5}, {"step": 2, "loss": 2.25}])",
      R"({"lr": 0.1, "history": [{"step": 1, "loss": 2.5}, {"step": 2, "loss": 2.25}]})",
      R"({"a": {"b": [{"step": 1, "loss": 2.5}, {"step": 2, "loss": 2.25}]}})",
      R"([{"name": "x", "history": [{"step": 1, "loss": 2.5}]},
          {"name": "y", "history": [{"step": 2, "loss": 2.25}]}])",
      R"({"step": [1, 2], "loss": [2.5, 2.25], "lr": 0.1})",
      R"({"step": {"0": 1, "1": 2}, "loss": {"0": 2.5, "1": 2.25}})",
      "{\"step\": 1, \"loss\": 2.5} {\"step\": 2, \"loss\": 2.25}",
  };
  for (const char* shape : shapes) {
    const RecordingSink log = readText(jsonReader(), shape);
    EXPECT_EQ(log.error, "") << shape;
    EXPECT_THAT(log.series("loss"), ElementsAre(Pair(1, 2.5), Pair(2, 2.25))) << shape;
  }
}

TEST(JsonReader, NamesRunsThatHaveNoName) {
  const RecordingSink log =
      readText(jsonReader(), R"([{"lr": 1, "h": [{"loss": 2}]}, {"lr": 2, "h": [{"loss": 3}]}])");
  EXPECT_THAT(log.runs, ElementsAre("run-1", "run-2"));
  EXPECT_THAT(log.series("loss", "run-2"), ElementsAre(Pair(-1, 3)));
}

TEST(JsonReader, RefusesColumnsThatDifferInLength) {
  EXPECT_EQ(readText(jsonReader(), R"({"step": [1, 2], "loss": [2.5]})", "a.json").error,
            "a.json:1: broken JSON: step has 2 entries and loss has 1; columns are equally long");
}

TEST(JsonReader, RefusesNestingWithoutEndAndSaysSo) {
  const RecordingSink log = readText(jsonReader(), std::string(100000, '['), "a.json");
  EXPECT_THAT(log.error, HasSubstr("nested deeper than 64 levels"));
}

// One line of 17 MiB between good ones: above the longest text.
TEST(JsonLinesReader, ListsALineThatIsTooLong) {
  const std::string log_text = "{\"step\": 1, \"loss\": 2.5}\n{\"a\": \"" +
                               std::string(17 << 20, 'x') + "\"}\n{\"step\": 3, \"loss\": 2}\n";
  const RecordingSink log = readText(jsonLinesReader(), log_text);
  EXPECT_THAT(log.series("loss"), ElementsAre(Pair(1, 2.5), Pair(3, 2)));
  EXPECT_THAT(log.skips, ElementsAre("2: broken JSON: a text of more than 16 MiB"));
}

TEST(JsonReaders, TellTheirKindsApart) {
  const struct {
    std::string text;
    const LogReader* reader;
  } cases[] = {
      {R"({"best_metric": null, "log_history": [)", &huggingFaceReader()},
      {"{\"step\": 1}\n{\"step\": 2}\n", &jsonLinesReader()},
      {"\n{\"step\": 1}\n{\"step\"", &jsonLinesReader()},
      {"[\n{\"step\": 1},\n{\"step\": 2}]", &jsonReader()},
      {"{\n  \"step\": [1, 2]\n}\n", &jsonReader()},
  };
  const LogReader* const all[] = {&huggingFaceReader(), &jsonLinesReader(), &jsonReader()};
  for (const auto& item : cases) {
    const LogReader* surest = all[0];
    for (const LogReader* reader : all) {
      if (reader->recognises(item.text) > surest->recognises(item.text)) surest = reader;
    }
    EXPECT_EQ(surest, item.reader) << item.text;
  }
  for (const LogReader* reader : all) {
    EXPECT_EQ(reader->recognises("step,loss\n1,2\n"), 0);
    EXPECT_EQ(reader->recognises(""), 0);
  }
}

/// The texts of a document in order, or the cause where it breaks.
std::string textsOf(std::string_view json) {
  ByteWindow window(json);
  JsonStream stream(window);
  std::string texts;
  for (;;) {
    const JsonEvent event = stream.next();
    if (event == JsonEvent::kEnd) return texts;
    if (event == JsonEvent::kBroken) return stream.cause();
    if (event == JsonEvent::kString || event == JsonEvent::kKey || event == JsonEvent::kNumber) {
      texts += std::string(stream.text()) + "|";
    }
  }
}

// RFC 8259, section 7; U+1D11E is its own example of a surrogate pair.
TEST(JsonStream, ReadsEscapesAndRefusesWhatIsNoJson) {
  EXPECT_EQ(textsOf(R"({"a\"b": "\u00e9\n\/", "c" : -1.5e3})"), "a\"b|\xc3\xa9\n/|c|-1.5e3|");
  EXPECT_EQ(textsOf(R"(["\uD834\uDD1E", "\ud834x"])"), "\xf0\x9d\x84\x9e|\xef\xbf\xbdx|");
  EXPECT_EQ(textsOf(R"(["\x"])"), "unknown escape \\'x'");
  EXPECT_EQ(textsOf(R"([1 2])"), "'2' where a comma or ']' is needed");
  EXPECT_EQ(textsOf(R"([1,])"), "']' where a value is needed");
  EXPECT_EQ(textsOf(R"({"a" 1})"), "'1' where ':' is needed");
  EXPECT_EQ(textsOf(R"({"a": 1,})"), "'}' where a key is needed");
  EXPECT_EQ(textsOf(R"([1.2.3])"), "1.2.3 is no JSON value");
  EXPECT_EQ(textsOf(std::string_view("[\0]", 3)), "byte 0x00 where a value is needed");
  EXPECT_EQ(textsOf(R"({"a": [)"), "it ends too early");
}

}  // namespace
}  // namespace moe
