#pragma once

#include <QDialog>
#include <QStringList>

#include "app/gui/job_runner.h"
#include "app/gui/presenters/import_presenter.h"

class QLabel;
class QPlainTextEdit;
class QProgressBar;
class QPushButton;

namespace moe::gui {

class DataTable;
class QuestionForm;

/// Training logs on their way to a table of runs: what was found in them, what is missing, and the
/// same options as `moeplan import`.
class ImportDialog : public QDialog, private ImportView {
  Q_OBJECT

 public:
  explicit ImportDialog(const QStringList& logs, QWidget* parent = nullptr);

  /// Writes the table and its provenance; `imported` follows.
  void writeTo(const QString& table);
  bool running() const { return jobs_.running(); }

 signals:
  void imported(const QString& table);

 private:
  void showHeadline(const std::string& headline, const std::string& detail) override;
  void showPreview(const ImportPicture& picture) override;
  void allowWriting(bool allowed) override;
  void written(const std::string& table) override;

  void addWidgets();
  void preview();
  void start(const ImportRequest& request, bool writes);
  void chooseTable();

  ImportPresenter presenter_{*this};
  QLabel* headline_;
  QLabel* detail_;
  QuestionForm* form_;
  DataTable* runs_;
  QPlainTextEdit* text_;
  QProgressBar* progress_;
  QPushButton* write_;
  JobRunner jobs_;  // last: its destructor stops and joins
};

}  // namespace moe::gui
