// The report page in the real window.

#include <gmock/gmock.h>

#include "app/gui/pages/report_page.h"
#include "app/gui/widgets/document_view.h"
#include "tests/gui/window_fixture.h"
#include "tests/support/run_command.h"

namespace moe::test {
namespace {

using testing::HasSubstr;

class ReportWindow : public WindowTest {
 protected:
  ReportWindow() {
    const auto project = folder_.write(
        "small.moeplan",
        "format = 1\ntitle = \"Which model?\"\n\n[plan.cheap]\npreset = \"ludziejewski2025\"\n"
        "cost_preset = \"probe-v2\"\nbudget_flop = 1e21\n\n[report]\nparts = [\"answer\", "
        "\"plan\"]\n");
    EXPECT_TRUE(window_->openFile(QString::fromStdString(project.string())));
    window_->showPage("report");
  }

  gui::ReportPage& reportPage() { return static_cast<gui::ReportPage&>(page("report")); }
  std::string preview() {
    return widget<gui::DocumentView>("report", "preview").toPlainText().toStdString();
  }
};

TEST_F(ReportWindow, PreviewsThePartsAndExportsThem) {
  click("report", "make");
  waitFor("report");
  EXPECT_THAT(preview(), HasSubstr("Which model?"));
  EXPECT_TRUE(reportPage().exportTo(path("report.html")));
  EXPECT_THAT(fileText(path("report.html").toStdString()), HasSubstr("Which model?"));
  EXPECT_TRUE(reportPage().exportTo(path("report.md")));
  EXPECT_TRUE(reportPage().exportTo(path("report.pdf")));
  EXPECT_THAT(fileText(path("report.pdf").toStdString()).substr(0, 5), "%PDF-");
}

TEST_F(ReportWindow, FollowsTheTicksWithoutAnsweringAnew) {
  click("report", "make");
  waitFor("report");
  const std::string before = preview();
  widget<QCheckBox>("report", "plan").click();
  EXPECT_FALSE(reportPage().jobs().running());
  EXPECT_LT(preview().size(), before.size());
  EXPECT_TRUE(window_->isWindowModified());
}

TEST_F(ReportWindow, SaysWhatIsWrongWithAnExport) {
  click("report", "make");
  waitFor("report");
  EXPECT_FALSE(reportPage().exportTo(path("report.docx")));
  EXPECT_THAT(problem().text().toStdString(), HasSubstr("report.docx"));
  EXPECT_FALSE(reportPage().exportTo(path("nowhere/report.html")));
  EXPECT_THAT(problem().text().toStdString(), HasSubstr("nowhere"));
}

}  // namespace
}  // namespace moe::test
