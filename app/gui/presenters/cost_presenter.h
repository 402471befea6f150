#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/gui/presenters/table_data.h"
#include "app/report/plot_spec.h"
#include "app/workflows/cost_workflow.h"
#include "app/workflows/project/project.h"
#include "data/error.h"

namespace moe {

/// All that one cost answer shows, made beside the window.
struct CostPicture {
  CostOutcome outcome;
  report::PlotSpec memory;
  report::PlotSpec frontier;  ///< throughput against the speed of a user
  report::PlotSpec roofline;
  report::PlotSpec step;
  report::PlotSpec price;
};

/// What the cost page shows; drawn with widgets by the page, with nothing by a test.
class CostView {
 public:
  virtual ~CostView() = default;
  virtual void showQuestion() = 0;  ///< the presenter's question changed: read it again
  virtual void showHeadline(const std::string& headline, const std::string& detail) = 0;
  virtual void showPlots(const CostPicture& picture) = 0;
  virtual void showTables(const TableData& parts, const TableData& divisions) = 0;
  virtual void showWarnings(const std::vector<Warning>& warnings) = 0;
  virtual void showProblem(const std::string& problem) = 0;
};

/// Runs the workflow and makes the plots. Errors as runCost.
Result<CostPicture> costPicture(const CostRequest& request);

/// Decides what the cost page shows. The question is the first [cost.NAME] of the project, or a
/// start of its own that becomes one with the first edit.
class CostPresenter {
 public:
  explicit CostPresenter(CostView& view) : view_(view) {}

  /// The project as it is now, after opening, an edit or undo.
  void projectChanged(const Project& project);

  CostRequest& question() { return question_; }
  /// The project with the question as it is now in it.
  Project withQuestion(Project project) const;
  /// The question as the workflow takes it.
  CostRequest request() const;

  void answered(const Result<CostPicture>& picture);

  /// Keys of the form: those always shown, and the rest.
  static const std::vector<std::string_view>& basicKeys();
  static const std::vector<std::string_view>& furtherKeys();

 private:
  CostView& view_;
  std::string name_ = "serving";
  std::string catalog_dir_;
  CostRequest question_;
};

}  // namespace moe
