#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/workflows/project/project.h"

namespace moe {

/// A plan as it is edited: the questions of both kinds side by side, so that forms have a place to
/// write to whatever the mode. The one of the mode counts.
struct PlanState {
  std::string law;  ///< a fit of the project, "NAME" or "NAME:law"; empty: the question's own law
  std::string mode = "min-cost";
  PlanQuestion budgeted;      ///< of loss-optimal, min-cost and min-loss
  LifetimeQuestion lifetime;  ///< of lifetime and pareto

  bool overLife() const { return mode == "lifetime" || mode == "pareto"; }
};

PlanState stateOf(const ProjectPlan& plan);
ProjectPlan planOf(const PlanState& state);

/// What a project without a plan asks first: its first fit, on a common machine.
PlanState firstPlan(const Project& project);

/// A mode with the words of a menu.
struct PlanModeChoice {
  std::string_view key;
  std::string_view label;
};
const std::vector<PlanModeChoice>& planModes();

/// The state in another mode. Where the mode asks the other kind of question, all that both know
/// is carried over.
PlanState inMode(PlanState state, const std::string& mode);

/// A law that a plan may rest on.
struct LawChoice {
  enum class Kind { kFit, kPreset, kFile };
  Kind kind = Kind::kPreset;
  std::string name;  ///< of the fit or the preset, or the file's path
};

/// The fits of the project, the published laws, and the file that the state names, if any.
std::vector<LawChoice> lawChoices(const Project& project, const PlanState& state);
std::optional<LawChoice> lawOf(const PlanState& state);
void setLaw(PlanState& state, const LawChoice& choice);
/// "fit clark", "published: ludziejewski2025", "file laws/clark.json".
std::string labelOf(const LawChoice& choice);

/// What is given and what is sought.
enum class PlanGoal { kTrainFlop, kUsd, kTargetLoss, kTotalRange };
std::vector<PlanGoal> goalsOf(const PlanState& state);
PlanGoal goalOf(const PlanState& state);
std::string labelOf(PlanGoal goal, const PlanState& state);
/// Asks for another goal, starting from a common figure; the one before is dropped.
void setGoal(PlanState& state, PlanGoal goal);

/// A figure that a slider moves.
enum class PlanFigure {
  kTrainFlop,
  kUsd,
  kTargetLoss,
  kPromptTokens,
  kOutputTokens,
  kLifetimeTokens,
  kMaxDevices,
};
struct PlanSlider {
  PlanFigure figure;
  std::string_view key;  ///< as in the project file
  std::string_view label;
  double low;
  double high;
  double usual;  ///< where it stands while the figure is not stated
  bool whole;    ///< moves in whole numbers
};
const std::vector<PlanSlider>& planSliders();
/// Whether the figure matters to the mode and goal.
bool isAsked(const PlanState& state, PlanFigure figure);
std::optional<double> figureOf(const PlanState& state, PlanFigure figure);
void setFigure(PlanState& state, PlanFigure figure, double value);
/// Whether the figure is an assumption that may be left open, rather than what a plan starts from.
bool mayBeOpen(PlanFigure figure);
/// Leaves such a figure open.
void dropFigure(PlanState& state, PlanFigure figure);

}  // namespace moe
