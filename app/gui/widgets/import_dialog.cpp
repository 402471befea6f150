#include "app/gui/widgets/import_dialog.h"

#include <QApplication>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFontDatabase>
#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollArea>
#include <QTabWidget>
#include <QVBoxLayout>

#include "app/gui/widgets/data_table.h"
#include "app/gui/widgets/question_form.h"

namespace moe::gui {

ImportDialog::ImportDialog(const QStringList& logs, QWidget* parent)
    : QDialog(parent),
      headline_(new QLabel(tr("Reading ..."), this)),
      detail_(new QLabel(this)),
      form_(new QuestionForm(this)),
      runs_(new DataTable(this)),
      text_(new QPlainTextEdit(this)),
      progress_(new QProgressBar(this)),
      write_(new QPushButton(tr("&Write the table ..."), this)) {
  setObjectName("import");
  setWindowTitle(tr("Import training logs"));
  addWidgets();
  form_->ask(presenter_.request(), ImportPresenter::basicKeys(), ImportPresenter::furtherKeys());
  connect(form_, &QuestionForm::edited, this, &ImportDialog::preview);
  connect(write_, &QPushButton::clicked, this, &ImportDialog::chooseTable);
  connect(&jobs_, &JobRunner::broke, this,
          [this](const QString& message) { showHeadline("No preview", message.toStdString()); });
  connect(&jobs_, &JobRunner::runningChanged, progress_, &QWidget::setVisible);
  connect(&jobs_, &JobRunner::progressed, this, [this](const QString& what, double share) {
    constexpr int kWhole = 1000;
    progress_->setRange(0, share >= 0 ? kWhole : 0);
    progress_->setValue(static_cast<int>(share * kWhole));
    progress_->setFormat(what + "  %p%");
  });
  std::vector<std::string> paths;
  for (const QString& log : logs) paths.push_back(log.toStdString());
  presenter_.setLogs(std::move(paths));
  presenter_.request().version = QApplication::applicationVersion().toStdString();
  preview();
}

void ImportDialog::addWidgets() {
  constexpr int kQuestions = 300;
  auto* layout = new QVBoxLayout(this);
  QFont large = headline_->font();
  large.setPointSizeF(large.pointSizeF() * 1.25);
  large.setBold(true);
  headline_->setFont(large);
  headline_->setObjectName("import_headline");
  detail_->setWordWrap(true);
  detail_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  layout->addWidget(headline_);
  layout->addWidget(detail_);
  auto* columns = new QHBoxLayout;
  auto* scroll = new QScrollArea(this);
  scroll->setWidget(form_);
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setFixedWidth(kQuestions);
  columns->addWidget(scroll);
  auto* tabs = new QTabWidget(this);
  tabs->setDocumentMode(true);
  runs_->setObjectName("imported_runs");
  runs_->setAccessibleName(tr("Runs that were found"));
  text_->setReadOnly(true);
  text_->setLineWrapMode(QPlainTextEdit::NoWrap);
  text_->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
  text_->setAccessibleName(tr("Where every number comes from"));
  tabs->addTab(runs_, tr("Runs"));
  tabs->addTab(text_, tr("Where it comes from"));
  columns->addWidget(tabs, 1);
  layout->addLayout(columns, 1);
  auto* below = new QHBoxLayout;
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
  write_->setObjectName("write");
  write_->setEnabled(false);
  buttons->addButton(write_, QDialogButtonBox::ActionRole);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  progress_->setAccessibleName(tr("Progress"));
  progress_->hide();
  below->addWidget(progress_, 1);
  below->addWidget(buttons);
  layout->addLayout(below);
  resize(1040, 620);
}

void ImportDialog::preview() { start(presenter_.previewRequest(), false); }

void ImportDialog::start(const ImportRequest& request, bool writes) {
  write_->setEnabled(false);
  jobs_.start<Result<ImportPicture>>(
      [request](std::stop_token stop, const ProgressSink& progress) {
        return importPicture(request, stop, progress);
      },
      [this, writes](const Result<ImportPicture>& picture) {
        if (writes)
          presenter_.imported(picture);
        else
          presenter_.previewed(picture);
      });
}

void ImportDialog::chooseTable() {
  QString path = QFileDialog::getSaveFileName(this, tr("Table of runs"), "runs.csv",
                                              tr("Tables of runs (*.csv)"));
  if (!path.isEmpty()) writeTo(path);
}

void ImportDialog::writeTo(const QString& table) {
  start(presenter_.writeRequest(table.toStdString()), true);
}

void ImportDialog::showHeadline(const std::string& headline, const std::string& detail) {
  headline_->setText(QString::fromStdString(headline));
  detail_->setText(QString::fromStdString(detail));
  detail_->setVisible(!detail.empty());
}

void ImportDialog::showPreview(const ImportPicture& picture) {
  runs_->setTable(picture.runs);
  text_->setPlainText(QString::fromStdString(picture.text));
}

void ImportDialog::allowWriting(bool allowed) { write_->setEnabled(allowed); }

void ImportDialog::written(const std::string& table) {
  emit imported(QString::fromStdString(table));
  accept();
}

}  // namespace moe::gui
