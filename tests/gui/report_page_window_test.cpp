// The report page in the real window.

#include <gmock/gmock.h>

#include "app/gui/pages/report_page.h"
#include "app/gui/widgets/document_view.h"
#include "app/plot/report_drawing.h"
#include "app/report/document/html_document.h"
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
  void exportTo(const char* name) {
    reportPage().exportTo(path(name));
    EXPECT_FALSE(widget<QPushButton>("report", "export").isEnabled());
    waitFor("report");
    EXPECT_TRUE(widget<QPushButton>("report", "export").isEnabled());
  }
  std::string preview() {
    return widget<gui::DocumentView>("report", "preview").toPlainText().toStdString();
  }
};

TEST_F(ReportWindow, PreviewsThePartsAndExportsThem) {
  click("report", "make");
  waitFor("report");
  EXPECT_THAT(preview(), HasSubstr("Which model?"));
  exportTo("report.html");
  EXPECT_THAT(fileText(path("report.html").toStdString()), HasSubstr("Which model?"));
  exportTo("report.md");
  exportTo("report.pdf");
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
  exportTo("report.docx");
  EXPECT_THAT(problem().text().toStdString(), HasSubstr("report.docx"));
  exportTo("nowhere/report.html");
  EXPECT_THAT(problem().text().toStdString(), HasSubstr("nowhere"));
}

// The plots are drawn on the window's thread, which waits for the work when it is closed.
TEST_F(ReportWindow, StopsAnExportAndClosesDuringOne) {
  click("report", "make");
  waitFor("report");
  reportPage().exportTo(path("stopped.html"));
  reportPage().jobs().stop();
  waitFor("report");
  EXPECT_FALSE(std::filesystem::exists(path("stopped.html").toStdString()));
  EXPECT_FALSE(problem().isVisible());
  reportPage().exportTo(path("closed.pdf"));
  window_.reset();
  EXPECT_FALSE(std::filesystem::exists(path("closed.pdf").toStdString()));
}

// Both draw the same plots, in the window one at a time beside other events.
TEST_F(ReportWindow, WritesWhatTheCommandLineWrites) {
  click("report", "make");
  waitFor("report");
  exportTo("report.pdf");
  exportTo("report.html");
  const auto drawing = plot::reportDrawing();
  const auto document = reportPage().document();
  ASSERT_TRUE(document);
  EXPECT_EQ(fileText(path("report.pdf").toStdString()), drawing.pdf(*document).value());
  EXPECT_EQ(fileText(path("report.html").toStdString()),
            report::htmlDocument(*document, drawing).value());
}

}  // namespace
}  // namespace moe::test
