#include "fitting/trust/hold_out.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "data/counter_random.h"

namespace moe {

namespace {

/// Log errors of a law's predictions, gathered point by point.
class ErrorSums {
 public:
  void add(std::size_t group, double log_error) {
    ++result_.points;
    result_.mean_abs_log_error += std::abs(log_error);
    result_.mean_log_error += log_error;
    result_.rms_log_error += log_error * log_error;
    auto& [count, sum] = of_run_[group];
    count += 1;
    sum += std::abs(log_error);
  }

  HoldOutResult finished() const {
    HoldOutResult result = result_;
    const double count = static_cast<double>(result.points);
    result.mean_abs_log_error /= count;
    result.mean_log_error /= count;
    result.rms_log_error = std::sqrt(result.rms_log_error / count);
    result.runs = of_run_.size();
    for (const auto& [group, sums] : of_run_) {
      result.unseen.push_back({group, sums.second / sums.first});
    }
    return result;
  }

 private:
  HoldOutResult result_;
  std::map<std::size_t, std::pair<double, double>> of_run_;
};

/// The same groups numbered from 0 without gaps.
std::vector<std::size_t> denselyNumbered(const std::vector<std::size_t>& groups) {
  std::map<std::size_t, std::size_t> number;
  std::vector<std::size_t> result;
  for (const std::size_t group : groups) {
    result.push_back(number.emplace(group, number.size()).first->second);
  }
  return result;
}

/// Fits what is not held and adds the errors on what is.
Result<void> predictHeld(const LawFamily& family, std::span<const TrainingRun> runs,
                         std::span<const std::size_t> group, const std::vector<bool>& held,
                         const FitOptions& options, std::stop_token stop, ErrorSums& sums) {
  std::vector<TrainingRun> kept;
  std::vector<std::size_t> kept_group;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (held[i]) continue;
    kept.push_back(runs[i]);
    kept_group.push_back(group[i]);
  }
  const auto fit = fitLaw(family, FitData::of(kept, denselyNumbered(kept_group)), options, stop);
  if (!fit) return tl::unexpected(fit.error());
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (!held[i]) continue;
    const LocalLoss predicted = family.at(fit->values, pointOf(runs[i]));
    sums.add(group[i], predicted.log_loss - std::log(runs[i].loss));
  }
  return {};
}

/// The fold of each run: a random order dealt round.
std::map<std::size_t, std::size_t> dealtFolds(std::span<const std::size_t> group, std::size_t folds,
                                              std::uint64_t seed) {
  std::map<std::size_t, std::size_t> fold;
  for (const std::size_t run : group) fold[run] = 0;
  std::vector<std::pair<std::uint64_t, std::size_t>> order;
  for (const auto& [run, unused] : fold) order.emplace_back(counterRandom(seed, 1, run), run);
  std::sort(order.begin(), order.end());
  for (std::size_t i = 0; i < order.size(); ++i) fold[order[i].second] = i % folds;
  return fold;
}

}  // namespace

Result<HoldOutResult> holdOut(const LawFamily& family, std::span<const TrainingRun> runs,
                              std::span<const std::size_t> group, const std::vector<bool>& held,
                              const FitOptions& options, std::stop_token stop) {
  if (std::find(held.begin(), held.end(), true) == held.end()) {
    return fail(ErrorKind::kUsage, "--hold-out", "holds out no run");
  }
  ErrorSums sums;
  if (auto done = predictHeld(family, runs, group, held, options, stop, sums); !done) {
    return tl::unexpected(done.error());
  }
  return sums.finished();
}

Result<HoldOutResult> crossValidate(const LawFamily& family, std::span<const TrainingRun> runs,
                                    std::span<const std::size_t> group, std::size_t folds,
                                    std::uint64_t seed, const FitOptions& options,
                                    std::stop_token stop) {
  const std::map<std::size_t, std::size_t> fold = dealtFolds(group, folds, seed);
  ErrorSums sums;
  for (std::size_t k = 0; k < std::min(folds, fold.size()); ++k) {
    std::vector<bool> held;
    for (const std::size_t run : group) held.push_back(fold.at(run) == k);
    if (auto done = predictHeld(family, runs, group, held, options, stop, sums); !done) {
      return tl::unexpected(done.error());
    }
  }
  return sums.finished();
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
