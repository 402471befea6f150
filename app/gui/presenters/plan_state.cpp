#include "app/gui/presenters/plan_state.h"

#include <algorithm>

namespace moe {
namespace {

constexpr double kUsualFlop = 5e21;
constexpr double kUsualUsd = 1e6;
constexpr double kUsualLifetimeUsd = 1e7;
constexpr double kUsualLifetimeTokens = 1e13;

/// What both kinds of question know under one name and type.
template <class From, class To>
void carryOver(const From& from, To& to) {
  to.law_file = from.law_file;
  to.preset = from.preset;
  to.experts = from.experts;
  to.shape = from.shape;
  to.cost_preset = from.cost_preset;
  to.max_devices = from.max_devices;
  to.prompt_tokens = from.prompt_tokens;
  to.output_tokens = from.output_tokens;
  to.usd_per_device_hour = from.usd_per_device_hour;
  to.max_concurrency = from.max_concurrency;
  to.training_hardware = from.training_hardware;
  to.training_mfu = from.training_mfu;
  to.training_usd_per_device_hour = from.training_usd_per_device_hour;
  to.instruction_tuning_tokens = from.instruction_tuning_tokens;
  to.draws = from.draws;
  if (from.lifetime_tokens) to.lifetime_tokens = from.lifetime_tokens;
}

void toLifetime(PlanState& state) {
  carryOver(state.budgeted, state.lifetime);
  state.lifetime.hardware.clear();
  // A cost preset is a machine of its own, and a lifetime plan takes no other beside it.
  if (!state.budgeted.hardware.empty() && state.budgeted.cost_preset.empty())
    state.lifetime.hardware = {state.budgeted.hardware};
}

void toBudgeted(PlanState& state) {
  carryOver(state.lifetime, state.budgeted);
  state.budgeted.hardware =
      state.lifetime.hardware.empty() ? std::string() : state.lifetime.hardware.front();
  if (state.budgeted.budget_flop || state.budgeted.budget_usd) return;
  state.budgeted.budget_flop = state.lifetime.budget_flop.value_or(kUsualFlop);
}

/// A goal that the mode has, where the one before is not among them.
void mendGoal(PlanState& state) {
  LifetimeQuestion& question = state.lifetime;
  if (state.mode == "lifetime") {
    question.budget_flop.reset();
    question.total_usd.clear();
    if (!question.lifetime_tokens) question.lifetime_tokens = kUsualLifetimeTokens;
    if (!question.target_loss && !question.budget_usd) question.budget_usd = kUsualLifetimeUsd;
    return;
  }
  question.target_loss.reset();
  question.sensitivity = false;
  question.other_law_file.clear();
  question.max_train_days.reset();
  if (question.total_usd.empty() && !question.budget_flop && !question.budget_usd)
    question.budget_flop = state.budgeted.budget_flop.value_or(kUsualFlop);
}

}  // namespace

PlanState stateOf(const ProjectPlan& plan) {
  PlanState state;
  state.law = plan.law;
  state.mode = plan.mode;
  if (const auto* budgeted = std::get_if<PlanQuestion>(&plan.question)) state.budgeted = *budgeted;
  if (const auto* life = std::get_if<LifetimeQuestion>(&plan.question)) state.lifetime = *life;
  return state;
}

ProjectPlan planOf(const PlanState& state) {
  if (state.overLife()) return {state.law, state.mode, state.lifetime};
  return {state.law, state.mode, state.budgeted};
}

PlanState firstPlan(const Project& project) {
  PlanState state;
  for (const ProjectStep& step : project.steps)
    if (state.law.empty() && std::holds_alternative<ProjectFit>(step.question))
      state.law = step.name;
  state.budgeted.budget_flop = kUsualFlop;
  state.budgeted.hardware = "h100-sxm";
  state.budgeted.prompt_tokens = 512;
  state.budgeted.output_tokens = 256;
  return state;
}

const std::vector<PlanModeChoice>& planModes() {
  static const std::vector<PlanModeChoice> kModes{{"min-cost", "Least serving cost"},
                                                  {"min-loss", "Least loss at a cost"},
                                                  {"loss-optimal", "Loss-optimal"},
                                                  {"lifetime", "Lifetime: train and serve"},
                                                  {"pareto", "Pareto front"}};
  return kModes;
}

PlanState inMode(PlanState state, const std::string& mode) {
  const bool was_over_life = state.overLife();
  state.mode = mode;
  if (state.overLife() && !was_over_life) toLifetime(state);
  if (!state.overLife() && was_over_life) toBudgeted(state);
  if (state.overLife()) mendGoal(state);
  return state;
}

std::vector<LawChoice> lawChoices(const Project& project, const PlanState& state) {
  std::vector<LawChoice> choices;
  for (const ProjectStep& step : project.steps) {
    const auto* fit = std::get_if<ProjectFit>(&step.question);
    if (fit == nullptr) continue;
    choices.push_back({LawChoice::Kind::kFit, step.name});
    if (fit->question.laws.size() < 2) continue;
    for (const std::string& law : fit->question.laws)
      choices.push_back({LawChoice::Kind::kFit, step.name + ":" + law});
  }
  for (const std::string& preset : presetNames())
    choices.push_back({LawChoice::Kind::kPreset, preset});
  const auto now = lawOf(state);
  if (now && now->kind == LawChoice::Kind::kFile) choices.push_back(*now);
  return choices;
}

std::optional<LawChoice> lawOf(const PlanState& state) {
  const auto& file = state.overLife() ? state.lifetime.law_file : state.budgeted.law_file;
  const auto& preset = state.overLife() ? state.lifetime.preset : state.budgeted.preset;
  if (!state.law.empty()) return LawChoice{LawChoice::Kind::kFit, state.law};
  if (!file.empty()) return LawChoice{LawChoice::Kind::kFile, file};
  if (!preset.empty()) return LawChoice{LawChoice::Kind::kPreset, preset};
  return std::nullopt;
}

void setLaw(PlanState& state, const LawChoice& choice) {
  const auto named = [&](LawChoice::Kind kind) {
    return kind == choice.kind ? choice.name : std::string();
  };
  state.law = named(LawChoice::Kind::kFit);
  state.budgeted.preset = state.lifetime.preset = named(LawChoice::Kind::kPreset);
  state.budgeted.law_file = state.lifetime.law_file = named(LawChoice::Kind::kFile);
}

std::string labelOf(const LawChoice& choice) {
  switch (choice.kind) {
    case LawChoice::Kind::kFit:
      return "fit " + choice.name;
    case LawChoice::Kind::kPreset:
      return "published: " + choice.name;
    case LawChoice::Kind::kFile:
      return "file " + choice.name;
  }
  return {};
}

std::vector<PlanGoal> goalsOf(const PlanState& state) {
  if (state.mode == "lifetime") return {PlanGoal::kUsd, PlanGoal::kTargetLoss};
  if (state.mode == "pareto") return {PlanGoal::kTrainFlop, PlanGoal::kUsd, PlanGoal::kTotalRange};
  return {PlanGoal::kTrainFlop, PlanGoal::kUsd};
}

PlanGoal goalOf(const PlanState& state) {
  if (!state.overLife()) return state.budgeted.budget_usd ? PlanGoal::kUsd : PlanGoal::kTrainFlop;
  if (!state.lifetime.total_usd.empty()) return PlanGoal::kTotalRange;
  if (state.lifetime.target_loss) return PlanGoal::kTargetLoss;
  return state.lifetime.budget_flop ? PlanGoal::kTrainFlop : PlanGoal::kUsd;
}

std::string labelOf(PlanGoal goal, const PlanState& state) {
  switch (goal) {
    case PlanGoal::kTrainFlop:
      return "Training FLOP";
    case PlanGoal::kUsd:
      return state.mode == "lifetime" ? "Money for training and serving" : "Training budget in USD";
    case PlanGoal::kTargetLoss:
      return "Target loss";
    case PlanGoal::kTotalRange:
      return "Range of lifetime USD";
  }
  return {};
}

void setGoal(PlanState& state, PlanGoal goal) {
  constexpr double kUsualLoss = 2.3;
  const auto budgets = [&](auto& question) {
    question.budget_flop.reset();
    question.budget_usd.reset();
    if (goal == PlanGoal::kTrainFlop) question.budget_flop = kUsualFlop;
    if (goal == PlanGoal::kUsd)
      question.budget_usd = state.mode == "lifetime" ? kUsualLifetimeUsd : kUsualUsd;
  };
  if (!state.overLife()) return budgets(state.budgeted);
  budgets(state.lifetime);
  state.lifetime.target_loss.reset();
  state.lifetime.total_usd.clear();
  if (goal == PlanGoal::kTargetLoss) state.lifetime.target_loss = kUsualLoss;
  if (goal != PlanGoal::kTotalRange) return;
  state.lifetime.total_usd = {1e5, 1e9};
  if (!state.lifetime.lifetime_tokens) state.lifetime.lifetime_tokens = kUsualLifetimeTokens;
}

}  // namespace moe
