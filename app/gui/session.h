#pragma once

#include <QObject>
#include <QTemporaryDir>
#include <map>
#include <memory>
#include <string>

#include "app/gui/presenters/project_history.h"
#include "app/workflows/fit_workflow.h"

namespace moe::gui {

/// What the pages share: the project that is edited, and the answers that one page has and another
/// needs. Pages change the project through `edit` alone.
class Session : public QObject {
  Q_OBJECT

 public:
  explicit Session(QObject* parent = nullptr) : QObject(parent) {}

  const Project& project() const { return history_.project(); }
  const ProjectHistory& history() const { return history_; }

  void open(Project project, std::filesystem::path file);
  void edit(Project project, const std::string& what, const std::string& merge_key = {});
  void undo();
  void redo();
  void saved(const std::filesystem::path& file);

  /// Where the law of a fit of this project lies ("NAME", or "NAME:law"); empty before it was
  /// fitted.
  std::string lawFile(const std::string& law) const;
  /// The file that a fit should save its laws to.
  std::string lawFileToWrite(const std::string& fit) const;
  void fitted(const std::string& fit, std::shared_ptr<const FitAnswer> answer);
  std::shared_ptr<const FitAnswer> fitAnswer(const std::string& fit) const;

 signals:
  void opened();          ///< another project: forget all answers
  void projectChanged();  ///< by an edit, undo or redo
  void fitDone(const QString& fit);

 private:
  ProjectHistory history_;
  std::map<std::string, std::shared_ptr<const FitAnswer>> fits_;
  QTemporaryDir laws_;
};

}  // namespace moe::gui
