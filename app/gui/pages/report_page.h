#pragma once

#include <QTemporaryDir>

#include "app/gui/pages/framed_page.h"
#include "app/gui/presenters/report_presenter.h"

class QCheckBox;
class QLineEdit;
class QPushButton;

namespace moe::gui {

class DocumentView;
class SentenceEdit;

/// The project's answers as a document: preview, choice of parts, export.
class ReportPage : public FramedPage<ReportView> {
  Q_OBJECT

 public:
  explicit ReportPage(Session& session, QWidget* parent = nullptr);

  void setTheme(const plot::PlotTheme& theme) override;
  JobRunner& jobs() override { return jobs_; }
  /// As it is previewed and exported; none before it was made.
  std::optional<report::Document> document() const { return presenter_.document(); }
  void settle(std::function<void()> done) override;

  /// Writes HTML, PDF, Markdown or JSON by the ending of the name, beside the window; says what was
  /// done or went wrong.
  void exportTo(const QString& path);

 public slots:
  void make();

 private:
  void showQuestion() override;
  void showDocument(const report::Document& document) override;
  void clearDocument() override;
  void showLesson(const std::string& lesson) override;

  void addQuestions();
  void addParts();
  void edited(const std::string& what, const std::string& merge_key = {});
  void chooseFile();
  void allowButtons();

  ReportPresenter presenter_;
  QLineEdit* title_;
  SentenceEdit* question_;
  std::vector<QCheckBox*> parts_;
  QPushButton* make_;
  QPushButton* export_;
  DocumentView* preview_;
  QTemporaryDir laws_;

  std::function<void()> settled_;
  JobRunner jobs_;  // last: its destructor stops and joins
};

}  // namespace moe::gui
