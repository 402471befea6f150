// The page of predicted against measured in the real window.

#include <gmock/gmock.h>

#include "app/gui/pages/verify_page.h"
#include "app/gui/widgets/data_table.h"
#include "app/report/verify_report.h"
#include "tests/gui/window_fixture.h"
#include "tests/support/fake_kernels.h"

namespace moe::test {
namespace {

using testing::HasSubstr;

class VerifyWindow : public WindowTest {
 protected:
  /// A document of one layer, one block and the limits, of a machine that does not exist.
  QString verification() {
    FakeMachine machine;
    const FakeKernels kernels(machine);
    const std::string entry = (folder_.path() / "host.toml").string();
    EXPECT_TRUE(
        runCalibrate({.quick = true, .out = entry}, fakeBench(kernels, machine), smallPlan()));
    const auto outcome = runVerify({.hardware = entry, .quick = true, .rows = 1, .catalog_dir = {}},
                                   fakeBench(kernels, machine));
    EXPECT_TRUE(outcome);
    return QString::fromStdString(
        folder_.write("verify.json", report::verifyJson(*outcome, Seconds(1))).string());
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
  EXPECT_EQ(widget<gui::DataTable>("verify", "verdicts").table().rows.size(), 8u);
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

}  // namespace
}  // namespace moe::test
