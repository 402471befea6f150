#include "app/gui/pages/fit_page.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QLineEdit>
#include <QPushButton>
#include <QTabWidget>
#include <QVBoxLayout>

#include "app/gui/presenters/dropped_file.h"
#include "app/gui/session.h"
#include "app/gui/widgets/column_dialog.h"
#include "app/gui/widgets/data_table.h"
#include "app/gui/widgets/file_list.h"
#include "app/gui/widgets/import_dialog.h"
#include "app/gui/widgets/plot_grid.h"
#include "app/gui/widgets/question_form.h"
#include "app/gui/widgets/section_label.h"

namespace moe::gui {
namespace {

constexpr int kRunsTab = 0;
constexpr int kLossTab = 1;

}  // namespace

FitPage::FitPage(Session& session, QWidget* parent)
    : FramedPage("fit", tr("Runs and fit"),
                 tr("The training runs, the loss law that they follow, and how far to trust each "
                    "parameter of it."),
                 session, parent),
      files_(new FileList(this)),
      points_form_(new QuestionForm(this)),
      fit_form_(new QuestionForm(this)),
      fit_button_(new QPushButton(tr("&Fit"), this)),
      runs_(new DataTable(this)),
      loss_(new PlotGrid(this)),
      residuals_(new PlotGrid(this)),
      profiles_(new PlotGrid(this)),
      parameters_(new DataTable(this)),
      grids_{loss_, residuals_, profiles_} {
  addQuestions();
  addAnswers();
  connect(&jobs_, &JobRunner::broke, this, &Page::problem);
  connect(&jobs_, &JobRunner::runningChanged, this,
          [this](bool running) { fit_button_->setEnabled(!running && presenter_.hasRuns()); });
  connect(&session, &Session::opened, this, [this] {
    jobs_.drop();
    presenter_.opened();
    reading_ = fit_after_read_ = changed_on_disk_ = false;
  });
  connect(&watched_, &WatchedFiles::changed, this, &FitPage::changedOnDisk);
  connect(&session, &Session::projectChanged, this, [this] {
    presenter_.projectChanged(session_.project());
    if (isVisible()) readRuns();
  });
  presenter_.projectChanged(session.project());
}

void FitPage::addQuestions() {
  auto* add = new QPushButton(tr("&Add tables of runs ..."), this);
  connect(add, &QPushButton::clicked, this, &FitPage::chooseFiles);
  fit_button_->setObjectName("fit_button");
  fit_button_->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_Return));
  fit_button_->setToolTip(tr("Fits the law to the runs that are ticked (Ctrl+Enter)"));
  connect(fit_button_, &QPushButton::clicked, this, &FitPage::fit);
  frame_->addQuestion(sectionLabel(tr("Runs"), this));
  frame_->addQuestion(add);
  auto* import = new QPushButton(tr("&Import training logs ..."), this);
  import->setToolTip(
      tr("TensorBoard, W&B, MLflow, Hugging Face, Megatron, llm.c, OLMo and others: "
         "a table of runs is made of them"));
  connect(import, &QPushButton::clicked, this, &FitPage::chooseLogs);
  frame_->addQuestion(import);
  files_->setObjectName("files");
  files_->setAccessibleName(tr("Files of runs"));
  files_->setWhatsThis(tr("Delete takes a file off the list"));
  connect(files_, &FileList::filesChanged, this, [this] {
    presenter_.setFiles(files_->files());
    edited("removal of files");
  });
  frame_->addQuestion(files_);
  frame_->addQuestion(points_form_);
  frame_->addQuestion(sectionLabel(tr("Law"), this));
  frame_->addQuestion(fit_form_);
  frame_->addQuestion(fit_button_);

  points_form_->ask(presenter_.points(), FitPresenter::basicPointKeys(),
                    FitPresenter::furtherPointKeys());
  fit_form_->ask(presenter_.question(), FitPresenter::basicFitKeys(),
                 FitPresenter::furtherFitKeys());
  for (QuestionForm* form : {points_form_, fit_form_})
    connect(form, &QuestionForm::edited, this,
            [this](const QString& key) { edited("change of " + key.toStdString()); });
}

void FitPage::addAnswers() {
  auto* runs = new QWidget(this);
  auto* layout = new QVBoxLayout(runs);
  layout->setContentsMargins(0, 4, 0, 0);
  auto* search = new QLineEdit(runs);
  search->setPlaceholderText(tr("Show rows that contain ..."));
  search->setClearButtonEnabled(true);
  search->setAccessibleName(tr("Search the runs"));
  runs_->setObjectName("runs");
  runs_->setAccessibleName(tr("Training runs"));
  layout->addWidget(search);
  layout->addWidget(runs_, 1);
  connect(search, &QLineEdit::textChanged, runs_, &DataTable::setFilterText);
  connect(runs_, &DataTable::rowChecked, this, [this](const QString& id, bool checked) {
    presenter_.setIncluded(id.toStdString(), checked);
    edited(checked ? "inclusion of a run" : "exclusion of a run");
  });
  parameters_->setObjectName("parameters");
  parameters_->setAccessibleName(tr("Parameters of the law"));
  frame_->addTab(runs, tr("Runs"));
  frame_->addTab(loss_, tr("Loss"));
  frame_->addTab(residuals_, tr("Residuals"));
  frame_->addTab(profiles_, tr("Profiles"));
  frame_->addTab(parameters_, tr("Parameters"));
  auto* example = frame_->addFirstStep(tr("Open the &example"));
  example->setObjectName("example");
  connect(example, &QPushButton::clicked, this, &Page::exampleWanted);
  for (PlotGrid* grid : grids_) {
    connect(grid, &PlotGrid::problem, this, &Page::problem);
    connect(grid, &PlotGrid::clicked, this, &FitPage::showRun);
  }
}

void FitPage::edited(const std::string& what, const std::string& merge_key) {
  session_.edit(presenter_.withQuestion(session_.project()), what, merge_key);
}

void FitPage::readRuns() {
  if (!presenter_.hasRuns() || !presenter_.runsChanged()) return;
  changed_on_disk_ = false;
  reading_ = true;
  watched_.watch(presenter_.points().files);
  jobs_.start<Result<RunsPicture>>(
      [points = presenter_.pointsToRead()](std::stop_token, const ProgressSink&) {
        return runsPicture(points);
      },
      [this](const Result<RunsPicture>& picture) {
        reading_ = false;
        presenter_.runsRead(picture);
        const bool fit_wanted = std::exchange(fit_after_read_, false) && picture;
        if (fit_wanted) return fitNow();
        if (settled_) std::exchange(settled_, nullptr)();  // there is nothing to fit
      });
}

/// Others write a table while its fit is looked at: the fit stays until it is asked for again.
void FitPage::changedOnDisk(const QStringList& files) {
  const QString name = QFileInfo(files.front()).fileName();
  if (fitted_ || jobs_.running()) {
    changed_on_disk_ = true;
    emit problem(
        tr("%1 was changed by another program. Fit reads it again (Ctrl+Enter).").arg(name));
    return;
  }
  presenter_.opened();
  if (!isVisible()) return;
  readRuns();
  emit message(tr("%1 was changed by another program and read again").arg(name));
}

void FitPage::fit() {
  if (!presenter_.hasRuns()) return;
  if (changed_on_disk_) presenter_.opened();
  fit_after_read_ = reading_ || presenter_.runsChanged();
  if (!fit_after_read_) return fitNow();
  if (!reading_) readRuns();
}

void FitPage::fitNow() {
  const std::string law_file = session_.lawFileToWrite(presenter_.fitName());
  jobs_.start<Result<FitPicture>>(
      [question = presenter_.questionToFit(law_file)](std::stop_token stop,
                                                      const ProgressSink& progress) {
        return fitPicture(question, stop, progress);
      },
      [this](const Result<FitPicture>& picture) {
        presenter_.fitted(picture);
        if (picture) session_.fitted(presenter_.fitName(), picture->answer);
        if (settled_) std::exchange(settled_, nullptr)();
      });
}

void FitPage::shown() { readRuns(); }

bool FitPage::takeFiles(const QStringList& files) {
  QStringList logs;
  for (const QString& file : files)
    if (droppedKind(file.toStdString()) == DroppedKind::kLogs) logs << file;
  if (!logs.isEmpty()) {
    importLogs(logs);
    return true;
  }
  std::vector<std::string> paths;
  for (const QString& file : files)
    if (QFileInfo(file).isFile() && droppedKind(file.toStdString()) == DroppedKind::kRuns)
      paths.push_back(file.toStdString());
  if (paths.empty()) return false;
  if (presenter_.addFiles(paths)) edited("adding files");
  return true;
}

void FitPage::settle(std::function<void()> done) {
  if (!presenter_.hasRuns()) return done();
  settled_ = std::move(done);
  fit();
}

void FitPage::chooseFiles() {
  const QStringList files = QFileDialog::getOpenFileNames(
      this, tr("Add tables of runs"), {},
      tr("Tables of runs (*.csv *.tsv *.json *.jsonl *.gz);;All files (*)"));
  if (!files.isEmpty()) takeFiles(files);
}

void FitPage::chooseLogs() {
  const QStringList logs =
      QFileDialog::getOpenFileNames(this, tr("Training logs"), {}, tr("All files (*)"));
  if (!logs.isEmpty()) importLogs(logs);
}

void FitPage::importLogs(const QStringList& logs) {
  auto* dialog = new ImportDialog(logs, this);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  connect(dialog, &ImportDialog::imported, this, [this](const QString& table) {
    emit message(tr("Written: %1").arg(table));
    takeFiles({table});
  });
  dialog->open();
}

void FitPage::askColumns(const std::string& file, const TablePreview& preview) {
  auto* dialog = new ColumnDialog(QString::fromStdString(file), preview, this);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  connect(dialog, &QDialog::accepted, this, [this, dialog] {
    presenter_.setColumns(dialog->columns());
    edited("choice of columns");
  });
  dialog->open();
}

void FitPage::showRun(const QString& id) {
  frame_->tabs().setCurrentIndex(kRunsTab);
  runs_->selectId(id);
}

void FitPage::setTheme(const plot::PlotTheme& theme) {
  for (PlotGrid* grid : grids_) grid->setTheme(theme);
}

void FitPage::showQuestion() {
  files_->setFiles(presenter_.points().files);
  points_form_->refresh();
  fit_form_->refresh();
  fit_button_->setEnabled(presenter_.hasRuns());
}

void FitPage::showLesson(const std::string& lesson) {
  frame_->showEmpty(QString::fromStdString(lesson));
}

void FitPage::showRuns(const RunsPicture& runs) {
  fitted_ = false;
  runs_->setTable(runs.table);
  loss_->show(runs.plots);
  residuals_->show({});
  profiles_->show({});
  parameters_->setTable({});
}

void FitPage::showFit(const FitPicture& fit) {
  fitted_ = true;
  std::vector<report::PlotSpec> loss = fit.loss;
  loss.push_back(fit.predicted);
  loss_->show(loss);
  residuals_->show(fit.residuals);
  profiles_->show(fit.profiles);
  parameters_->setTable(fit.parameters);
  if (frame_->tabs().currentIndex() == kRunsTab) frame_->tabs().setCurrentIndex(kLossTab);
}

}  // namespace moe::gui
