#include "app/gui/pages/report_page.h"

#include <QApplication>
#include <QCheckBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QTabBar>
#include <QTabWidget>
#include <algorithm>
#include <utility>

#include "app/gui/session.h"
#include "app/gui/widgets/document_view.h"
#include "app/gui/widgets/section_label.h"
#include "app/gui/widgets/sentence_edit.h"
#include "app/gui/window_thread.h"
#include "app/plot/report_drawing.h"
#include "app/report/document/write_report.h"

namespace moe::gui {
namespace {

/// Only the plots, which are widgets, are drawn on the window's thread: one between two events.
Result<void> writtenReport(const report::Document& document, const std::filesystem::path& path,
                           std::stop_token stop, const ProgressSink& progress) {
  std::size_t plots = 0;
  report::eachBlock<report::Figure>(document, [&](const auto&, const auto&) { ++plots; });
  const auto format = report::reportFormatOf(path);
  const bool both_themes = format && *format != report::ReportFormat::kPdf;
  const double all = static_cast<double>(std::max<std::size_t>(1, both_themes ? 2 * plots : plots));
  double drawn = 0;
  const auto draw = [&](const std::function<void()>& one) {
    if (!onWindowThread(one, stop)) return false;
    progress("drawing plots", std::min(1.0, ++drawn / all));
    return true;
  };
  return report::writeReport(document, path, plot::reportDrawing(draw));
}

}  // namespace

ReportPage::ReportPage(Session& session, QWidget* parent)
    : FramedPage("report", tr("Report"),
                 tr("All answers of the project as one document, for someone who was not there."),
                 session, parent),
      presenter_(*this, "moeplan " + QApplication::applicationVersion().toStdString()),
      title_(new QLineEdit(this)),
      question_(new SentenceEdit(this)),
      make_(new QPushButton(tr("&Make the report"), this)),
      export_(new QPushButton(tr("E&xport ..."), this)),
      preview_(new DocumentView(this)) {
  addQuestions();
  addParts();
  frame_->addTab(preview_, tr("Preview"));
  frame_->tabs().tabBar()->hide();
  auto* example = frame_->addFirstStep(tr("Open the &example"));
  connect(example, &QPushButton::clicked, this, &Page::exampleWanted);
  connect(&jobs_, &JobRunner::broke, this, &Page::problem);
  connect(&jobs_, &JobRunner::runningChanged, this, &ReportPage::allowButtons);
  connect(&session, &Session::opened, this, [this] {
    jobs_.drop();
    presenter_.opened();
  });
  connect(&session, &Session::projectChanged, this,
          [this] { presenter_.projectChanged(session_.project(), session_.history().file()); });
  presenter_.projectChanged(session.project(), session.history().file());
}

void ReportPage::addQuestions() {
  auto* box = new QWidget(this);
  auto* form = new QFormLayout(box);
  form->setContentsMargins(0, 0, 0, 0);
  const auto add = [&](QWidget* editor, const QString& label, const QString& name) {
    editor->setObjectName(name);
    editor->setAccessibleName(label);
    form->addRow(label, editor);
  };
  add(title_, tr("Title"), "title");
  add(question_, tr("Question"), "question");
  question_->setToolTip(tr("What is to be decided, in a sentence"));
  const auto take = [this](std::string ProjectReport::*text, const QString& typed,
                           const char* name) {
    std::string& value = presenter_.question().*text;
    if (value == typed.toStdString()) return;
    value = typed.toStdString();
    edited(std::string("change of the report's ") + name);
  };
  connect(title_, &QLineEdit::editingFinished, this,
          [this, take] { take(&ProjectReport::title, title_->text(), "title"); });
  connect(question_, &SentenceEdit::editingFinished, this,
          [this, take] { take(&ProjectReport::question, question_->sentence(), "question"); });
  frame_->addQuestion(sectionLabel(tr("Heading"), this));
  frame_->addQuestion(box);
}

void ReportPage::addParts() {
  frame_->addQuestion(sectionLabel(tr("Parts"), this));
  for (const ReportPart& part : presenter_.parts()) {
    auto* tick = new QCheckBox(QString::fromStdString(part.label), this);
    tick->setObjectName(QString::fromStdString(part.key));
    connect(tick, &QCheckBox::clicked, this, [this, key = part.key](bool on) {
      presenter_.choosePart(key, on);
      edited("choice of parts");
    });
    frame_->addQuestion(tick);
    parts_.push_back(tick);
  }
  make_->setObjectName("make");
  make_->setToolTip(tr("Answers every question of the project anew"));
  export_->setObjectName("export");
  export_->setToolTip(tr("HTML, PDF, Markdown or JSON"));
  export_->setEnabled(false);
  frame_->addQuestion(make_);
  frame_->addQuestion(export_);
  connect(make_, &QPushButton::clicked, this, &ReportPage::make);
  connect(export_, &QPushButton::clicked, this, &ReportPage::chooseFile);
}

void ReportPage::edited(const std::string& what, const std::string& merge_key) {
  session_.edit(presenter_.withQuestion(session_.project()), what, merge_key);
}

void ReportPage::make() {
  if (!presenter_.hasSteps()) return;
  jobs_.start<Result<std::shared_ptr<const ReportAnswers>>>(
      [project = presenter_.project(), file = presenter_.file(), laws = laws_.path().toStdString()](
          std::stop_token stop, const ProgressSink& progress) {
        return reportAnswers(project, file, laws, stop, progress);
      },
      [this](const Result<std::shared_ptr<const ReportAnswers>>& answers) {
        presenter_.answered(answers);
        if (settled_) std::exchange(settled_, nullptr)();
      });
}

void ReportPage::chooseFile() {
  const QFileInfo project(QString::fromStdString(presenter_.file().string()));
  const QString name = project.baseName().isEmpty() ? "report" : project.baseName() + "-report";
  const QString path =
      QFileDialog::getSaveFileName(this, tr("Export the report"), name + ".html",
                                   tr("Reports (*.html *.pdf *.md *.json);;All files (*)"));
  if (!path.isEmpty()) exportTo(path);
}

void ReportPage::exportTo(const QString& path) {
  const auto document = presenter_.document();
  if (!document) return;
  jobs_.start<Result<void>>(
      [document = *document, file = path.toStdString()](std::stop_token stop,
                                                        const ProgressSink& progress) {
        return writtenReport(document, file, stop, progress);
      },
      [this, path](const Result<void>& written) {
        if (written)
          emit message(tr("Written: %1").arg(path));
        else if (written.error().kind != ErrorKind::kCancelled)
          emit problem(QString::fromStdString(describe(written.error())));
      });
}

void ReportPage::settle(std::function<void()> done) {
  if (!presenter_.hasSteps()) return done();
  settled_ = std::move(done);
  make();
}

void ReportPage::setTheme(const plot::PlotTheme& theme) { preview_->setTheme(theme); }

void ReportPage::showQuestion() {
  const QString title = QString::fromStdString(presenter_.question().title);
  if (title_->text() != title) {
    title_->setText(title);
    title_->setCursorPosition(0);  // a long one shows its beginning
  }
  question_->setSentence(QString::fromStdString(presenter_.question().question));
  const std::vector<ReportPart> parts = presenter_.parts();
  for (std::size_t i = 0; i < parts_.size() && i < parts.size(); ++i)
    parts_[i]->setChecked(parts[i].chosen);
  allowButtons();
}

/// A second piece of work would stop the first.
void ReportPage::allowButtons() {
  make_->setEnabled(!jobs_.running() && presenter_.canMake());
  export_->setEnabled(!jobs_.running() && presenter_.hasDocument());
}

void ReportPage::showDocument(const report::Document& document) {
  preview_->show(document);
  allowButtons();
}

void ReportPage::clearDocument() {
  preview_->show({});
  allowButtons();
}

void ReportPage::showLesson(const std::string& lesson) {
  frame_->showEmpty(QString::fromStdString(lesson));
}

}  // namespace moe::gui
