#include "fitting/trust/hold_out.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace moe {

Result<HoldOutResult> holdOut(const LawFamily& family, std::span<const TrainingRun> runs,
                              std::span<const std::size_t> group, const std::vector<bool>& held,
                              const FitOptions& options, std::stop_token stop) {
  std::vector<TrainingRun> kept;
  std::vector<std::size_t> kept_group;
  std::set<std::size_t> held_groups;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (held[i]) {
      held_groups.insert(group[i]);
    } else {
      kept.push_back(runs[i]);
      kept_group.push_back(kept.size() - 1);
    }
  }
  if (held_groups.empty()) return fail(ErrorKind::kUsage, "--hold-out", "holds out no run");
  const auto fit = fitLaw(family, FitData::of(kept, kept_group), options, stop);
  if (!fit) return tl::unexpected(fit.error());

  Law law;
  law.family = &family;
  law.values = fit->values;
  HoldOutResult result;
  result.runs = held_groups.size();
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (!held[i]) continue;
    const double error = std::log(
        law.loss({runs[i].params, runs[i].train_tokens, runs[i].experts, runs[i].granularity}) /
        runs[i].loss);
    ++result.points;
    result.mean_abs_log_error += std::abs(error);
    result.mean_log_error += error;
    result.rms_log_error += error * error;
  }
  const double count = static_cast<double>(result.points);
  result.mean_abs_log_error /= count;
  result.mean_log_error /= count;
  result.rms_log_error = std::sqrt(result.rms_log_error / count);
  return result;
}

std::vector<bool> largestCompute(std::span<const TrainingRun> runs,
                                 std::span<const std::size_t> group, double share) {
  std::map<std::size_t, double> compute;  // of each run, its largest
  for (std::size_t i = 0; i < runs.size(); ++i) {
    double& most = compute[group[i]];
    most = std::max(most, runs[i].params * runs[i].train_tokens);
  }
  std::vector<std::pair<double, std::size_t>> order;
  for (const auto& [run, most] : compute) order.emplace_back(-most, run);
  std::sort(order.begin(), order.end());
  const auto count = std::max<std::size_t>(
      1, static_cast<std::size_t>(std::llround(share * static_cast<double>(order.size()))));
  std::set<std::size_t> chosen;
  for (std::size_t i = 0; i < std::min(count, order.size()); ++i) chosen.insert(order[i].second);
  std::vector<bool> held;
  for (const std::size_t run : group) held.push_back(chosen.contains(run));
  return held;
}

}  // namespace moe
