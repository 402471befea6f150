// What the page of predicted against measured shows, on a machine of which every time is known.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "app/gui/presenters/dropped_file.h"
#include "app/gui/presenters/verify_presenter.h"
#include "app/report/plots/verify_plot.h"
#include "app/report/verify_document.h"
#include "app/report/verify_report.h"
#include "tests/support/fake_kernels.h"
#include "tests/support/temporary_folder.h"

namespace moe {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class RememberingVerifyView : public VerifyView {
 public:
  void showChoices() override {}
  void showHeadline(const std::string& text, const std::string& more) override {
    headline = text;
    detail = more;
  }
  void showPublished(const PublishedPicture& picture) override { published = picture; }
  void showVerification(const VerificationPicture& picture) override { verification = picture; }
  void showCalibration(const CalibrationPicture& picture) override { calibration = picture; }
  void showWarnings(const std::vector<Warning>& shown) override { warnings = shown; }
  void showProblem(const std::string& text) override { problem = text; }

  std::string headline, detail, problem;
  PublishedPicture published;
  VerificationPicture verification;
  CalibrationPicture calibration;
  std::vector<Warning> warnings;
};

class VerifyPageTest : public testing::Test {
 protected:
  Bench bench() { return test::fakeBench(kernels_, machine_); }

  Result<CalibrationPicture> calibrate() {
    return calibrationPicture(presenter_.calibrateRequest(file_), bench(), test::smallPlan(), {},
                              {});
  }
  /// One layer, one block and the limits of the cache.
  Result<VerificationPicture> verify() {
    VerifyRequest request = presenter_.verifyRequest();
    request.rows = 1;
    return verificationPicture(request, bench(), {}, {});
  }

  test::FakeMachine machine_;
  test::FakeKernels kernels_{machine_};
  test::TemporaryFolder folder_;
  std::string file_ = (folder_.path() / "host.toml").string();
  RememberingVerifyView view_;
  VerifyPresenter presenter_{view_};
};

// The fake machine reads 1e10 bytes a second whatever the working set.
TEST_F(VerifyPageTest, ShowsTheBandwidthThatCalibrationMeasured) {
  presenter_.showTopic(VerifyTopic::kMachine);
  EXPECT_THAT(view_.headline, HasSubstr("not measured yet"));
  presenter_.calibrated(calibrate());
  ASSERT_FALSE(view_.calibration.bandwidth.series.empty());
  for (const auto& series : view_.calibration.bandwidth.series)
    for (const double speed : series.y) EXPECT_DOUBLE_EQ(speed, 10);
  EXPECT_EQ(presenter_.choices().machine_file, file_);
  EXPECT_THAT(presenter_.machineSentence(), HasSubstr("Fake CPU, 2 threads"));
  EXPECT_THAT(view_.headline, HasSubstr("Calibrated"));
}

TEST_F(VerifyPageTest, OpensTheCalibrationOfAnEarlierDay) {
  ASSERT_TRUE(calibrate());
  const auto opened = openedCalibration(file_, bench());
  ASSERT_TRUE(opened) << describe(opened.error());
  presenter_.calibrated(opened);
  EXPECT_EQ(presenter_.verifyRequest().hardware, file_);
}

TEST_F(VerifyPageTest, ShowsAnotherMachineButDoesNotVerifyWithIt) {
  ASSERT_TRUE(calibrate());
  Bench other = bench();
  other.machine.cpu = "Another CPU";
  presenter_.calibrated(openedCalibration(file_, other));
  EXPECT_THAT(view_.calibration.bandwidth.empty_reason, IsEmpty());
  EXPECT_THAT(presenter_.machineSentence(), HasSubstr("another machine"));
  EXPECT_THAT(presenter_.verifyRequest().hardware, IsEmpty());
}

TEST_F(VerifyPageTest, RefusesAMachineThatWasNotCalibrated) {
  const auto file =
      folder_.write("plain.toml", "[[accelerator]]\nname = \"x\"\nvendor = \"y\"\nmemory_gb = 1\n");
  const auto opened = openedCalibration(file.string(), bench());
  ASSERT_FALSE(opened);
  presenter_.calibrated(opened);
  EXPECT_THAT(view_.problem, HasSubstr("plain.toml"));
}

TEST_F(VerifyPageTest, ShowsEveryRowWithItsVerdict) {
  presenter_.showTopic(VerifyTopic::kMachine);
  presenter_.calibrated(calibrate());
  const auto picture = verify();
  ASSERT_TRUE(picture) << describe(picture.error());
  presenter_.verified(picture);
  const LayerStudy& study = picture->outcome.study;
  ASSERT_EQ(view_.verification.rows.rows.size(), study.rows.size());
  for (std::size_t i = 0; i < study.rows.size(); ++i) {
    const TableData::Row& shown = view_.verification.rows.rows[i];
    ASSERT_EQ(shown.cells.size(), view_.verification.rows.columns.size());
    EXPECT_EQ(shown.id, report::checkId(i));
    EXPECT_EQ(shown.cells[1].text, name(study.rows[i].verdict));
    if (!study.rows[i].timed()) continue;
    EXPECT_EQ(shown.cells[3].order, study.rows[i].measured.median_s);
  }
  EXPECT_THAT(view_.headline, HasSubstr("Verification failed"));  // its numbers are wrong
  EXPECT_THAT(view_.detail, HasSubstr("Fake CPU"));
}

TEST_F(VerifyPageTest, DrawsTheRowsThatWereTimed) {
  presenter_.calibrated(calibrate());
  const auto picture = verify();
  ASSERT_TRUE(picture);
  std::size_t points = 0;
  for (const auto& series : picture->checks.series) points += series.x.size();
  std::size_t timed = 0;
  for (const VerifyRow& row : picture->outcome.study.rows)
    timed += row.kind != RowKind::kKvLimit && row.timed() ? 1 : 0;
  EXPECT_EQ(points, timed);
  EXPECT_EQ(picture->checks.x.unit, "ms");
}

TEST_F(VerifyPageTest, OpensAVerificationOfAnEarlierDay) {
  presenter_.calibrated(calibrate());
  const auto now = verify();
  ASSERT_TRUE(now);
  const auto file =
      folder_.write("verify.json", report::verifyJson(now->outcome, Seconds(1))).string();
  const auto opened = openedVerification(file);
  ASSERT_TRUE(opened) << describe(opened.error());
  EXPECT_EQ(tabSeparated(opened->rows), tabSeparated(now->rows));
  EXPECT_EQ(tabSeparated(opened->claims), tabSeparated(now->claims));
  EXPECT_EQ(report::plotCsv(opened->checks), report::plotCsv(now->checks));
}

TEST_F(VerifyPageTest, ADocumentReadAgainIsTheSameDocument) {
  presenter_.calibrated(calibrate());
  const auto now = verify();
  ASSERT_TRUE(now);
  const std::string text = report::verifyJson(now->outcome, Seconds(1));
  const auto again = report::verifyOutcomeOf(text, "verify.json");
  ASSERT_TRUE(again) << describe(again.error());
  EXPECT_EQ(report::verifyJson(*again, Seconds(1)), text);
}

TEST(VerifyDocument, RefusesWhatIsNone) {
  const auto message = [](const char* text) {
    return describe(report::verifyOutcomeOf(text, "a.json").error());
  };
  EXPECT_THAT(message("{"), HasSubstr("a.json: no verification that can be shown"));
  EXPECT_THAT(message("[]"), HasSubstr("its schema is ''"));
  EXPECT_THAT(message(R"({"schema": "moeplan.fit/1"})"), HasSubstr("'moeplan.fit/1'"));
  EXPECT_THAT(message(R"({"schema": "moeplan.verify/1"})"), HasSubstr("key 'inputs' not found"));
  EXPECT_THAT(message(R"({"schema": 7})"), HasSubstr("type must be string"));
}

// Two rows by hand: 10 ms predicted and measured, and 30 ms for 20 measured.
TEST_F(VerifyPageTest, ShowsPublishedPointsAtOnceAndKeepsThemBesideTheMachine) {
  const auto points = folder_.write(
      "points.csv",
      "model,hardware,engine,weights,tensor_parallel,devices,concurrency,prompt_tokens,"
      "output_tokens,tpot_s\n"
      "mixtral-8x7b,h100-sxm,vllm,bf16,2,2,4,512,256,0.012\n"
      "mixtral-8x7b,h100-sxm,vllm,bf16,2,2,16,512,256,0.02\n");
  presenter_.choices().points_file = points.string();
  presenter_.choices().by = "concurrency";
  const auto picture = publishedPicture(presenter_.validateRequest());
  ASSERT_TRUE(picture) << describe(picture.error());
  presenter_.published(picture);
  EXPECT_THAT(view_.headline, HasSubstr("on 2 measured points"));
  EXPECT_THAT(view_.detail, HasSubstr("2 of 2 rows of"));
  EXPECT_EQ(view_.published.groups.rows.size(), 2u);  // two classes of concurrency
  presenter_.showTopic(VerifyTopic::kMachine);
  EXPECT_THAT(view_.headline, HasSubstr("not measured yet"));
  presenter_.showTopic(VerifyTopic::kPublished);
  EXPECT_THAT(view_.headline, HasSubstr("on 2 measured points"));
}

TEST_F(VerifyPageTest, WhatFailedOrWasStoppedReplacesNothing) {
  presenter_.showTopic(VerifyTopic::kMachine);
  presenter_.calibrated(calibrate());
  const std::string before = view_.headline;
  presenter_.verified(fail(ErrorKind::kCancelled, "", "stopped"));
  EXPECT_THAT(view_.problem, IsEmpty());
  presenter_.verified(openedVerification("no-such-file.json"));
  EXPECT_THAT(view_.problem, HasSubstr("no-such-file.json"));
  EXPECT_EQ(view_.headline, before);
}

TEST_F(VerifyPageTest, EveryGroupingIsOneOfTheCommand) {
  for (const auto& grouping : VerifyPresenter::groupings()) {
    presenter_.choices().by = grouping.keys;
    EXPECT_TRUE(pointKeysOf(presenter_.validateRequest().by)) << grouping.keys;
  }
}

TEST_F(VerifyPageTest, TellsFilesByWhatTheyHold) {
  ASSERT_TRUE(calibrate());
  const auto kind = [&](const char* name, const char* text) {
    return droppedKind(folder_.write(name, text).string());
  };
  EXPECT_EQ(droppedKind(file_), DroppedKind::kMachine);
  EXPECT_EQ(kind("a.toml", "format = 1\n"), DroppedKind::kProject);
  EXPECT_EQ(kind("a.moeplan", ""), DroppedKind::kProject);
  EXPECT_EQ(kind("v.json", "{\n  \"schema\": \"moeplan.verify/1\"}"), DroppedKind::kVerification);
  EXPECT_EQ(kind("p.csv", "model,concurrency,tpot_s\n"), DroppedKind::kServing);
  EXPECT_EQ(kind("r.csv", "n_params,n_tokens,loss\n"), DroppedKind::kRuns);
  EXPECT_EQ(droppedKind(std::string(MOEPLAN_SOURCE_DIR) +
                        "/data/tables/serving/serving_points_flags.csv.gz"),
            DroppedKind::kServing);
  EXPECT_EQ(droppedKind("no-such-file.csv"), DroppedKind::kRuns);
  EXPECT_EQ(droppedKind(folder_.path().string()), DroppedKind::kLogs);
  for (const char* log : {"tensorboard/events.out.tfevents.1585769947.cvp",
                          "wandb/run-g9dvvkua.wandb", "modded_nanogpt/2024-10-10_Muon_124M.log"})
    EXPECT_EQ(droppedKind(std::string(MOEPLAN_SOURCE_DIR) + "/tests/golden/logs/" + log),
              DroppedKind::kLogs);
}

}  // namespace
}  // namespace moe
