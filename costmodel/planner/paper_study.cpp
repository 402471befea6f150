#include "costmodel/planner/paper_study.h"

#include <algorithm>
#include <cmath>

#include "costmodel/planner/bracketed_root.h"

namespace moe {
namespace {

constexpr double kDense = 1, kFew = 4;

/// One question to the planner.
std::optional<PlanOutcome> planned(PlanRequest request, PlanMode mode, double budget, double base) {
  request.mode = mode;
  request.budget = Flop(budget);
  request.experts = {1, 4, 8, 16, 32};
  request.base_experts = base;
  request.draws = 0;
  auto outcome = makePlan(request);
  return outcome ? std::optional(*std::move(outcome)) : std::nullopt;
}

const PlanRow& rowOf(const PlanOutcome& outcome, double experts) {
  return *std::find_if(outcome.rows.begin(), outcome.rows.end(),
                       [&](const PlanRow& row) { return row.experts == experts; });
}

/// Values at several budgets as a range; none when one is missing.
template <class Figure>
std::optional<Range> over(const std::vector<double>& budgets, const Figure& figure) {
  std::optional<Range> range;
  for (const double budget : budgets) {
    const std::optional<double> value = figure(budget);
    if (!value) return std::nullopt;
    if (!range) range = Range{*value, *value};
    range->low = std::min(range->low, *value);
    range->high = std::max(range->high, *value);
  }
  return range;
}

/// The training FLOP at which the loss-optimal model of E experts has this loss.
std::optional<double> flopAtLoss(const Law& law, double experts, double loss) {
  const auto excess = [&](double log_budget) {
    const BudgetLine line(law, Flop(std::exp(log_budget)), {.experts = experts});
    const auto params = line.optimum();
    return params ? std::log(line.loss(*params) / loss) : 1.0;
  };
  const double low = std::log(1e17), high = std::log(1e28);
  if (!(excess(low) > 0) || !(excess(high) < 0)) return std::nullopt;
  return std::exp(bracketedRoot(excess, low, high, 1e-9));
}

std::optional<double> lossOptimum(const Law& law, double experts, double budget) {
  const BudgetLine line(law, Flop(budget), {.experts = experts});
  const auto params = line.optimum();
  return params ? std::optional(line.loss(*params)) : std::nullopt;
}

/// Training FLOP of E experts over those of `base`, both loss-optimal, at the base's loss.
std::optional<double> flopRatio(const Law& law, double experts, double base, double budget) {
  const auto loss = lossOptimum(law, base, budget);
  const auto flop = loss ? flopAtLoss(law, experts, *loss) : std::nullopt;
  return flop ? std::optional(*flop / budget) : std::nullopt;
}

std::optional<double> costRatio(const PlanRequest& request, double experts, double base,
                                double budget) {
  const auto plan = planned(request, PlanMode::kMinCost, budget, base);
  return plan ? rowOf(*plan, experts).chosen.cost_vs_base : std::nullopt;
}

std::optional<double> sizeRatio(const PlanRequest& request, PlanMode mode, double experts,
                                double budget) {
  const auto plan = planned(request, mode, budget, kFew);
  if (!plan || !rowOf(*plan, experts).chosen.exists) return std::nullopt;
  return rowOf(*plan, experts).chosen.size_vs_loss_optimal;
}

/// Training budget that an over-trained model at the base's serving cost saves: what the base would
/// need to reach its loss, less what it was given, over the former.
std::optional<double> savedBudget(const PlanRequest& request, double experts, double budget) {
  const auto plan = planned(request, PlanMode::kMinLoss, budget, kFew);
  if (!plan || !rowOf(*plan, experts).chosen.exists) return std::nullopt;
  const auto needed = flopAtLoss(request.law, kFew, rowOf(*plan, experts).chosen.loss);
  return needed ? std::optional(1 - budget / *needed) : std::nullopt;
}

std::optional<double> activeRatio(const PlanRequest& request, double base, double budget) {
  const auto plan = planned(request, PlanMode::kMinCost, budget, base);
  if (!plan || !rowOf(*plan, 8).chosen.exists) return std::nullopt;
  return rowOf(*plan, 8).chosen.active_params / rowOf(*plan, base).loss_optimal.active_params;
}

std::optional<double> denseOptimum(const Law& law, double budget) {
  return BudgetLine(law, Flop(budget), {.experts = kDense}).optimum();
}

void addTraining(const PlanRequest& request, std::vector<StudiedClaim>& claims) {
  const Law& law = request.law;
  claims.push_back(
      {"16 experts: training FLOP over those of 4 at equal loss",
       "5.1",
       {0.237, 0.428},
       over({1e21, 5.15e21, 8.18e21}, [&](double b) { return flopRatio(law, 16, kFew, b); })});
  const auto extra = over({5.15e21, 8.18e21}, [&](double b) -> std::optional<double> {
    const auto ratio = flopRatio(law, 16, kFew, b);
    return ratio ? std::optional(1 / *ratio) : std::nullopt;
  });
  claims.push_back(
      {"4 experts: training FLOP over those of 16 at equal loss", "abstract", {2.5, 3.5}, extra});
  claims.push_back({"the same in the introduction", "1", {2.4, 4.3}, extra});
  claims.push_back({"4 experts: more FLOP to match loss-optimal 8",
                    "5.2",
                    {0.521, 0.521},
                    over({5.15e21}, [&](double b) -> std::optional<double> {
                      const auto loss = lossOptimum(law, 8, b);
                      const auto flop = loss ? flopAtLoss(law, kFew, *loss) : std::nullopt;
                      return flop ? std::optional(*flop / b - 1) : std::nullopt;
                    })});
  claims.push_back({"loss-optimal dense N at 2.12e21 FLOP",
                    "5.2",
                    {3.36e9, 3.36e9},
                    over({2.12e21}, [&](double b) { return denseOptimum(law, b); })});
  claims.push_back({"loss-optimal dense N at 5.96e21 FLOP",
                    "5.2",
                    {6.14e9, 6.14e9},
                    over({5.96e21}, [&](double b) { return denseOptimum(law, b); })});
}

void addServing(const PlanRequest& request, std::vector<StudiedClaim>& claims) {
  const std::vector<double> budgets = {5.15e21, 8.18e21};
  for (const double experts : {8.0, 16.0})
    claims.push_back(
        {"over-trained " + std::to_string(static_cast<int>(experts)) +
             ": serving cost over that of loss-optimal 4 at equal loss",
         "1",
         {0.47, 0.52},
         over(budgets, [&](double b) { return costRatio(request, experts, kFew, b); })});
  claims.push_back({"over-trained 8: serving cost over that of loss-optimal dense at equal loss",
                    "5.2",
                    {0.316, 0.381},
                    over(budgets, [&](double b) { return costRatio(request, 8, kDense, b); })});
  claims.push_back(
      {"over-trained 8: active parameters over those of dense",
       "5.2",
       {0.233, 0.282},
       over({2.12e21, 5.96e21}, [&](double b) { return activeRatio(request, kDense, b); })});
  claims.push_back(
      {"over-trained 8: active parameters over those of 4",
       "5.2",
       {0.210, 0.251},
       over({2.12e21, 5.96e21}, [&](double b) { return activeRatio(request, kFew, b); })});
  claims.push_back(
      {"16 experts, cost first: size over its loss-optimal size",
       "5.2",
       {0.16, 0.16},
       over(budgets, [&](double b) { return sizeRatio(request, PlanMode::kMinCost, 16, b); })});
  claims.push_back(
      {"32 experts, quality first: size over its loss-optimal size",
       "5.2",
       {0.30, 0.30},
       over(budgets, [&](double b) { return sizeRatio(request, PlanMode::kMinLoss, 32, b); })});
  claims.push_back({"over-trained 16 at the serving cost of 4: training budget saved, at most",
                    "1",
                    {0.684, 0.684},
                    over({5.15e21}, [&](double b) { return savedBudget(request, 16, b); })});
}

// Table 2 of [Ludziejewski2025].

constexpr double kVocabulary = 50257, kCachedTokens = 16000, kBytes = 2;

/// A model of h = 64 x layers [Ludziejewski2025].
struct ShapeOfHidden {
  double hidden;
  double layers() const { return hidden / 64; }
  double active() const { return 2 * hidden * kVocabulary + 13 * layers() * hidden * hidden; }
  double total(double experts) const {
    return 2 * hidden * kVocabulary + (4 + 9 * experts) * layers() * hidden * hidden;
  }
  double cache() const { return 2 * kCachedTokens * layers() * hidden; }
};

/// The largest N_act whose weights and cache fit.
double largestInMemory(double experts, Bytes memory) {
  const auto spare = [&](double log_hidden) {
    const ShapeOfHidden shape{std::exp(log_hidden)};
    return memory.value() - kBytes * (shape.total(experts) + shape.cache());
  };
  return ShapeOfHidden{std::exp(bracketedRoot(spare, 0, std::log(1e7), 1e-10))}.active();
}

double leastLoss(const Law& law, double experts, Flop budget, Bytes memory) {
  const BudgetLine line(law, budget, {.experts = experts});
  const double params = std::min(*line.optimum(), largestInMemory(experts, memory));
  return line.loss(params);
}

MemoryCell cellOf(const Law& law, double budget, double gigabytes_of_memory, double printed) {
  MemoryCell cell{Flop(budget), gigabytes(gigabytes_of_memory), printed};
  double least = std::numeric_limits<double>::infinity();
  for (const double experts : {1.0, 2.0, 4.0, 8.0, 16.0, 32.0}) {
    const double loss = leastLoss(law, experts, cell.budget, cell.memory);
    if (loss < least) cell.ours = experts;
    least = std::min(least, loss);
  }
  cell.excess_of_printed = leastLoss(law, printed, cell.budget, cell.memory) - least;
  return cell;
}

}  // namespace

std::vector<StudiedClaim> studiedYunClaims(const PlanRequest& request) {
  std::vector<StudiedClaim> claims;
  addTraining(request, claims);
  addServing(request, claims);
  return claims;
}

std::vector<MemoryCell> ludziejewskiMemoryTable(const Law& law) {
  const double printed[4][3] = {{16, 32, 32}, {4, 16, 32}, {1, 8, 32}, {1, 1, 16}};
  const double memories[3] = {24, 80, 640};
  std::vector<MemoryCell> cells;
  for (int row = 0; row < 4; ++row)
    for (int column = 0; column < 3; ++column)
      cells.push_back(
          cellOf(law, std::pow(10.0, 21 + row), memories[column], printed[row][column]));
  return cells;
}

}  // namespace moe
