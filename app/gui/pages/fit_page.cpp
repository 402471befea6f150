#include "app/gui/pages/fit_page.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QTabWidget>
#include <QVBoxLayout>

#include "app/gui/presenters/form_words.h"
#include "app/gui/session.h"
#include "app/gui/widgets/column_dialog.h"
#include "app/gui/widgets/data_table.h"
#include "app/gui/widgets/page_frame.h"
#include "app/gui/widgets/plot_grid.h"
#include "app/gui/widgets/question_form.h"
#include "app/workflows/project/question_fields.h"

namespace moe::gui {
namespace {

constexpr int kRunsTab = 0;
constexpr int kLossTab = 1;

/// A part of the column of questions with its heading.
QLabel* sectionLabel(const QString& text, QWidget* parent) {
  auto* label = new QLabel(text, parent);
  QFont font = label->font();
  font.setBold(true);
  label->setFont(font);
  return label;
}

}  // namespace

FitPage::FitPage(Session& session, QWidget* parent)
    : Page("fit", tr("Runs and fit"), session, parent),
      frame_(new PageFrame(tr("The training runs, the loss law that they follow, and how far to "
                              "trust each parameter of it."),
                           this)),
      points_form_(new QuestionForm(this)),
      fit_form_(new QuestionForm(this)),
      fit_button_(new QPushButton(tr("&Fit"), this)),
      runs_(new DataTable(this)),
      loss_(new PlotGrid(this)),
      residuals_(new PlotGrid(this)),
      profiles_(new PlotGrid(this)),
      parameters_(new DataTable(this)),
      grids_{loss_, residuals_, profiles_} {
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(frame_);
  addQuestions();
  addAnswers();
  connect(&jobs_, &JobRunner::broke, this, &Page::problem);
  connect(&jobs_, &JobRunner::runningChanged, this,
          [this](bool running) { fit_button_->setEnabled(!running && presenter_.hasRuns()); });
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
  frame_->addQuestion(points_form_);
  frame_->addQuestion(sectionLabel(tr("Law"), this));
  frame_->addQuestion(fit_form_);
  frame_->addQuestion(fit_button_);

  const auto choices = [](std::string_view key) { return fieldChoices(key, {}); };
  const PointsQuestion* points = &presenter_.points();
  points_form_->setFields(
      formFields(presenter_.points(), fieldsOf(points), FitPresenter::basicPointKeys(), choices),
      formFields(presenter_.points(), fieldsOf(points), FitPresenter::furtherPointKeys(), choices));
  const FitQuestion* question = &presenter_.question();
  fit_form_->setFields(
      formFields(presenter_.question(), fieldsOf(question), FitPresenter::basicFitKeys(), choices),
      formFields(presenter_.question(), fieldsOf(question), FitPresenter::furtherFitKeys(),
                 choices));
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
  auto* scroll = new QScrollArea(this);
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setWidget(profiles_);
  parameters_->setObjectName("parameters");
  parameters_->setAccessibleName(tr("Parameters of the law"));
  frame_->addTab(runs, tr("Runs"));
  frame_->addTab(loss_, tr("Loss"));
  frame_->addTab(residuals_, tr("Residuals"));
  frame_->addTab(scroll, tr("Profiles"));
  frame_->addTab(parameters_, tr("Parameters"));
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
  jobs_.start<Result<RunsPicture>>(
      [points = presenter_.pointsToRead()](std::stop_token, const ProgressSink&) {
        return runsPicture(points);
      },
      [this](const Result<RunsPicture>& picture) {
        presenter_.runsRead(picture);
        if (settled_) fit();
      });
}

void FitPage::fit() {
  if (!presenter_.hasRuns()) return;
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
  std::vector<std::string> paths;
  for (const QString& file : files)
    if (QFileInfo(file).isFile()) paths.push_back(file.toStdString());
  if (paths.empty()) return false;
  if (presenter_.addFiles(paths)) edited("adding files");
  return true;
}

void FitPage::settle(std::function<void()> done) {
  if (!presenter_.hasRuns()) return done();
  settled_ = std::move(done);
  if (!presenter_.runsChanged()) return fit();
  readRuns();
}

void FitPage::chooseFiles() {
  const QStringList files = QFileDialog::getOpenFileNames(
      this, tr("Add tables of runs"), {},
      tr("Tables of runs (*.csv *.tsv *.json *.jsonl *.gz);;All files (*)"));
  if (!files.isEmpty()) takeFiles(files);
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
  points_form_->refresh();
  fit_form_->refresh();
  fit_button_->setEnabled(presenter_.hasRuns());
}

void FitPage::showLesson(const std::string& lesson) {
  frame_->showEmpty(QString::fromStdString(lesson));
}

void FitPage::showRuns(const RunsPicture& runs) {
  runs_->setTable(runs.table);
  loss_->show(runs.plots);
  residuals_->show({});
  profiles_->show({});
  parameters_->setTable({});
}

void FitPage::showFit(const FitPicture& fit) {
  std::vector<report::PlotSpec> loss = fit.loss;
  loss.push_back(fit.predicted);
  loss_->show(loss);
  residuals_->show(fit.residuals);
  profiles_->show(fit.profiles);
  parameters_->setTable(fit.parameters);
  if (frame_->tabs().currentIndex() == kRunsTab) frame_->tabs().setCurrentIndex(kLossTab);
}

void FitPage::showHeadline(const std::string& headline, const std::string& detail) {
  frame_->showHeadline(QString::fromStdString(headline), QString::fromStdString(detail));
}

void FitPage::showWarnings(const std::vector<Warning>& warnings) { frame_->showWarnings(warnings); }

void FitPage::showProblem(const std::string& problem) {
  frame_->showProblem(QString::fromStdString(problem));
}

}  // namespace moe::gui
