#include <cmath>

#include "app/gui/presenters/plan_state.h"

namespace moe {
namespace {

/// Where a figure other than the count of devices lies in a question.
template <class Question>
auto* placeOf(Question& question, PlanFigure figure) {
  switch (figure) {
    case PlanFigure::kTrainFlop:
      return &question.budget_flop;
    case PlanFigure::kUsd:
      return &question.budget_usd;
    case PlanFigure::kPromptTokens:
      return &question.prompt_tokens;
    case PlanFigure::kOutputTokens:
      return &question.output_tokens;
    default:
      return &question.lifetime_tokens;
  }
}

}  // namespace

const std::vector<PlanSlider>& planSliders() {
  static const std::vector<PlanSlider> kSliders{
      {PlanFigure::kTrainFlop, "budget_flop", "Budget (FLOP)", 1e18, 1e27, 5e21, false},
      {PlanFigure::kUsd, "budget_usd", "Budget (USD)", 1e3, 1e10, 1e6, false},
      {PlanFigure::kTargetLoss, "target_loss", "Loss (nats)", 1.2, 5, 2.3, false},
      {PlanFigure::kPromptTokens, "prompt_tokens", "Prompt (tokens)", 16, 131072, 512, true},
      {PlanFigure::kOutputTokens, "output_tokens", "Output (tokens)", 16, 16384, 256, true},
      {PlanFigure::kLifetimeTokens, "lifetime_tokens", "Lifetime (tokens)", 1e8, 1e16, 1e13, false},
      {PlanFigure::kMaxDevices, "max_devices", "Devices at most", 1, 64, 8, true}};
  return kSliders;
}

bool isAsked(const PlanState& state, PlanFigure figure) {
  switch (figure) {
    case PlanFigure::kTrainFlop:
      return goalOf(state) == PlanGoal::kTrainFlop;
    case PlanFigure::kUsd:
      return goalOf(state) == PlanGoal::kUsd;
    case PlanFigure::kTargetLoss:
      return goalOf(state) == PlanGoal::kTargetLoss;
    default:
      return state.lifetime.flop_prices.empty() || !state.overLife() ||
             figure == PlanFigure::kLifetimeTokens;
  }
}

std::optional<double> figureOf(const PlanState& state, PlanFigure figure) {
  if (figure == PlanFigure::kTargetLoss) return state.lifetime.target_loss;
  if (figure == PlanFigure::kMaxDevices)
    return state.overLife() ? state.lifetime.max_devices : state.budgeted.max_devices;
  return state.overLife() ? *placeOf(state.lifetime, figure) : *placeOf(state.budgeted, figure);
}

bool mayBeOpen(PlanFigure figure) {
  return figure == PlanFigure::kPromptTokens || figure == PlanFigure::kOutputTokens ||
         figure == PlanFigure::kLifetimeTokens || figure == PlanFigure::kMaxDevices;
}

void dropFigure(PlanState& state, PlanFigure figure) {
  if (!mayBeOpen(figure)) return;
  if (figure == PlanFigure::kMaxDevices)
    (state.overLife() ? state.lifetime.max_devices : state.budgeted.max_devices).reset();
  else if (state.overLife())
    placeOf(state.lifetime, figure)->reset();
  else
    placeOf(state.budgeted, figure)->reset();
}

void setFigure(PlanState& state, PlanFigure figure, double value) {
  if (figure == PlanFigure::kTargetLoss) {
    state.lifetime.target_loss = value;
  } else if (figure == PlanFigure::kMaxDevices) {
    auto& place = state.overLife() ? state.lifetime.max_devices : state.budgeted.max_devices;
    place = static_cast<int>(std::lround(value));
  } else {
    auto& place =
        state.overLife() ? *placeOf(state.lifetime, figure) : *placeOf(state.budgeted, figure);
    place = value;
  }
}

}  // namespace moe
