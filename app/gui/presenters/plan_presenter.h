#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/gui/presenters/plan_figures.h"
#include "app/gui/presenters/plan_picture.h"
#include "app/gui/presenters/plan_state.h"

namespace moe {

/// What the plan page shows; drawn with widgets by the page, with nothing by a test.
class PlanView {
 public:
  virtual ~PlanView() = default;
  virtual void showQuestion() = 0;  ///< the presenter's state changed: read it again
  virtual void showHeadline(const std::string& headline, const std::string& detail) = 0;
  virtual void showCurves(const report::PlotSpec& plot) = 0;
  virtual void showTable(const TableData& table) = 0;
  virtual void showDetails(const PlanDetails& details) = 0;
  virtual void showTornado(const report::PlotSpec& plot) = 0;
  virtual void showKept(const std::string& sentence) = 0;  ///< empty: no plan is kept
  virtual void showWarnings(const std::vector<Warning>& warnings) = 0;
  virtual void showProblem(const std::string& problem) = 0;
  /// There is no law to plan with. `fit` names the fit that has not run; empty: none is chosen.
  virtual void showNoLaw(const std::string& lesson, const std::string& fit) = 0;
};

/// Decides what the plan page shows. The question is a [plan.NAME] of the project, or a start of
/// its own that becomes one with the first edit.
class PlanPresenter {
 public:
  /// `law_file` gives the file of a fit's law, empty before it was fitted.
  PlanPresenter(PlanView& view, std::function<std::string(const std::string&)> law_file)
      : view_(view), law_file_(std::move(law_file)) {}

  /// Another project: answers and kept plan are those of the one before.
  void opened();
  /// The project as it is now, after opening, an edit or undo.
  void projectChanged(const Project& project);
  /// A law's file was written anew.
  void lawChanged() { known_ = {}; }

  PlanState& state() { return state_; }
  const PlanState& state() const { return state_; }
  const Project& project() const { return project_; }
  std::vector<std::string> planNames() const;
  const std::string& planName() const { return name_; }
  void choosePlan(const std::string& name);
  /// The project with the question as it is now in it.
  Project withQuestion(Project project) const;

  /// The question as its workflow takes it; none without a law, which the view is told.
  std::optional<ProjectPlan> toAsk();
  const PlanKnowledge& known() const { return known_; }

  void answered(const Result<std::shared_ptr<const PlanPicture>>& picture);
  void detailed(const PlanDetails& details);
  void tornadoMade(const report::PlotSpec& plot);
  const std::shared_ptr<const PlanPicture>& picture() const { return picture_; }

  /// Keeps the present plan to compare with. Nothing happens before there is one, or while it is a
  /// sketch.
  void keep();
  void forgetKept();
  bool hasKept() const { return kept_ != nullptr; }

  /// Keys of the forms: those always shown, and the rest.
  static const std::vector<std::string_view>& basicKeys(bool over_life);
  static const std::vector<std::string_view>& furtherKeys(bool over_life);

  /// A published law that knows expert counts, offered where there is none.
  static constexpr const char* kOfferedPreset = "ludziejewski2025";

 private:
  void show();

  PlanView& view_;
  std::function<std::string(const std::string&)> law_file_;
  Project project_;
  std::string name_ = "plan";
  PlanState state_;
  PlanKnowledge known_;
  std::shared_ptr<const PlanPicture> picture_;
  std::shared_ptr<const PlanPicture> kept_;
  PlanDetails details_;
  PlanDetails kept_details_;
};

}  // namespace moe
