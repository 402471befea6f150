// What goes wrong around a window: a clear message, nothing lost, no crash.

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <unistd.h>

#include <QMessageBox>
#include <QTimer>
#include <csignal>

#include "app/gui/widgets/plot_view.h"
#include "tests/gui/window_fixture.h"

namespace moe::test {
namespace {

using testing::HasSubstr;

const char* const kProject = "format = 1\ntitle = \"mine\"\n\n[runs.a]\nfiles = [\"gone.csv\"]\n";

/// No file may grow beyond so many bytes, as on a disk that is full.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);  // then writing fails with a cause
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FullDisk() { setrlimit(RLIMIT_FSIZE, &before_); }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
};

class WindowFaults : public WindowTest {
 protected:
  /// An edit that is not saved.
  void edit(const std::string& title) {
    Project project = window_->session().project();
    project.title = title;
    window_->session().edit(project, "test");
  }
  std::string problemText() {
    EXPECT_TRUE(problem().isVisible());
    return problem().text().toStdString();
  }
  QString projectFile() { return QString::fromStdString(folder_.write("a.moeplan", kProject)); }

  /// Presses a button of the question that comes next.
  static void answerNext(QMessageBox::StandardButton button) {
    QTimer::singleShot(0, [button] {
      auto* box = qobject_cast<QMessageBox*>(QApplication::activeModalWidget());
      ASSERT_NE(box, nullptr);
      box->button(button)->click();
    });
  }
};

TEST_F(WindowFaults, CloseDuringAFit) {
  ASSERT_TRUE(window_->openFile(sourceFile("data/tables/projects/clark.moeplan")));
  waitFor("fit");
  click("fit", "fit_button");
  QTest::qWait(50);
  EXPECT_TRUE(page("fit").jobs().running());
  EXPECT_TRUE(window_->close());
  window_.reset();  // waits for the work to notice
}

TEST_F(WindowFaults, StopOfAFitLeavesThePageAsItWas) {
  ASSERT_TRUE(window_->openFile(sourceFile("data/tables/projects/clark.moeplan")));
  waitFor("fit");
  const QString before = shown("fit", "headline");
  click("fit", "fit_button");
  page("fit").jobs().stop();
  waitFor("fit");
  EXPECT_EQ(shown("fit", "headline"), before);
  EXPECT_TRUE(widget<QPushButton>("fit", "fit_button").isEnabled());
}

TEST_F(WindowFaults, ABrokenProjectIsNamedWithItsLineAndTheOpenOneStays) {
  ASSERT_TRUE(window_->openFile(projectFile()));
  const auto broken = folder_.write("broken.moeplan", "format = 1\n[fit.x]\nrunz = \"a\"\n");
  EXPECT_FALSE(window_->openFile(QString::fromStdString(broken.string())));
  EXPECT_THAT(problemText(), HasSubstr("broken.moeplan:3"));
  EXPECT_EQ(window_->session().project().title, "mine");
}

TEST_F(WindowFaults, ABinaryFileIsNoTable) {
  std::string bytes;
  for (int i = 0; i < 2000; ++i) bytes += static_cast<char>(i * 37);
  drop({QString::fromStdString(folder_.write("noise.csv", bytes).string())});
  waitFor("fit");
  EXPECT_EQ(shown("fit", "headline"), "No answer");
  EXPECT_THAT(shown("fit", "detail").toStdString(), HasSubstr("noise.csv"));
}

TEST_F(WindowFaults, AProjectWhoseFilesAreGoneOpensAndSaysWhich) {
  ASSERT_TRUE(window_->openFile(projectFile()));
  waitFor("fit");
  EXPECT_EQ(shown("fit", "headline"), "No answer");
  EXPECT_THAT(shown("fit", "detail").toStdString(), HasSubstr("gone.csv"));
  folder_.write("gone.csv", "n_params,n_tokens,loss\n1e7,1e9,3.9\n2e7,1e9,3.7\n4e7,1e9,3.6\n");
  window_->showPage("cost");
  ASSERT_TRUE(window_->openFile(path("a.moeplan")));  // it is back
  window_->showPage("fit");
  waitFor("fit");
  EXPECT_THAT(shown("fit", "headline").toStdString(), HasSubstr("3 runs"));
}

TEST_F(WindowFaults, AFolderThatCannotBeWrittenKeepsTheEdit) {
  edit("precious");
  // Not even root writes here.
  EXPECT_FALSE(window_->saveTo("/proc/moeplan-test.moeplan"));
  EXPECT_THAT(problemText(), HasSubstr("/proc/moeplan-test.moeplan: cannot write"));
  EXPECT_TRUE(window_->isWindowModified());
  EXPECT_EQ(window_->session().project().title, "precious");
}

TEST_F(WindowFaults, AFullDiskKeepsTheOldFileAndTheEdit) {
  ASSERT_TRUE(window_->openFile(projectFile()));
  edit(std::string(500, 'x'));
  {
    const FullDisk disk(100);
    EXPECT_FALSE(window_->save());
    window_->document().saveRecovery();  // must not disturb either
  }
  EXPECT_THAT(problemText(), HasSubstr("a.moeplan: cannot write: File too large"));
  EXPECT_EQ(fileText(path("a.moeplan").toStdString()), kProject);
  EXPECT_EQ(folder_.size(), 1u);  // no half file beside it
  EXPECT_TRUE(window_->isWindowModified());
  EXPECT_TRUE(window_->save());
  EXPECT_FALSE(window_->isWindowModified());
}

TEST_F(WindowFaults, ADeviceThatIsFullIsNamed) {
  edit("precious");
  EXPECT_FALSE(window_->saveTo("/dev/full"));
  EXPECT_THAT(problemText(), HasSubstr("/dev/full: cannot write: No space left on device"));
}

TEST_F(WindowFaults, ClosingAsksForWhatIsNotSavedAndCancelStays) {
  edit("precious");
  answerNext(QMessageBox::Cancel);
  EXPECT_FALSE(window_->close());
  answerNext(QMessageBox::Discard);
  EXPECT_TRUE(window_->close());
}

TEST_F(WindowFaults, EditsSurviveACrash) {
  ASSERT_TRUE(window_->openFile(projectFile()));
  edit("precious");
  window_->document().saveRecovery();
  makeWindow();  // the window before never closed
  ASSERT_FALSE(window_->document().recoverable().empty());
  answerNext(QMessageBox::Yes);
  window_->offerRecovery();
  EXPECT_EQ(window_->session().project().title, "precious");
  EXPECT_TRUE(window_->isWindowModified());
  ASSERT_EQ(window_->session().project().runs.size(), 1u);
  const std::string file = window_->session().project().runs[0].points.files[0];
  EXPECT_EQ(std::filesystem::weakly_canonical(file),
            std::filesystem::weakly_canonical(folder_.path() / "gone.csv"));
  window_->document().forgetRecovery();
}

TEST_F(WindowFaults, ADamagedCopyOfACrashIsNamed) {
  edit("precious");
  window_->document().saveRecovery();
  const auto copy = window_->document().recoverable();
  std::filesystem::resize_file(copy, 3);
  answerNext(QMessageBox::Yes);
  window_->offerRecovery();
  EXPECT_THAT(problemText(), HasSubstr("recovery.moeplan"));
  window_->document().forgetRecovery();
}

TEST_F(WindowFaults, AChangeByAnotherProgramIsNoticed) {
  ASSERT_TRUE(window_->openFile(projectFile()));
  folder_.write("a.moeplan", std::string(kProject) + "# by hand\n");
  EXPECT_TRUE(QTest::qWaitFor([&] { return problem().isVisible(); }, kPatience));
  EXPECT_THAT(problemText(), HasSubstr("another program"));
}

TEST_F(WindowFaults, APlotThatCannotBeWrittenIsNamed) {
  drop({sourceFile("data/tables/runs/nanomoe_wikitext/runs.csv")});
  waitFor("fit");
  auto& plot = *page("fit").findChildren<gui::PlotView*>().front();
  EXPECT_FALSE(plot.exportTo(path("nowhere/plot.svg")));
  EXPECT_THAT(problemText(), HasSubstr("nowhere/plot.svg: cannot write"));
  EXPECT_FALSE(plot.exportTo(path("plot.gif")));
  EXPECT_THAT(problemText(), HasSubstr(".svg, .pdf, .png or .csv"));
}

}  // namespace
}  // namespace moe::test
