#include "app/gui/main_window.h"

#include <QAccessible>
#include <QApplication>
#include <QCloseEvent>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QMenu>
#include <QMessageBox>
#include <QMimeData>
#include <QProgressBar>
#include <QSettings>
#include <QStackedWidget>
#include <QStatusBar>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "app/gui/pages/cost_page.h"
#include "app/gui/pages/fit_page.h"
#include "app/gui/pages/page.h"
#include "app/gui/pages/plan_page.h"
#include "app/gui/pages/report_page.h"
#include "app/gui/pages/verify_page.h"
#include "app/gui/presenters/dropped_file.h"
#include "app/plot/plot_theme.h"

namespace moe::gui {
namespace {

constexpr int kListWidth = 124;
constexpr int kListPadding = 14;  // above and below the name of a page together
constexpr int kMostRecent = 8;
const char* const kProjectFilter = "moeplan projects (*.moeplan *.toml)";

}  // namespace

MainWindow::MainWindow(QWidget* parent)
    : QMainWindow(parent), list_(new QListWidget(this)), stack_(new QStackedWidget(this)) {
  setObjectName("moeplan");
  resize(1280, 800);
  setAcceptDrops(true);
  auto* middle = new QWidget(this);
  auto* columns = new QHBoxLayout(middle);
  columns->setContentsMargins(0, 0, 0, 0);
  columns->setSpacing(0);
  list_->setObjectName("pages");
  list_->setAccessibleName(tr("Pages"));
  list_->setFixedWidth(kListWidth);
  list_->setFrameShape(QFrame::NoFrame);
  columns->addWidget(list_);
  columns->addWidget(stack_, 1);
  auto* rows = new QWidget(this);
  auto* layout = new QVBoxLayout(rows);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  problem_bar_ = new QWidget(rows);
  layout->addWidget(problem_bar_);
  layout->addWidget(middle, 1);
  setCentralWidget(rows);

  constexpr int kNoticed = 300;  // ms; answers that follow a slider come and go sooner
  work_delay_.setSingleShot(true);
  work_delay_.setInterval(kNoticed);
  connect(&work_delay_, &QTimer::timeout, this, &MainWindow::showWork);
  addPages();
  addStatus();
  addMenus();
  connect(list_, &QListWidget::currentRowChanged, stack_, &QStackedWidget::setCurrentIndex);
  connect(&session_, &Session::projectChanged, this, &MainWindow::showState);
  connect(&document_, &Document::changedOnDisk, this, [this] {
    showProblem(
        tr("The project's file was changed by another program. File > Open reads it again; "
           "saving writes over it."));
  });
  list_->setCurrentRow(0);
  loadSettings();
  showState();
}

void MainWindow::addPages() {
  const auto add = [this](Page* page) {
    pages_.push_back(page);
    stack_->addWidget(page);
    auto* item = new QListWidgetItem(page->title(), list_);
    item->setSizeHint({kListWidth, list_->fontMetrics().height() + kListPadding});
    watchWork(*page);
  };
  add(new FitPage(session_, this));
  add(new CostPage(session_, this));
  add(new PlanPage(session_, this));
  add(new VerifyPage(session_, this));
  add(new ReportPage(session_, this));
}

void MainWindow::watchWork(Page& page) {
  connect(&page, &Page::problem, this, &MainWindow::showProblem);
  connect(&page, &Page::message, this, &MainWindow::showMessage);
  connect(&page, &Page::pageWanted, this, &MainWindow::showPage);
  connect(&page, &Page::exampleWanted, this, &MainWindow::openExample);
  connect(&page.jobs(), &JobRunner::progressed, this, [this](const QString& what, double share) {
    constexpr int kWhole = 1000;
    progress_->setRange(0, share >= 0 ? kWhole : 0);
    progress_->setValue(static_cast<int>(share * kWhole));
    progress_->setFormat(what + "  %p%");
  });
  connect(&page.jobs(), &JobRunner::runningChanged, this, [this](bool running) {
    if (!running) return showWork();
    progress_->setRange(0, 0);
    work_delay_.start();
  });
}

void MainWindow::showWork() {
  const bool running =
      std::any_of(pages_.begin(), pages_.end(), [](Page* page) { return page->jobs().running(); });
  if (!running) work_delay_.stop();
  progress_->setVisible(running);
  stop_->setVisible(running);
}

Page* MainWindow::page(const QString& key) const {
  for (Page* page : pages_)
    if (page->key() == key) return page;
  return nullptr;
}

QStringList MainWindow::pageKeys() const {
  QStringList keys;
  for (const Page* page : pages_) keys << page->key();
  return keys;
}

void MainWindow::showPage(const QString& key) {
  for (std::size_t i = 0; i < pages_.size(); ++i)
    if (pages_[i]->key() == key) list_->setCurrentRow(static_cast<int>(i));
}

void MainWindow::setTheme(Theme theme) {
  theme_ = theme;
  applyTheme(theme);
  const plot::PlotTheme plots = isDark() ? plot::darkTheme() : plot::lightTheme();
  for (Page* page : pages_) page->setTheme(plots);
}

bool MainWindow::openFile(const QString& path) {
  const auto opened = document_.open(path.toStdString());
  if (!opened) {
    showProblem(QString::fromStdString(describe(opened.error())));
    return false;
  }
  problem_bar_->hide();
  rememberRecent(QFileInfo(path).absoluteFilePath());
  return true;
}

/// What is typed counts when its field is left; a shortcut leaves none.
void MainWindow::finishTyping() {
  QWidget* field = focusWidget();
  if (field == nullptr) return;
  field->clearFocus();
  field->setFocus();
}

bool MainWindow::saveTo(const QString& path) {
  finishTyping();
  const auto saved = document_.save(path.toStdString());
  if (!saved) {
    showProblem(QString::fromStdString(describe(saved.error())));
    return false;
  }
  rememberRecent(QFileInfo(path).absoluteFilePath());
  showMessage(tr("Saved %1").arg(path));
  return true;
}

void MainWindow::newProject() {
  if (mayDiscard()) document_.makeNew();
}

void MainWindow::open() {
  if (!mayDiscard()) return;
  const QString path =
      QFileDialog::getOpenFileName(this, tr("Open project"), {}, tr(kProjectFilter));
  if (!path.isEmpty()) openFile(path);
}

bool MainWindow::save() {
  finishTyping();
  const std::filesystem::path& file = session_.history().file();
  return file.empty() ? saveAs() : saveTo(QString::fromStdString(file.string()));
}

bool MainWindow::saveAs() {
  QString path =
      QFileDialog::getSaveFileName(this, tr("Save project"), "project.moeplan", tr(kProjectFilter));
  if (path.isEmpty()) return false;
  if (QFileInfo(path).suffix().isEmpty()) path += ".moeplan";
  return saveTo(path);
}

bool MainWindow::mayDiscard() {
  finishTyping();
  if (!session_.history().modified()) return true;
  const auto answer = QMessageBox::question(
      this, tr("Unsaved changes"), tr("The project has changes that are not saved."),
      QMessageBox::Save | QMessageBox::Discard | QMessageBox::Cancel, QMessageBox::Save);
  if (answer == QMessageBox::Cancel) return false;
  return answer == QMessageBox::Discard || save();
}

void MainWindow::offerRecovery() {
  if (document_.recoverable().empty()) return;
  const auto answer =
      QMessageBox::question(this, tr("Unsaved changes found"),
                            tr("moeplan ended without saving. Open the changes that were kept?"),
                            QMessageBox::Yes | QMessageBox::No, QMessageBox::Yes);
  if (answer != QMessageBox::Yes) return document_.forgetRecoverable();
  const auto recovered = document_.recover();
  if (recovered)
    showMessage(tr("These are the changes that were not saved. File > Save as keeps them."));
  else
    showProblem(QString::fromStdString(describe(recovered.error())));
}

void MainWindow::closeEvent(QCloseEvent* event) {
  if (!mayDiscard()) return event->ignore();
  for (Page* page : pages_) page->jobs().stop();
  document_.forgetRecovery();
  saveSettings();
  event->accept();
}

void MainWindow::showMessage(const QString& text) {
  constexpr int kMilliseconds = 6000;
  statusBar()->showMessage(text, kMilliseconds);
}

void MainWindow::showProblem(const QString& text) {
  problem_->setText(text);
  problem_bar_->show();
  QAccessibleEvent said(problem_, QAccessible::Alert);
  QAccessible::updateAccessibility(&said);
}

void MainWindow::showState() {
  const ProjectHistory& history = session_.history();
  const QString name = history.file().empty()
                           ? tr("New project")
                           : QString::fromStdString(history.file().filename().string());
  setWindowTitle(name + "[*] - moeplan");
  setWindowModified(history.modified());
  undo_->setEnabled(history.canUndo());
  redo_->setEnabled(history.canRedo());
  undo_->setText(tr("&Undo %1").arg(QString::fromStdString(history.undoText())).trimmed());
  redo_->setText(tr("&Redo %1").arg(QString::fromStdString(history.redoText())).trimmed());
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
  if (event->mimeData()->hasUrls()) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
  QStringList files;
  for (const QUrl& url : event->mimeData()->urls())
    if (url.isLocalFile()) files << url.toLocalFile();
  takeFiles(files);
}

void MainWindow::takeFiles(const QStringList& files) {
  if (files.isEmpty()) return;
  if (droppedKind(files.front().toStdString()) == DroppedKind::kProject) {
    if (mayDiscard()) openFile(files.front());
    return;
  }
  for (Page* page : pages_)
    if (page->takeFiles(files)) return showPage(page->key());
  showProblem(
      tr("%1 is neither a project nor a table nor a document of moeplan").arg(files.front()));
}

void MainWindow::loadSettings() {
  const QSettings settings;
  restoreGeometry(settings.value("window/geometry").toByteArray());
  setTheme(themeNamed(settings.value("window/theme").toString()));
  showPage(settings.value("window/page").toString());
}

void MainWindow::saveSettings() {
  QSettings settings;
  settings.setValue("window/geometry", saveGeometry());
  settings.setValue("window/theme", gui::name(theme_));
  settings.setValue("window/page", pages_[static_cast<std::size_t>(list_->currentRow())]->key());
}

void MainWindow::rememberRecent(const QString& path) {
  QSettings settings;
  QStringList recent = settings.value("window/recent").toStringList();
  recent.removeAll(path);
  recent.prepend(path);
  while (recent.size() > kMostRecent) recent.removeLast();
  settings.setValue("window/recent", recent);
}

}  // namespace moe::gui
