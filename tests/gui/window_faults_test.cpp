// What goes wrong around a window: a clear message, nothing lost, no crash.

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <unistd.h>

#include <QMessageBox>
#include <QTimer>
#include <csignal>

#include "app/gui/widgets/plot_view.h"
#include "fitting/laws/law_file.h"
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
  /// Windows of other tests end as in a crash, some after they kept a copy.
  WindowFaults() {
    while (!window_->document().recoverable().empty()) window_->document().forgetRecoverable();
  }

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

// Reading does not stop at once; its runs once came up in the project that was opened meanwhile.
TEST_F(WindowFaults, AnAnswerOfTheProjectBeforeIsNotShown) {
  ASSERT_TRUE(window_->openFile(sourceFile("data/tables/projects/clark.moeplan")));
  ASSERT_TRUE(page("fit").jobs().running());
  window_->document().makeNew();
  EXPECT_FALSE(page("fit").jobs().running());
  QTest::qWait(700);  // as long as the table takes
  EXPECT_TRUE(page("fit").findChild<QLabel*>("empty")->isVisible());
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
  makeWindow();
  const auto copy = window_->document().recoverable();
  std::filesystem::resize_file(copy, 3);
  answerNext(QMessageBox::Yes);
  window_->offerRecovery();
  EXPECT_THAT(problemText(), HasSubstr(copy.filename().string()));
  window_->document().forgetRecoverable();
}

// One copy for all windows was overwritten by the next one, and removed when that was closed.
TEST_F(WindowFaults, AnotherWindowLeavesTheCopyOfThisOneAlone) {
  edit("precious");
  window_->document().saveRecovery();
  {
    gui::MainWindow other;
    EXPECT_TRUE(other.document().recoverable().empty());  // the first window still runs
    Project project;
    project.title = "other";
    other.session().edit(project, "test");
    other.document().saveRecovery();
    other.session().undo();
    EXPECT_TRUE(other.close());
  }
  makeWindow();  // the first one never closed
  answerNext(QMessageBox::Yes);
  window_->offerRecovery();
  EXPECT_EQ(window_->session().project().title, "precious");
  window_->document().forgetRecovery();
  EXPECT_TRUE(window_->document().recoverable().empty());
}

TEST_F(WindowFaults, ACopyThatIsNotWantedIsForgotten) {
  edit("precious");
  window_->document().saveRecovery();
  makeWindow();
  answerNext(QMessageBox::No);
  window_->offerRecovery();
  EXPECT_EQ(window_->session().project().title, "");
  EXPECT_TRUE(window_->document().recoverable().empty());
}

// Editors write a new file and rename it; the one that was watched is then gone.
TEST_F(WindowFaults, AProjectThatIsReplacedIsNoticedEveryTime) {
  ASSERT_TRUE(window_->openFile(projectFile()));
  for (const char* line : {"# once\n", "# twice\n"}) {
    const auto beside = folder_.write("new", std::string(kProject) + line);
    std::filesystem::rename(beside, folder_.path() / "a.moeplan");
    EXPECT_TRUE(QTest::qWaitFor([&] { return problem().isVisible(); }, kPatience)) << line;
    problem().parentWidget()->hide();
  }
}

TEST_F(WindowFaults, RunsThatAnotherProgramChangedAreReadAgain) {
  const std::string head = "n_params,n_tokens,loss\n1e7,1e9,3.9\n2e7,1e9,3.7\n4e7,1e9,3.6\n";
  drop({QString::fromStdString(folder_.write("runs.csv", head).string())});
  waitFor("fit");
  EXPECT_THAT(shown("fit", "headline").toStdString(), HasSubstr("3 runs"));
  folder_.write("runs.csv", head + "8e7,1e9,3.5\n");
  EXPECT_TRUE(
      QTest::qWaitFor([&] { return shown("fit", "headline").startsWith("4 runs"); }, kPatience))
      << shown("fit", "headline").toStdString();
}

TEST_F(WindowFaults, ALawFileThatAnotherProgramChangedIsReadAgain) {
  Law law = *presetLaw("ludziejewski2025");
  folder_.write("law.json", lawToJson(law));
  const auto file = folder_.write("plan.moeplan",
                                  "format = 1\n[plan.p]\nlaw_file = \"law.json\"\ncost_preset = "
                                  "\"probe-v2\"\nbudget_flop = 1e20\n");
  ASSERT_TRUE(window_->openFile(QString::fromStdString(file.string())));
  window_->showPage("plan");
  settle("plan");
  const QString before = shown("plan", "headline");
  law.values.back() += 0.5;
  folder_.write("law.json", lawToJson(law));
  EXPECT_TRUE(QTest::qWaitFor([&] { return shown("plan", "headline") != before; }, kPatience));
  settle("plan");
}

TEST_F(WindowFaults, AFitStaysUntilItIsAskedForAgainWhenItsRunsChange) {
  const auto file = folder_.path() / "runs.csv";
  const std::string all =
      fileText(sourceFile("data/tables/runs/nanomoe_wikitext/runs.csv").toStdString());
  std::string fewer = all;
  fewer.erase(fewer.find_last_of('\n', fewer.size() - 2) + 1);
  folder_.write("runs.csv", all);
  drop({QString::fromStdString(file.string())});
  type("fit", "laws", "clark2022");
  type("fit", "study", "none");
  type("fit", "bootstrap", "20");
  waitFor("fit");
  settle("fit");
  const QString fitted = shown("fit", "headline");
  EXPECT_THAT(fitted.toStdString(), HasSubstr("parameters on"));
  folder_.write("runs.csv", fewer);
  EXPECT_TRUE(QTest::qWaitFor([&] { return problem().isVisible(); }, kPatience));
  EXPECT_THAT(problemText(), HasSubstr("runs.csv was changed by another program"));
  EXPECT_EQ(shown("fit", "headline"), fitted);
  click("fit", "fit_button");
  waitFor("fit");
  EXPECT_NE(shown("fit", "headline"), fitted);
  EXPECT_THAT(shown("fit", "headline").toStdString(), HasSubstr("parameters on"));
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
