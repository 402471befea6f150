#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/gui/presenters/fit_picture.h"
#include "app/workflows/project/project.h"
#include "data/readers/table_preview.h"

namespace moe {

/// What the page of runs and fits shows.
class FitView {
 public:
  virtual ~FitView() = default;
  virtual void showQuestion() = 0;
  virtual void showLesson(const std::string& lesson) = 0;  ///< nothing there yet: what to do first
  virtual void showRuns(const RunsPicture& runs) = 0;
  virtual void showFit(const FitPicture& fit) = 0;
  virtual void showHeadline(const std::string& headline, const std::string& detail) = 0;
  virtual void showWarnings(const std::vector<Warning>& warnings) = 0;
  virtual void showProblem(const std::string& problem) = 0;
  /// Columns are not known by their names: let the user choose.
  virtual void askColumns(const std::string& file, const TablePreview& preview) = 0;
};

/// Decides what the page of runs and fits shows. It works on the first [runs.NAME] and the first
/// [fit.NAME] of the project, or on ones of its own that the first edit puts there.
class FitPresenter {
 public:
  explicit FitPresenter(FitView& view) : view_(view) {}

  /// Another project, the same one again, or files that others changed: they are read anew.
  void opened() { read_.reset(); }
  void projectChanged(const Project& project);

  PointsQuestion& points() { return points_; }
  FitQuestion& question() { return fit_; }
  const std::string& fitName() const { return fit_name_; }
  Project withQuestion(Project project) const;

  /// Adds files; those that are there already are left alone. False: nothing new.
  bool addFiles(const std::vector<std::string>& files);
  void setFiles(std::vector<std::string> files);
  void setIncluded(const std::string& run_id, bool included);
  void setColumns(const std::vector<PreviewColumn>& columns);

  bool hasRuns() const { return !points_.files.empty(); }
  /// Whether the runs must be read anew since `runsRead` was last told.
  bool runsChanged() const;
  PointsQuestion pointsToRead();
  FitQuestion questionToFit(const std::string& law_file) const;

  void runsRead(const Result<RunsPicture>& picture);
  void fitted(const Result<FitPicture>& picture);

  static const std::vector<std::string_view>& basicPointKeys();
  static const std::vector<std::string_view>& furtherPointKeys();
  static const std::vector<std::string_view>& basicFitKeys();
  static const std::vector<std::string_view>& furtherFitKeys();

 private:
  void offerColumns(const Error& error);

  FitView& view_;
  std::string runs_name_ = "runs";
  std::string fit_name_ = "law";
  PointsQuestion points_;
  FitQuestion fit_;
  std::optional<std::string> read_;  ///< the points that were last read, as text
  std::uint64_t seed_ = 0;
  int threads_ = 0;
};

}  // namespace moe
