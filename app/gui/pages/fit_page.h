#pragma once

#include "app/gui/pages/framed_page.h"
#include "app/gui/presenters/fit_presenter.h"
#include "app/gui/watched_files.h"

class QPushButton;

namespace moe::gui {

class DataTable;
class FileList;
class PlotGrid;
class QuestionForm;

/// The runs, the law that is fitted to them, and how far to trust it.
class FitPage : public FramedPage<FitView> {
  Q_OBJECT

 public:
  explicit FitPage(Session& session, QWidget* parent = nullptr);

  void setTheme(const plot::PlotTheme& theme) override;
  JobRunner& jobs() override { return jobs_; }
  void shown() override;
  bool takeFiles(const QStringList& files) override;
  void settle(std::function<void()> done) override;

 public slots:
  void fit();

 private:
  void showQuestion() override;
  void showLesson(const std::string& lesson) override;
  void showRuns(const RunsPicture& runs) override;
  void showFit(const FitPicture& fit) override;
  void askColumns(const std::string& file, const TablePreview& preview) override;

  void addQuestions();
  void addAnswers();
  void edited(const std::string& what, const std::string& merge_key = {});
  void readRuns();
  void fitNow();
  void changedOnDisk(const QStringList& files);
  void chooseFiles();
  void chooseLogs();
  void importLogs(const QStringList& logs);
  void showRun(const QString& id);

  FitPresenter presenter_{*this};
  FileList* files_;
  QuestionForm* points_form_;
  QuestionForm* fit_form_;
  QPushButton* fit_button_;
  DataTable* runs_;
  PlotGrid* loss_;
  PlotGrid* residuals_;
  PlotGrid* profiles_;
  DataTable* parameters_;
  std::vector<PlotGrid*> grids_;
  WatchedFiles watched_;
  bool reading_ = false;          ///< the runs; a fit would stop it
  bool fitted_ = false;           ///< the plots are those of a fit
  bool fit_after_read_ = false;   ///< the runs are read first
  bool changed_on_disk_ = false;  ///< since they were read
  std::function<void()> settled_;
  JobRunner jobs_;  // last: its destructor stops and joins
};

}  // namespace moe::gui
