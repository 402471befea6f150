// The page of predicted against measured in the real window.

#include <gmock/gmock.h>

#include "app/gui/pages/verify_page.h"
#include "app/gui/widgets/data_table.h"
#include "app/report/verify_report.h"
#include "tests/gui/window_fixture.h"

namespace moe::test {
namespace {

using testing::HasSubstr;

class VerifyWindow : public WindowTest {
 protected:
  /// A document of two layers on a machine that does not exist.
  QString verification() {
    VerifyOutcome outcome;
    outcome.machine.measurement.emplace();
    outcome.machine.measurement->cpu = "Some CPU";
    for (const double predicted : {0.010, 0.015}) {
      VerifyRow row;
      row.what = "a layer";
      row.predicted.seconds = predicted;
      row.measured = {.median_s = 0.010, .spread = 0.01, .fastest_s = 0.0099, .samples = 9};
      judge(row);
      outcome.study.rows.push_back(row);
    }
    outcome.study.summary = summaryOf(outcome.study.rows, 0);
    return QString::fromStdString(
        folder_.write("verify.json", report::verifyJson(outcome, Seconds(1))).string());
  }
};

TEST_F(VerifyWindow, IsUsefulBeforeAnythingIsMeasuredHere) {
  window_->showPage("verify");
  waitFor("verify");
  EXPECT_THAT(shown("verify", "headline").toStdString(), HasSubstr("measured points"));
  EXPECT_GT(widget<gui::DataTable>("verify", "sets").table().rows.size(), 0u);
}

TEST_F(VerifyWindow, TakesADroppedVerification) {
  drop({verification()});
  waitFor("verify");
  EXPECT_THAT(shown("verify", "headline").toStdString(), HasSubstr("Verification failed"));
  EXPECT_EQ(widget<gui::DataTable>("verify", "verdicts").table().rows.size(), 2u);
}

TEST_F(VerifyWindow, SaysWhatIsWrongWithADocumentAndKeepsWhatItShows) {
  drop({verification()});
  waitFor("verify");
  const QString before = shown("verify", "headline");
  folder_.write("broken.json", "{\"schema\": \"moeplan.verify/1\", \"inputs\": 3}");
  drop({path("broken.json")});
  waitFor("verify");
  EXPECT_THAT(problem().text().toStdString(), HasSubstr("broken.json: no verification"));
  EXPECT_EQ(shown("verify", "headline"), before);
}

TEST_F(VerifyWindow, StopsACalibrationSoon) {
  window_->showPage("verify");
  waitFor("verify");
  click("verify", "calibrate");
  EXPECT_FALSE(widget<QPushButton>("verify", "calibrate").isEnabled());
  QTest::qWait(100);
  page("verify").jobs().stop();
  waitFor("verify");
  EXPECT_TRUE(widget<QPushButton>("verify", "calibrate").isEnabled());
}

// A new piece of work stops the one before: then a press of "Groups" would end a measurement.
TEST_F(VerifyWindow, LetsAMeasurementEndBeforeItAnswersOtherQuestions) {
  window_->showPage("verify");
  settle("verify");
  bool ended = false;
  auto& calibrate = widget<QPushButton>("verify", "calibrate");
  QObject::connect(&page("verify").jobs(), &gui::JobRunner::runningChanged, &calibrate,
                   [&ended](bool running) { ended = ended || !running; });
  click("verify", "calibrate");
  emit widget<QComboBox>("verify", "by").activated(1);
  drop({verification()});
  QTest::qWait(100);
  EXPECT_FALSE(ended);
  EXPECT_EQ(widget<gui::DataTable>("verify", "verdicts").table().rows.size(), 0u);
  page("verify").jobs().stop();
  settle("verify");
  EXPECT_TRUE(ended);
  EXPECT_EQ(widget<gui::DataTable>("verify", "verdicts").table().rows.size(), 2u);
}

}  // namespace
}  // namespace moe::test
