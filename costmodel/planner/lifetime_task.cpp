#include "costmodel/planner/lifetime_task.h"

#include <algorithm>
#include <cmath>

#include "costmodel/planner/bracketed_root.h"

namespace moe {
namespace {

constexpr double kTokenRounding = 1e-9;  // of ln D: a cap met to rounding is met

double budgetTokens(const PricedDesign& design, const LifetimeTask& task, double log_params,
                    double params, double money) {
  double tokens = std::exp(std::min(task.mostLogTokens(log_params), kMostLogTokens));
  if (std::isfinite(money))
    tokens = std::min(tokens, tokensSpending(design, &TrainingPrice::usd, params, money, 1e11));
  if (std::isfinite(task.most_wall_s))
    tokens = std::min(
        tokens, tokensSpending(design, &TrainingPrice::wall_s, params, task.most_wall_s, 1e11));
  return std::log(tokens);
}

}  // namespace

LifetimeTask taskOf(const LifetimeRequest& request) {
  LifetimeTask task;
  task.lifetime_tokens = request.lifetime_tokens;
  if (request.target_loss) task.log_target = std::log(*request.target_loss);
  if (request.total_usd) task.total_usd = *request.total_usd;
  if (request.max_train_tokens) task.most_log_tokens = std::log(*request.max_train_tokens);
  if (request.max_tokens_per_param)
    task.most_log_tokens_per_param = std::log(*request.max_tokens_per_param);
  if (request.max_wall_s) task.most_wall_s = *request.max_wall_s;
  return task;
}

double LifetimeTask::mostLogTokens(double log_params) const {
  return std::min(most_log_tokens, log_params + most_log_tokens_per_param);
}

// Spending is nearly in proportion to the tokens, so that rescaling finds it at once; where it is
// not, secants in logarithms follow.
double tokensSpending(const PricedDesign& design, double TrainingPrice::*spent, double params,
                      double amount, double guess) {
  const auto ratioAt = [&](double tokens) {
    return amount / (design.training(params, tokens).*spent);
  };
  double last = guess;
  double last_ratio = ratioAt(guess);
  if (!std::isfinite(last_ratio)) return kEndless;
  double tokens = guess * last_ratio;
  for (int step = 0; step < 60; ++step) {
    const double ratio = ratioAt(tokens);
    if (std::abs(ratio - 1) < 1e-13) break;
    const double exponent = std::log(last_ratio / ratio) / std::log(tokens / last);
    last = tokens;
    last_ratio = ratio;
    tokens *= std::pow(ratio, exponent > 0.2 && exponent < 5 ? 1 / exponent : 1);
  }
  return tokens;
}

LifetimeValue lifetimeValue(const PricedDesign& design, const LossSurface& surface,
                            const LifetimeTask& task, double log_params, double params,
                            double usd_per_million) {
  const double serving = task.lifetime_tokens / 1e6 * task.price_factor * usd_per_million;
  if (!task.log_target) {
    const double money = task.total_usd - serving;
    if (!(money > 0)) return {kEndless, 0};
    const double log_tokens = budgetTokens(design, task, log_params, params, money);
    return {std::exp(surface.logLoss(log_params, log_tokens)), log_tokens};
  }
  double log_tokens = surface.logTokens(log_params, *task.log_target);
  const double most = task.mostLogTokens(log_params);
  if (!(log_tokens <= most + kTokenRounding) || log_tokens > kMostLogTokens)
    return {kEndless, log_tokens};
  log_tokens = std::min(log_tokens, most);
  const TrainingPrice training = design.training(params, std::exp(log_tokens));
  if (training.wall_s > task.most_wall_s) return {kEndless, log_tokens};
  return {training.usd + serving, log_tokens};
}

std::optional<double> leastLogParams(const LossSurface& surface, const LifetimeTask& task,
                                     double start) {
  constexpr double kStride = 0.25;
  const double smallest = std::log(kSmallestPlanned);
  const auto excess = [&](double x) {
    return surface.logLoss(x, std::min(task.mostLogTokens(x), kMostLogTokens)) - *task.log_target;
  };
  double x = std::max(start, smallest);
  while (excess(x) > 0) {
    x += kStride;
    if (x > kMostLogParams) return std::nullopt;
  }
  while (excess(x - kStride) <= 0) {
    x -= kStride;
    if (x <= smallest) return smallest;
  }
  // One step of the rounding inwards, so that the size itself has the loss.
  return std::max(smallest, bracketedRoot(excess, x - kStride, x, 1e-13) + 1e-12);
}

}  // namespace moe
