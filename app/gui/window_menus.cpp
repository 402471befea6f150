#include <QAction>
#include <QActionGroup>
#include <QApplication>
#include <QDesktopServices>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QMenu>
#include <QMenuBar>
#include <QMessageBox>
#include <QProgressBar>
#include <QSettings>
#include <QStatusBar>
#include <QToolButton>

#include "app/gui/main_window.h"
#include "app/gui/pages/page.h"
#include "app/gui/shipped_example.h"

namespace moe::gui {
namespace {

QString keyboardHelp() {
  const std::pair<QString, QString> keys[] = {
      {"Alt+1 ... Alt+5", QObject::tr("the pages")},
      {"Tab, Shift+Tab", QObject::tr("the controls of a page as they are read")},
      {"Ctrl+Enter", QObject::tr("fit the law to the runs")},
      {"Esc", QObject::tr("stop the work that runs")},
      {QObject::tr("arrows on a slider"), QObject::tr("move it; Page up and down in larger steps")},
      {QObject::tr("+ - arrows Home on a plot"), QObject::tr("zoom, move, show all")},
      {QObject::tr("Menu key or Shift+F10"),
       QObject::tr("lines to hide, copy and export of a plot; copy of a table")},
      {"Ctrl+C", QObject::tr("copy the plot, or the chosen rows of the table (all without any)")},
      {QObject::tr("Space on a run"), QObject::tr("leave it out or take it in")},
      {"Delete", QObject::tr("take a file of runs off the list")}};
  QString text = "<table cellspacing=\"6\">";
  for (const auto& [key, meaning] : keys)
    text += "<tr><td><b>" + key.toHtmlEscaped() + "</b></td><td>" + meaning.toHtmlEscaped() +
            "</td></tr>";
  return text + "</table>";
}

}  // namespace

void MainWindow::addMenus() {
  addFileMenu();
  addEditMenu();
  addViewMenu();
  addHelpMenu();
}

void MainWindow::addFileMenu() {
  QMenu* menu = menuBar()->addMenu(tr("&File"));
  menu->addAction(tr("&New project"), QKeySequence::New, this, &MainWindow::newProject);
  menu->addAction(tr("&Open ..."), QKeySequence::Open, this, &MainWindow::open);
  recent_ = menu->addMenu(tr("Open &recent"));
  connect(recent_, &QMenu::aboutToShow, this, &MainWindow::fillRecent);
  menu->addAction(tr("Open the &example"), this, &MainWindow::openExample);
  menu->addSeparator();
  menu->addAction(tr("&Save"), QKeySequence::Save, this, &MainWindow::save);
  menu->addAction(tr("Save &as ..."), QKeySequence::SaveAs, this, &MainWindow::saveAs);
  menu->addSeparator();
  menu->addAction(tr("&Quit"), QKeySequence::Quit, this, &QWidget::close);
}

void MainWindow::fillRecent() {
  recent_->clear();
  const QStringList files = QSettings().value("window/recent").toStringList();
  for (const QString& file : files)
    if (QFileInfo::exists(file))
      recent_->addAction(file, this, [this, file] {
        if (mayDiscard()) openFile(file);
      });
  if (recent_->isEmpty()) recent_->addAction(tr("none yet"))->setEnabled(false);
}

void MainWindow::addEditMenu() {
  QMenu* menu = menuBar()->addMenu(tr("&Edit"));
  undo_ = menu->addAction(tr("&Undo"), QKeySequence::Undo, &session_, &Session::undo);
  redo_ = menu->addAction(tr("&Redo"), QKeySequence::Redo, &session_, &Session::redo);
}

void MainWindow::addViewMenu() {
  QMenu* menu = menuBar()->addMenu(tr("&View"));
  for (std::size_t i = 0; i < pages_.size(); ++i) {
    const QKeySequence keys(Qt::ALT | static_cast<Qt::Key>(Qt::Key_1 + static_cast<int>(i)));
    menu->addAction(pages_[i]->title(), keys, this,
                    [this, i] { list_->setCurrentRow(static_cast<int>(i)); });
  }
  menu->addSeparator();
  auto* group = new QActionGroup(this);
  const std::pair<Theme, QString> themes[] = {{Theme::kSystem, tr("Colours of the &system")},
                                              {Theme::kLight, tr("&Light")},
                                              {Theme::kDark, tr("&Dark")}};
  for (const auto& [theme, title] : themes) {
    QAction* action = menu->addAction(title, this, [this, theme = theme] { setTheme(theme); });
    action->setCheckable(true);
    action->setChecked(theme == themeNamed(QSettings().value("window/theme").toString()));
    group->addAction(action);
  }
}

void MainWindow::addHelpMenu() {
  QMenu* menu = menuBar()->addMenu(tr("&Help"));
  menu->addAction(tr("&Keyboard"), QKeySequence::HelpContents, this,
                  [this] { QMessageBox::information(this, tr("Keyboard"), keyboardHelp()); });
  menu->addAction(tr("&About moeplan"), this, [this] {
    QMessageBox::about(
        this, tr("About moeplan"),
        tr("moeplan %1 plans Mixture-of-Experts models over training and serving.\n\nThe command "
           "line, moeplan, answers the same questions: moeplan --help.")
            .arg(QApplication::applicationVersion()));
  });
}

void MainWindow::addStatus() {
  constexpr int kProgressWidth = 320;
  progress_ = new QProgressBar(this);
  progress_->setMaximumWidth(kProgressWidth);
  progress_->setAccessibleName(tr("Progress"));
  stop_ = new QToolButton(this);
  stop_->setObjectName("stop");
  stop_->setText(tr("Stop"));
  stop_->setShortcut(Qt::Key_Escape);
  stop_->setToolTip(tr("Stops the work that runs (Esc)"));
  connect(stop_, &QToolButton::clicked, this, [this] {
    for (Page* page : pages_) page->jobs().stop();
  });
  statusBar()->addPermanentWidget(progress_);
  statusBar()->addPermanentWidget(stop_);
  progress_->hide();
  stop_->hide();

  auto* layout = new QHBoxLayout(problem_bar_);
  problem_ = new QLabel(problem_bar_);
  problem_->setObjectName("problem");
  problem_->setWordWrap(true);
  problem_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  auto* close = new QToolButton(problem_bar_);
  close->setText(tr("Close"));
  connect(close, &QToolButton::clicked, problem_bar_, &QWidget::hide);
  layout->addWidget(problem_, 1);
  layout->addWidget(close);
  problem_bar_->setAutoFillBackground(true);
  problem_bar_->setStyleSheet("background: #d55e00; color: white;");
  problem_bar_->hide();
}

void MainWindow::openExample() {
  if (!mayDiscard()) return;
  const QString path = shippedExample();
  if (path.isEmpty())
    showProblem(tr("The example is not installed with this program."));
  else
    openFile(path);
}

}  // namespace moe::gui
