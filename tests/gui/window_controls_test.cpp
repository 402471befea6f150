// The controls of every page: by keyboard, by ear, and when they are left empty.

#include <gmock/gmock.h>

#include <QAccessible>
#include <QComboBox>
#include <QMenu>
#include <QPlainTextEdit>
#include <QSignalSpy>
#include <QSlider>
#include <algorithm>

#include "app/gui/pages/cost_page.h"
#include "app/gui/widgets/file_list.h"
#include "app/gui/widgets/plot_view.h"
#include "tests/gui/window_fixture.h"

namespace moe::test {
namespace {

using testing::HasSubstr;

const char* const kTinyProject = R"(format = 1
[plan.tiny]
preset = "ludziejewski2025"
cost_preset = "probe-v2"
budget_flop = 1e21
[report]
question = "Which  of\nthem?"
)";

class WindowControls : public WindowTest {
 protected:
  void openTiny() {
    const auto file = folder_.write("tiny.moeplan", kTinyProject);
    ASSERT_TRUE(window_->openFile(QString::fromStdString(file.string())));
  }

  /// What Tab comes to on a page, in its order.
  std::vector<QWidget*> tabStops(const QString& key) {
    std::vector<QWidget*> stops;
    QWidget& root = page(key);
    for (QWidget* at = root.nextInFocusChain(); at != &root; at = at->nextInFocusChain())
      if (root.isAncestorOf(at) && at->isVisible() && (at->focusPolicy() & Qt::TabFocus) != 0 &&
          at->focusProxy() == nullptr)
        stops.push_back(at);
    return stops;
  }

  QLineEdit& fieldOf(const QString& key, const QString& slider) {
    return *widget<QWidget>(key, slider).findChild<QLineEdit*>();
  }
  void typeInto(QLineEdit& field, const QString& text) {
    field.setText(text);
    QTest::keyClick(&field, Qt::Key_Return);
  }
  const CostRequest& costQuestion() {
    return std::get<CostRequest>(window_->session().project().steps.back().question);
  }
};

TEST_F(WindowControls, AreNamedForThoseWhoHearThem) {
  openTiny();
  drop({sourceFile("data/tables/runs/nanomoe_wikitext/runs.csv")});
  for (const QString& key : window_->pageKeys()) {
    window_->showPage(key);
    settle(key);
    for (QWidget* stop : tabStops(key)) {
      QAccessibleInterface* heard = QAccessible::queryAccessibleInterface(stop);
      ASSERT_NE(heard, nullptr);
      EXPECT_NE(heard->text(QAccessible::Name), "")
          << key.toStdString() << ": " << stop->metaObject()->className() << " "
          << stop->objectName().toStdString();
    }
  }
}

// Qt's own order is that in which widgets were made; forms that are filled later came last.
TEST_F(WindowControls, AreReachedByTabAsTheyAreRead) {
  openTiny();
  drop({sourceFile("data/tables/runs/nanomoe_wikitext/runs.csv")});
  for (const QString& key : window_->pageKeys()) {
    window_->showPage(key);
    waitFor(key);
    QWidget* answers = page(key).findChild<QTabWidget*>();
    int before = -1;
    bool in_answers = false;
    for (QWidget* stop : tabStops(key)) {
      const bool answer = answers->isAncestorOf(stop);
      EXPECT_TRUE(answer || !in_answers)
          << key.toStdString() << ": " << stop->objectName().toStdString();
      in_answers = in_answers || answer;
      if (answer) continue;
      const int y = stop->mapTo(&page(key), stop->rect().center()).y();
      EXPECT_GE(y, before - stop->height())
          << key.toStdString() << ": " << stop->objectName().toStdString();
      before = y;
    }
    EXPECT_GE(before, 0);
  }
}

// A shortcut leaves no field, so nothing told that the text was finished.
TEST_F(WindowControls, SaveWhatIsTypedInAFieldThatIsNotLeft) {
  openTiny();
  window_->showPage("cost");
  settle("cost");
  QApplication::setActiveWindow(window_.get());
  auto& devices = widget<QLineEdit>("cost", "devices");
  devices.setFocus();
  devices.selectAll();
  QTest::keyClicks(&devices, "4");
  EXPECT_TRUE(window_->save());
  EXPECT_THAT(fileText(path("tiny.moeplan").toStdString()), HasSubstr("devices = 4"));
  EXPECT_FALSE(window_->isWindowModified());
}

TEST_F(WindowControls, AskForTheCheapestNumberOfRequestsOnceTheFieldIsEmptied) {
  window_->showPage("cost");
  settle("cost");
  QLineEdit& requests = fieldOf("cost", "concurrency");
  EXPECT_EQ(requests.text(), "");
  typeInto(requests, "16");
  EXPECT_EQ(costQuestion().concurrency, 16);
  window_->session().undo();
  EXPECT_EQ(requests.text(), "");
  window_->session().redo();
  EXPECT_EQ(requests.text(), "16");
  typeInto(requests, "");
  EXPECT_EQ(costQuestion().concurrency, std::nullopt);
  EXPECT_EQ(requests.text(), "");
  waitFor("cost");
}

// What is usual was shown as if it were stated, though the plan did not count with it.
TEST_F(WindowControls, ShowNoFigureThatThePlanDoesNotState) {
  openTiny();
  window_->showPage("plan");
  settle("plan");
  QLineEdit& prompt = fieldOf("plan", "prompt_tokens");
  EXPECT_EQ(prompt.text(), "");
  EXPECT_EQ(prompt.placeholderText(), "not stated");
  typeInto(prompt, "1000");
  EXPECT_THAT(window_->session().history().text(), HasSubstr("prompt_tokens = 1000"));
  typeInto(prompt, "");
  EXPECT_THAT(window_->session().history().text(), testing::Not(HasSubstr("prompt_tokens")));
  typeInto(fieldOf("plan", "budget_flop"), "");  // a plan starts from it
  EXPECT_EQ(fieldOf("plan", "budget_flop").text(), "1e+21");
  settle("plan");
}

// Every step of the slider once stopped the answer before it: none came until the hand rested.
TEST_F(WindowControls, KeepAnsweringWhileTheCostSliderMoves) {
  window_->showPage("cost");
  settle("cost");
  QSlider& slider = *widget<QWidget>("cost", "context").findChild<QSlider*>();
  const QSignalSpy answers(&page("cost"), SIGNAL(answerShown()));
  slider.setValue(slider.value() + 10);
  EXPECT_TRUE(page("cost").jobs().running());
  slider.setValue(slider.value() + 10);
  waitFor("cost");
  EXPECT_EQ(answers.count(), 2);
}

TEST_F(WindowControls, TakeAFileOffTheListByKeyboard) {
  const QString runs = sourceFile("data/tables/runs/nanomoe_wikitext/runs.csv");
  const QString others = sourceFile("data/tables/runs/gemstones/runs.csv");
  auto& files = widget<gui::FileList>("fit", "files");
  EXPECT_FALSE(files.isVisible());
  drop({runs, others});
  EXPECT_TRUE(files.isVisible());
  ASSERT_EQ(files.count(), 2);
  EXPECT_EQ(files.item(0)->text(), "nanomoe_wikitext/runs.csv");
  EXPECT_EQ(files.item(1)->toolTip(), others);
  files.setCurrentRow(0);
  QTest::keyClick(&files, Qt::Key_Backspace);
  ASSERT_EQ(files.count(), 1);
  EXPECT_EQ(files.item(0)->text(), "runs.csv");
  EXPECT_EQ(window_->session().project().runs[0].points.files, std::vector{others.toStdString()});
  window_->session().undo();
  EXPECT_EQ(files.count(), 2);
  waitFor("fit");
}

TEST_F(WindowControls, TakeAQuestionOfSeveralLinesAndLeaveAnUntouchedOneAlone) {
  openTiny();
  window_->showPage("report");
  QApplication::setActiveWindow(window_.get());
  auto& question = widget<QPlainTextEdit>("report", "question");
  const auto leave = [&] {
    question.setFocus();
    question.clearFocus();
  };
  leave();
  EXPECT_FALSE(window_->session().history().canUndo());
  question.setPlainText("How many experts,\nand why?");
  question.document()->setModified(true);
  leave();
  EXPECT_EQ(window_->session().project().report.question, "How many experts, and why?");
}

TEST_F(WindowControls, HideALineOfAPlotByKeyboard) {
  openTiny();
  window_->showPage("plan");
  settle("plan");
  auto& curves = widget<gui::PlotView>("plan", "curves");
  const QString name = QString::fromStdString(curves.spec().series.front().name);
  QTest::keyClick(&curves, Qt::Key_Menu);
  QAction* line = nullptr;
  for (QMenu* menu : curves.findChildren<QMenu*>())
    for (QAction* action : menu->actions())
      if (action->text() == name) line = action;
  ASSERT_NE(line, nullptr);
  EXPECT_TRUE(line->isChecked());
  EXPECT_TRUE(curves.exportTo(path("all.svg")));
  line->trigger();
  EXPECT_TRUE(curves.exportTo(path("fewer.svg")));
  EXPECT_LT(fileText(path("fewer.svg").toStdString()).size(),
            fileText(path("all.svg").toStdString()).size());
}

}  // namespace
}  // namespace moe::test
