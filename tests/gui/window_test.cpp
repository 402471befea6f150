// The real window, driven as a person drives it.

#include <gmock/gmock.h>

#include <QScrollBar>
#include <QSignalSpy>
#include <QSlider>
#include <nlohmann/json.hpp>

#include "app/gui/pages/plan_page.h"
#include "app/gui/widgets/column_dialog.h"
#include "app/gui/widgets/data_table.h"
#include "app/gui/widgets/import_dialog.h"
#include "app/gui/widgets/plot_view.h"
#include "app/report/fit_report.h"
#include "app/report/plan_report.h"
#include "data/numbers.h"
#include "tests/gui/window_fixture.h"
#include "tests/support/run_command.h"

namespace moe::test {
namespace {

using testing::HasSubstr;
using Json = nlohmann::json;

const char* const kRuns = "data/tables/runs/clark_routed/curves_long.csv.gz";
const char* const kFilters = "canonical=1, router=S-Base,Dense";
const char* const kCurve = "0.04..0.3333333";

/// A document without what differs from run to run.
Json comparable(const std::string& text) {
  Json document = Json::parse(text);
  for (const char* key : {"timing_s", "saved_to"}) document.erase(key);
  return document;
}

class WholeWindow : public WindowTest {
 protected:
  /// Shipped runs dropped, and a law fitted to them with few resamples.
  void fitDroppedRuns() {
    drop({sourceFile(kRuns)});
    type("fit", "filters", kFilters);
    type("fit", "curve", kCurve);
    type("fit", "laws", "ludziejewski2025");
    type("fit", "bootstrap", "20");
    type("fit", "study", "none");
    waitFor("fit");
    click("fit", "fit_button");
    waitFor("fit");
  }

  /// A plan on the fit's law with prices of a formula, which cost no time.
  void plan() {
    type("plan", "hardware", "");
    type("plan", "cost_preset", "probe-v2");
    window_->showPage("plan");
    settle("plan");
  }

  gui::PlanPage& planPage() { return static_cast<gui::PlanPage&>(page("plan")); }
  const PlanAnswer& planAnswer() { return std::get<PlanAnswer>(planPage().picture()->answer); }

  /// A slider of the plan is dragged by so many of its thousand steps; new curves follow.
  void drag(const QString& name, int steps) {
    QSlider& slider = *widget<QWidget>("plan", name).findChild<QSlider*>();
    const QSignalSpy curves(&planPage(), &gui::PlanPage::curvesShown);
    slider.setValue(slider.value() + steps);
    EXPECT_TRUE(QTest::qWaitFor([&] { return curves.count() > 0; }, kPatience));
  }
  /// Until what follows a slider is the whole answer.
  void waitForWholePlan() {
    EXPECT_TRUE(QTest::qWaitFor(
        [&] { return !planPage().picture()->quick && !planPage().jobs().running(); }, kPatience));
  }

  std::string lawFile() { return window_->session().lawFile("law"); }

  Json planByCommand() {
    const double budget = *planAnswer().question.budget_flop;
    const Ended ended = runCommand(
        {"plan", "--law-file", lawFile(), "--budget-flop", exactNumber(budget), "--cost-preset",
         "probe-v2", "--prompt-tokens", "512", "--output-tokens", "256", "--json", "--quiet"});
    EXPECT_EQ(ended.err, "");
    return comparable(ended.out);
  }
};

TEST_F(WholeWindow, FitsDroppedRunsAsTheCommandLineDoes) {
  fitDroppedRuns();
  EXPECT_THAT(shown("fit", "headline").toStdString(), HasSubstr("ludziejewski2025"));
  const auto answer = window_->session().fitAnswer("law");
  ASSERT_TRUE(answer);
  const std::string saved = path("law.json").toStdString();
  const Ended ended =
      runCommand({"fit", sourceFile(kRuns).toStdString(), "--filter", "canonical=1", "--filter",
                  "router=S-Base,Dense", "--curve", kCurve, "--law", "ludziejewski2025",
                  "--bootstrap", "20", "--study", "none", "--save", saved, "--json", "--quiet"});
  EXPECT_EQ(comparable(report::fitJson(*answer)), comparable(ended.out));
  EXPECT_EQ(fileText(lawFile()), fileText(saved));
}

TEST_F(WholeWindow, PlansExportsSavesAndOpensAgainWithTheNumbersOfTheCommandLine) {
  fitDroppedRuns();
  plan();
  EXPECT_EQ(comparable(report::planJson(planAnswer())), planByCommand());
  const double before = *planAnswer().question.budget_flop;
  drag("budget_flop", -80);
  waitForWholePlan();
  EXPECT_LT(*planAnswer().question.budget_flop, before);
  EXPECT_EQ(comparable(report::planJson(planAnswer())), planByCommand());
  const auto& table = widget<gui::DataTable>("plan", "configurations").table();
  EXPECT_EQ(tabSeparated(table), tabSeparated(planTableData(*planPage().picture(), nullptr)));

  auto& curves = widget<gui::PlotView>("plan", "curves");
  EXPECT_TRUE(curves.exportTo(path("plan.csv")));
  EXPECT_EQ(fileText(path("plan.csv").toStdString()),
            report::plotCsv(planPage().picture()->curves));
  EXPECT_TRUE(curves.exportTo(path("plan.svg")));
  EXPECT_THAT(fileText(path("plan.svg").toStdString()), HasSubstr("<svg"));

  const Json shown = comparable(report::planJson(planAnswer()));
  EXPECT_TRUE(window_->saveTo(path("tiny.moeplan")));
  EXPECT_FALSE(window_->isWindowModified());
  makeWindow();
  ASSERT_TRUE(window_->openFile(path("tiny.moeplan")));
  settle("fit");
  window_->showPage("plan");
  settle("plan");
  Json again = comparable(report::planJson(planAnswer()));
  EXPECT_NE(again["inputs"], Json());
  again["inputs"]["law_file"] = shown["inputs"]["law_file"];  // each window has its own copy
  again["sources"] = shown["sources"];
  EXPECT_EQ(again, shown);
}

TEST_F(WholeWindow, UndoesADragInOneStep) {
  fitDroppedRuns();
  plan();
  const std::string before = window_->session().history().text();
  drag("budget_flop", -20);
  drag("budget_flop", -20);
  EXPECT_NE(window_->session().history().text(), before);
  window_->session().undo();
  EXPECT_EQ(window_->session().history().text(), before);
  window_->session().redo();
  EXPECT_NE(window_->session().history().text(), before);
}

TEST_F(WholeWindow, AsksForColumnsThatItDoesNotKnow) {
  const auto file = folder_.write("odd.csv",
                                  "groesse,daten,verlust\n1e7,1e9,3.9\n2e7,1e9,3.7\n1e7,2e9,3.8\n"
                                  "2e7,2e9,3.6\n4e7,2e9,3.5\n4e7,4e9,3.4\n");
  drop({QString::fromStdString(file.string())});
  waitFor("fit");
  auto* dialog = window_->findChild<gui::ColumnDialog*>("columns");
  ASSERT_NE(dialog, nullptr);
  const auto meanings = dialog->findChildren<QComboBox*>();
  ASSERT_EQ(meanings.size(), 3);
  const Role roles[] = {Role::kParams, Role::kTokens, Role::kLoss};
  for (int i = 0; i < 3; ++i)
    meanings[i]->setCurrentIndex(meanings[i]->findData(static_cast<int>(roles[i])));
  dialog->accept();
  waitFor("fit");
  EXPECT_THAT(shown("fit", "headline").toStdString(), HasSubstr("6 runs"));
}

TEST_F(WholeWindow, KeepsItsPlaceInTheTableWhenARunIsLeftOut) {
  drop({sourceFile("data/tables/runs/gemstones/runs.csv")});
  waitFor("fit");
  auto& table = widget<gui::DataTable>("fit", "runs");
  table.verticalScrollBar()->setValue(300);
  const QModelIndex cell = table.model()->index(305, 0);
  table.model()->setData(cell, Qt::Unchecked, Qt::CheckStateRole);
  waitFor("fit");
  EXPECT_THAT(shown("fit", "detail").toStdString(), HasSubstr("1 left out"));
  EXPECT_EQ(table.verticalScrollBar()->value(), 300);
  EXPECT_EQ(table.model()->index(305, 0).data(Qt::CheckStateRole).toInt(), Qt::Unchecked);
}

// A filter may hold a comma; leaving its field once cut it in two.
TEST_F(WholeWindow, LeavingAFieldChangesNothing) {
  ASSERT_TRUE(window_->openFile(sourceFile("data/tables/projects/clark.moeplan")));
  waitFor("fit");
  for (const QString& key : window_->pageKeys())
    for (QLineEdit* each : page(key).findChildren<QLineEdit*>())
      QMetaObject::invokeMethod(each, "editingFinished");
  EXPECT_FALSE(window_->isWindowModified());
  EXPECT_FALSE(window_->session().history().canUndo());
}

// The log says neither N nor the tokens of a step; the import asks for them.
TEST_F(WholeWindow, ImportsADroppedLogAsTheCommandLineDoes) {
  const QString log = sourceFile("tests/golden/logs/modded_nanogpt/2024-10-10_Muon_124M.log");
  drop({log});
  auto* dialog = window_->findChild<gui::ImportDialog*>("import");
  ASSERT_NE(dialog, nullptr);
  const auto read = [&] {
    EXPECT_TRUE(QTest::qWaitFor([&] { return !dialog->running(); }, kPatience));
  };
  read();
  auto* set = dialog->findChild<QLineEdit*>("set");
  set->setText("n=124e6, tokens_per_step=524288");
  QTest::keyClick(set, Qt::Key_Return);
  read();
  EXPECT_TRUE(dialog->findChild<QPushButton*>("write")->isEnabled());
  dialog->writeTo(path("runs.csv"));
  EXPECT_TRUE(
      QTest::qWaitFor([&] { return !window_->session().project().runs.empty(); }, kPatience));
  waitFor("fit");
  EXPECT_THAT(shown("fit", "headline").toStdString(), HasSubstr("1 run,"));
  const std::string table = path("by_command.csv").toStdString();
  const Ended ended = runCommand({"import", log.toStdString(), "--out", table, "--set", "n=124e6",
                                  "--set", "tokens_per_step=524288", "--quiet"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(fileText(path("runs.csv").toStdString()), fileText(table));
}

// Least sizes of plots once pushed the window to 916 pixels of height.
TEST_F(WholeWindow, NeverGrowsBeyondItsSize) {
  fitDroppedRuns();
  plan();
  for (const QString& key : window_->pageKeys()) {
    window_->showPage(key);
    waitFor(key);
    EXPECT_LE(window_->minimumSizeHint().height(), 720) << key.toStdString();
    EXPECT_LE(window_->minimumSizeHint().width(), 1280) << key.toStdString();
  }
  EXPECT_EQ(window_->size(), QSize(1280, 800));
}

// A plot, a table, a field: what a person hears instead of sees.
TEST_F(WholeWindow, NamesWhatTakesTheKeyboard) {
  fitDroppedRuns();
  for (const QString& key : window_->pageKeys())
    for (const QWidget* each : page(key).findChildren<QWidget*>()) {
      const bool takes = (each->focusPolicy() & Qt::TabFocus) != 0 && !each->isHidden();
      const bool named = qobject_cast<const gui::PlotView*>(each) != nullptr ||
                         qobject_cast<const gui::DataTable*>(each) != nullptr;
      if (!takes || !named) continue;
      EXPECT_NE(each->accessibleName(), "") << each->objectName().toStdString();
    }
}

}  // namespace
}  // namespace moe::test
