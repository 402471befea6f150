#include "app/report/json_document.h"

#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>

#include "app/report/document_timing.h"

namespace moe::report {
namespace {

DocumentHead head() {
  return {.schema = "moeplan.fit/1",
          .command = "fit",
          .inputs = {{"law", "yun2024"}},
          .sources = {"runs.csv"},
          .warnings = {{"mid_schedule", "Losses are not annealed."}},
          .timing = Seconds(0.5)};
}

TEST(JsonDocument, HasTheKeysOfEveryDocumentAroundItsResults) {
  EXPECT_EQ(documentText(head(), {{"loss", 2.5}}), R"({
  "schema": "moeplan.fit/1",
  "command": "fit",
  "inputs": {
    "law": "yun2024"
  },
  "loss": 2.5,
  "sources": [
    "runs.csv"
  ],
  "warnings": [
    {
      "code": "mid_schedule",
      "message": "Losses are not annealed."
    }
  ],
  "timing_s": 0.5
}
)");
}

TEST(DocumentTiming, IsNullWhereItIsNotWanted) {
  const std::string text = documentText(head(), {{"loss", 2.5}});
  Json same = Json::parse(text);
  same["timing_s"] = nullptr;
  EXPECT_EQ(withoutTiming(text), same.dump(2) + "\n");
  EXPECT_EQ(withoutTiming("a table\n"), "a table\n");
}

TEST(JsonDocument, KeepsEveryBitOfADouble) {
  const double value = 0.1 + 0.2;
  const Json back = Json::parse(documentText(head(), {{"x", jsonNumber(value)}}));
  EXPECT_EQ(back["x"].get<double>(), value);
}

TEST(JsonDocument, TurnsWhatIsNotFiniteIntoNull) {
  EXPECT_TRUE(jsonNumber(std::numeric_limits<double>::quiet_NaN()).is_null());
  EXPECT_TRUE(jsonNumber(std::nullopt).is_null());
  EXPECT_EQ(jsonNumbers({1, std::numeric_limits<double>::infinity()}).dump(), "[1.0,null]");
  EXPECT_EQ(jsonInterval(1.5, std::numeric_limits<double>::infinity()).dump(), "[1.5,null]");
}

TEST(JsonDocument, SurvivesTextThatIsNotUtf8) {
  const std::string latin1 =
      "Gr\xFC\xDF"
      "e";
  const Json back = Json::parse(documentText(head(), {{"run_id", latin1}}));
  EXPECT_EQ(back["run_id"],
            "Gr\xEF\xBF\xBD\xEF\xBF\xBD"
            "e");
}

TEST(JsonDocument, RefusesResultsThatHideItsHead) {
  EXPECT_THROW(documentText(head(), {{"schema", "mine"}}), std::logic_error);
}

}  // namespace
}  // namespace moe::report
