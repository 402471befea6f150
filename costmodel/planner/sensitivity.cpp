#include "costmodel/planner/sensitivity.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace moe {
namespace {

constexpr double kNoAnswer = std::numeric_limits<double>::infinity();

SensitivityEnd withProblem(std::string label, std::string problem) {
  SensitivityEnd end;
  end.label = std::move(label);
  end.problem = std::move(problem);
  return end;
}

/// The end's own figures, without comparison.
SensitivityEnd planned(std::string label, Result<LifetimeRequest> request) {
  if (!request) return withProblem(std::move(label), describe(request.error()));
  request->draws = 0;
  const auto outcome = planLifetime(*request);
  if (!outcome) return withProblem(std::move(label), describe(outcome.error()));
  if (!outcome->feasible()) return withProblem(std::move(label), "no design is feasible");
  const LifetimeRow& row = outcome->rows.front();
  SensitivityEnd end;
  end.label = std::move(label);
  end.design = request->designs[row.design].label;
  end.params = row.best->params;
  end.loss = row.best->loss;
  end.total_usd = row.best->total_usd;
  return end;
}

void compare(const SensitivityEnd& base, SensitivityEnd& end) {
  if (!end.problem.empty()) return;
  end.params_ratio = end.params / base.params;
  end.total_ratio = end.total_usd / base.total_usd;
  end.loss_difference = end.loss - base.loss;
  end.design_changed = end.design != base.design;
}

double swingOf(const SensitivityRow& row, bool money_is_fixed) {
  const auto value = [&](const std::optional<SensitivityEnd>& end) {
    if (!end) return 0.0;
    if (!end->problem.empty()) return kNoAnswer;
    return money_is_fixed ? end->loss_difference : std::log(end->total_ratio);
  };
  const double low = value(row.low);
  const double high = value(row.high);
  if (std::isinf(low) || std::isinf(high)) return kNoAnswer;
  return std::max({low, high, 0.0}) - std::min({low, high, 0.0});
}

}  // namespace

Result<Sensitivity> sensitivityOf(const LifetimeRequest& base,
                                  const std::vector<SensitivityFactor>& factors,
                                  std::stop_token stop, const ProgressSink& progress) {
  LifetimeRequest without_draws = base;
  without_draws.draws = 0;
  if (const auto outcome = planLifetime(without_draws); !outcome)
    return tl::unexpected(outcome.error());
  Sensitivity result;
  result.base = planned("base", without_draws);
  if (!result.base.problem.empty())
    return fail(ErrorKind::kInfeasible, "plan",
                "the plan itself has no answer, so nothing can be compared with it");
  for (std::size_t i = 0; i < factors.size(); ++i) {
    const SensitivityFactor& factor = factors[i];
    if (stop.stop_requested()) return fail(ErrorKind::kCancelled, "plan", "stopped");
    if (progress)
      progress("planning under other assumptions",
               static_cast<double>(i) / static_cast<double>(factors.size()));
    SensitivityRow row;
    row.name = factor.name;
    if (factor.low) row.low = planned(factor.low_label, factor.low());
    if (factor.high) row.high = planned(factor.high_label, factor.high());
    if (row.low) compare(result.base, *row.low);
    if (row.high) compare(result.base, *row.high);
    row.swing = swingOf(row, base.total_usd.has_value());
    result.rows.push_back(std::move(row));
  }
  std::stable_sort(
      result.rows.begin(), result.rows.end(),
      [](const SensitivityRow& a, const SensitivityRow& b) { return a.swing > b.swing; });
  return result;
}

}  // namespace moe
