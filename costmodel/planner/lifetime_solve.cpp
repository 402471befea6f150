#include "costmodel/planner/lifetime_solve.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "costmodel/planner/bracketed_root.h"
#include "costmodel/planner/local_minimum.h"

namespace moe {
namespace {

constexpr double kEndless = std::numeric_limits<double>::infinity();
constexpr double kMostLogTokens = 300;   // ln D of 1e130 tokens
constexpr double kMostLogParams = 46;    // 1e20
constexpr double kTokenRounding = 1e-9;  // of ln D: a cap met to rounding is met
// Beyond 16 times the loss-optimal size both training and serving rise with N.
const double kFarthestAbove = std::log(16.0);
constexpr std::size_t kMostMinima = 8;

struct SizeRange {
  double low = 0;
  double high = 0;
};

/// The size that trains fastest to the target: where a window of wall time opens first, however
/// narrow.
double fastestTraining(const PricedDesign& design, const LossSurface& surface,
                       const LifetimeTask& task, SizeRange sizes) {
  const auto wall = [&](double x) {
    const double log_tokens = surface.logTokens(x, *task.log_target);
    if (log_tokens > kMostLogTokens) return kEndless;
    return design.training(std::exp(x), std::exp(log_tokens)).wall_s;
  };
  const double middle = 0.5 * (sizes.low + sizes.high);
  return localMinimum(wall, sizes.low, middle, sizes.high, wall(middle), 1e-9).x;
}

/// A local minimum of a scan: sizes before, at and after it.
struct Bracket {
  double a, b, c, value;
  double bound;  // no value between a and c lies below, were it convex there
};

/// The most promising brackets of a scan, kept without allocation.
class Brackets {
 public:
  void add(const Bracket& bracket) {
    if (count_ < kMostMinima) {
      kept_[count_++] = bracket;
      return;
    }
    auto worst = std::max_element(kept_.begin(), kept_.end(),
                                  [](const auto& x, const auto& y) { return x.bound < y.bound; });
    if (bracket.bound < worst->bound) *worst = bracket;
  }
  const Bracket* begin() const { return kept_.data(); }
  const Bracket* end() const { return kept_.data() + count_; }

 private:
  std::array<Bracket, kMostMinima> kept_{};
  std::size_t count_ = 0;
};

/// Takes values along ascending sizes and notes each local minimum.
class Scan {
 public:
  void add(double x, double value) {
    if (seen_ > 0 && value > here_ && here_ <= before_) note(x, value);
    before_x_ = seen_ > 0 ? here_x_ : x;
    before_ = seen_ > 0 ? here_ : kEndless;
    here_x_ = x;
    here_ = value;
    ++seen_;
  }
  void finish() {
    if (seen_ > 0 && here_ <= before_) note(here_x_, kEndless);
  }
  const Brackets& minima() const { return minima_; }

 private:
  void note(double after_x, double after) {
    if (!std::isfinite(here_)) return;
    const double drop = std::max(before_ - here_, after - here_);
    minima_.add({before_x_, here_x_, after_x, here_, here_ - drop});
  }
  double before_x_ = 0, before_ = kEndless, here_x_ = 0, here_ = kEndless;
  std::size_t seen_ = 0;
  Brackets minima_;
};

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

std::optional<SizeRange> sizesToSearch(const PricedDesign& design, const LossSurface& surface,
                                       const LifetimeTask& task) {
  const double largest = std::log(design.largest_params);
  const double smallest = std::log(kSmallestPlanned);
  if (!(largest >= smallest)) return std::nullopt;
  if (!task.log_target) return SizeRange{smallest, std::min(largest, kMostLogParams)};
  const auto optimal = surface.lossOptimal(*task.log_target);
  if (!optimal) return std::nullopt;
  const auto low = leastLogParams(surface, task, optimal->log_params);
  if (!low || *low > largest) return std::nullopt;
  const double above = std::max(optimal->log_params, *low) + kFarthestAbove;
  return SizeRange{*low, std::min(largest, above)};
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

PriceGrid::PriceGrid(const PricedDesign& design) {
  const double smallest = std::log(kSmallestPlanned);
  first_ = static_cast<std::size_t>(std::ceil(smallest / kStep));
  for (std::size_t i = first_;; ++i) {
    const double x = kStep * static_cast<double>(i);
    const double params = std::exp(x);
    if (!(params < design.largest_params) || x > kMostLogParams) break;
    params_.push_back(params);
    usd_.push_back(design.serving_usd(params));
  }
}

std::size_t PriceGrid::after(double log_params) const {
  const double place = std::floor(log_params / kStep) + 1 - static_cast<double>(first_);
  return place > 0 ? static_cast<std::size_t>(place) : 0;
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

namespace {

/// All local minima of the objective that the scan sees.
template <class Objective>
Brackets scanned(const PricedDesign& design, const PriceGrid& grid, const LossSurface& surface,
                 const LifetimeTask& task, SizeRange sizes, std::size_t stride,
                 const Objective& objective) {
  Scan scan;
  scan.add(sizes.low, objective(sizes.low));
  for (std::size_t i = grid.after(sizes.low); i < grid.size(); i += stride) {
    const double x = grid.logParams(i);
    if (!(x < sizes.high)) break;
    scan.add(x, lifetimeValue(design, surface, task, x, grid.params(i), grid.usd(i)).objective);
  }
  if (sizes.high > sizes.low) scan.add(sizes.high, objective(sizes.high));
  scan.finish();
  Brackets minima = scan.minima();
  if (task.log_target && std::isfinite(task.most_wall_s)) {
    const double x = fastestTraining(design, surface, task, sizes);
    const double low = std::max(sizes.low, x - PriceGrid::kStep);
    const double high = std::min(sizes.high, x + PriceGrid::kStep);
    minima.add({low, x, high, objective(x), -kEndless});
  }
  return minima;
}

}  // namespace

LifetimeSolution solveLifetime(const PricedDesign& design, const PriceGrid& grid,
                               const LossSurface& surface, const LifetimeTask& task, Care care) {
  const auto sizes = sizesToSearch(design, surface, task);
  if (!sizes) return {};
  const auto paramsAt = [&](double x) { return std::min(std::exp(x), design.largest_params); };
  const auto objective = [&](double x) {
    const double params = paramsAt(x);
    return lifetimeValue(design, surface, task, x, params, design.serving_usd(params)).objective;
  };
  const std::size_t stride = care == Care::kCareful ? 1 : 3;
  const Brackets minima = scanned(design, grid, surface, task, *sizes, stride, objective);
  double least = kEndless;
  for (const Bracket& bracket : minima) least = std::min(least, bracket.value);
  if (!std::isfinite(least)) return {};
  LocalMinimum best{0, kEndless, false};
  for (const Bracket& bracket : minima) {
    if (bracket.bound > least) continue;
    const double tolerance = care == Care::kCareful ? 1e-10 : 2e-5;
    LocalMinimum found =
        localMinimum(objective, bracket.a, bracket.b, bracket.c, bracket.value, tolerance);
    if (care == Care::kCareful) found = polished(objective, found);
    if (found.value < best.value) best = found;
  }
  LifetimeSolution solution;
  solution.found = true;
  solution.kink = best.kink;
  solution.log_params = best.x;
  solution.least_log_params = sizes->low;
  const double params = paramsAt(best.x);
  const double usd = design.serving_usd(params);
  solution.usd_per_million = usd * task.price_factor;
  const LifetimeValue value = lifetimeValue(design, surface, task, best.x, params, usd);
  solution.objective = value.objective;
  solution.log_tokens = value.log_tokens;
  return solution;
}

}  // namespace moe
