#include "fitting/trust/run_design.h"

#include <fmt/format.h>

#include <Eigen/Cholesky>
#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <set>

#include "fitting/search/polish.h"
#include "fitting/search/random_starts.h"
#include "fitting/trust/rise_scale.h"

namespace moe {

namespace {

constexpr std::size_t kSteps = 17;         // of the grid over N and over D
constexpr double kFurther = 10;            // beyond the largest N and D of the runs
constexpr double kRatioMargin = 4;         // beyond the runs' tokens per parameter ..
constexpr double kWideRatio = 16;          // .. where they span less than this
constexpr std::size_t kPlausibleLaws = 8;  // averaged over, beside the fit
constexpr std::size_t kPlausibleTries = 48;
constexpr double kAmplitudePrior = 5;  // of ln A
constexpr double kDefaultPrior = 1;
constexpr int kMostSweeps = 12;
constexpr PolishOptions kRefit{.max_iterations = 120, .relative_tolerance = 1e-9, .rounds = 2};

struct Candidate {
  LawPoint point;
  double flop = 0;
};

std::vector<double> logSteps(double low, double high) {
  std::vector<double> values;
  for (std::size_t i = 0; i < kSteps; ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(kSteps - 1);
    values.push_back(low * std::pow(high / low, share));
  }
  return values;
}

/// The runs' expert counts, the target's, and the powers of two between the least and the most.
std::vector<double> expertCounts(const FitData& data, const Law& law, const LawPoint& target) {
  if (!law.family->dependsOnExperts()) return {target.experts};
  std::set<double> counts{target.experts};
  for (const TrainingRun& run : data.points) counts.insert(run.experts);
  const double most = *counts.rbegin();
  for (double count = 1; count < most; count *= 2) {
    if (count > *counts.begin()) counts.insert(count);
  }
  return {counts.begin(), counts.end()};
}

/// Runs that could be made.
std::vector<Candidate> candidateRuns(const FitData& data, const Law& law,
                                     const RunDesignOptions& design) {
  Range params{1e300, 0}, tokens{1e300, 0}, ratio{1e300, 0};
  const auto cover = [](Range& range, double value) {
    range = {std::min(range.low, value), std::max(range.high, value)};
  };
  for (const TrainingRun& run : data.points) {
    cover(params, run.params);
    cover(tokens, run.train_tokens);
    cover(ratio, run.train_tokens / run.params);
  }
  const double margin = ratio.high < kWideRatio * ratio.low ? kRatioMargin : 1;
  std::vector<Candidate> candidates;
  for (const double n : logSteps(params.low, params.high * kFurther)) {
    for (const double d : logSteps(tokens.low / margin, tokens.high * kFurther)) {
      const double per_param = d / n;
      if (per_param < ratio.low / margin || per_param > ratio.high * margin) continue;
      for (const double e : expertCounts(data, law, design.target)) {
        LawPoint point = design.target;
        point.params = n;
        point.train_tokens = d;
        point.experts = e;
        const double flop = law.flopPerParamToken(point) * n * d;
        if (flop <= design.budget.value()) candidates.push_back({point, flop});
      }
    }
  }
  return candidates;
}

TrainingRun runAt(const LawPoint& point) {
  TrainingRun run;
  run.params = point.params;
  run.train_tokens = point.train_tokens;
  run.experts = point.experts;
  run.top_k = point.top_k;
  run.granularity = point.granularity;
  run.unique_tokens = point.unique_tokens;
  run.precision = point.precision;
  run.loss = 1;
  return run;
}

bool heldByUser(const FitOptions& options, const std::string& name) {
  return std::any_of(options.fixed.begin(), options.fixed.end(),
                     [&](const auto& fixed) { return fixed.first == name; });
}

/// Bounds with the parameters that the user holds pinned at the fit's values.
Bounds widestBounds(const FitOptions& options, const FitResult& result) {
  Bounds bounds = options.bounded ? Bounds::of(*result.family) : Bounds::none(*result.family);
  for (std::size_t i = 0; i < result.parameters.size(); ++i) {
    if (!heldByUser(options, result.parameters[i].name)) continue;
    const auto index = static_cast<Eigen::Index>(i);
    bounds.lower[index] = bounds.upper[index] = result.coordinates[index];
  }
  return bounds;
}

/// The fit, and laws with other values of what is not identified that fit as well.
std::vector<Eigen::VectorXd> plausibleLaws(const FitData& data, const FitOptions& options,
                                           const FitResult& result, std::uint64_t seed) {
  std::vector<Eigen::VectorXd> laws = {result.coordinates};
  std::vector<Eigen::Index> unknown;
  for (std::size_t i = 0; i < result.parameters.size(); ++i) {
    const ParameterFit& parameter = result.parameters[i];
    if (!parameter.identified && !heldByUser(options, parameter.name)) {
      unknown.push_back(static_cast<Eigen::Index>(i));
    }
  }
  // Exponents are held where they are drawn; amplitudes begin there and find their own place.
  const auto isHeld = [&](Eigen::Index i) {
    return !result.family->parameters[static_cast<std::size_t>(i)].search.empty();
  };
  if (unknown.empty()) return laws;
  FitProblem problem(*result.family, data.points, result.objective_kind);
  const RiseScale scale(problem, result);
  const Bounds widest = widestBounds(options, result);
  for (const Eigen::VectorXd& start : randomStarts(problem, widest, kPlausibleTries, seed)) {
    Bounds held = widest;
    Eigen::VectorXd at = result.coordinates;
    for (const Eigen::Index i : unknown) {
      at[i] = start[i];
      if (isHeld(i)) held.lower[i] = held.upper[i] = start[i];
    }
    const Polished end = polish(problem, held, at, kRefit);
    if (!std::isfinite(end.value) || scale.chiSquare(end.value) > scale.critical(0.95)) continue;
    laws.push_back(end.coordinates);
    if (laws.size() > kPlausibleLaws) break;
  }
  return laws;
}

/// Prior standard deviation of each coordinate; 0 for what the user holds.
Eigen::VectorXd priorErrors(const FitOptions& options, const FitResult& result) {
  Eigen::VectorXd errors(result.coordinates.size());
  const Bounds bounds = Bounds::of(*result.family);
  for (std::size_t i = 0; i < result.parameters.size(); ++i) {
    const auto index = static_cast<Eigen::Index>(i);
    const LawParameter& info = result.family->parameters[i];
    double error = info.coordinate == Coordinate::kLog ? kAmplitudePrior : kDefaultPrior;
    if (!info.search.empty()) {
      const auto [low, high] = std::minmax_element(info.search.begin(), info.search.end());
      error = 0.5 *
              std::abs(coordinateOf(info.coordinate, *high) - coordinateOf(info.coordinate, *low));
    } else if (std::isfinite(bounds.upper[index] - bounds.lower[index])) {
      error = 0.25 * (bounds.upper[index] - bounds.lower[index]);
    }
    errors[index] = heldByUser(options, result.parameters[i].name) ? 0 : error;
  }
  return errors;
}

/// One plausible law: what is known under it, and what runs would add. Coordinates are in units of
/// their prior errors, and a candidate's gradient in units of a run's scatter.
struct View {
  Eigen::MatrixXd information;  // of the runs made, with the prior
  Eigen::MatrixXd gradients;    // parameters x candidates
  Eigen::VectorXd target;
};

View viewOf(const FitData& data, const FitResult& result, const Eigen::VectorXd& law,
            const std::vector<Candidate>& candidates, const Eigen::VectorXd& prior,
            const LawPoint& target, double run_variance) {
  const auto gradients = [&](std::span<const TrainingRun> runs, bool of_log) -> Eigen::MatrixXd {
    FitProblem problem(*result.family, runs, result.objective_kind);
    problem.value(law);
    return (of_log ? problem.evaluator().jacobian() : problem.jacobian()) * prior.asDiagonal();
  };
  std::vector<TrainingRun> possible;
  for (const Candidate& candidate : candidates) possible.push_back(runAt(candidate.point));
  const TrainingRun wanted = runAt(target);
  const Eigen::MatrixXd made = gradients(data.points, false);
  // Points of one run count as one.
  const double weight =
      static_cast<double>(data.groups) / (run_variance * static_cast<double>(data.points.size()));
  View view;
  view.information =
      Eigen::MatrixXd::Identity(prior.size(), prior.size()) + weight * made.transpose() * made;
  view.gradients = gradients(possible, false).transpose() / std::sqrt(run_variance);
  view.target = gradients(std::span(&wanted, 1), true).transpose();
  return view;
}

/// The laws' views of a set of chosen candidates.
class Design {
 public:
  Design(std::vector<View> views, const std::vector<Candidate>& candidates)
      : views_(std::move(views)), candidates_(candidates) {}

  /// Mean over laws of the target's variance with these runs made, relative to that without.
  double score(const std::vector<std::size_t>& chosen) const {
    double sum = 0;
    for (const View& view : views_) sum += variance(view, chosen) / variance(view, {});
    return sum / static_cast<double>(views_.size());
  }

  double meanVariance(const std::vector<std::size_t>& chosen) const {
    double sum = 0;
    for (const View& view : views_) sum += variance(view, chosen);
    return sum / static_cast<double>(views_.size());
  }

  /// The candidate that lowers the score most beside `chosen` for at most this FLOP; none when
  /// nothing is affordable.
  std::optional<std::size_t> best(const std::vector<std::size_t>& chosen, double flop) const {
    Eigen::ArrayXd scores = Eigen::ArrayXd::Zero(static_cast<Eigen::Index>(candidates_.size()));
    for (const View& view : views_) {
      const Eigen::LLT<Eigen::MatrixXd> factor(informationWith(view, chosen));
      const Eigen::VectorXd solved = factor.solve(view.target);
      const Eigen::ArrayXd cross = (view.gradients.transpose() * solved).array();
      const Eigen::MatrixXd half = factor.matrixL().solve(view.gradients);
      const Eigen::ArrayXd own = half.colwise().squaredNorm().transpose().array();
      const double before = view.target.dot(solved);
      scores += (before - cross.square() / (1 + own)) / variance(view, {});
    }
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      if (candidates_[i].flop > flop) continue;
      const auto place = static_cast<Eigen::Index>(i);
      if (!found || scores[place] < scores[static_cast<Eigen::Index>(*found)]) found = i;
    }
    return found;
  }

 private:
  static Eigen::MatrixXd informationWith(const View& view, const std::vector<std::size_t>& chosen) {
    Eigen::MatrixXd information = view.information;
    for (const std::size_t i : chosen) {
      const Eigen::VectorXd x = view.gradients.col(static_cast<Eigen::Index>(i));
      information += x * x.transpose();
    }
    return information;
  }

  static double variance(const View& view, const std::vector<std::size_t>& chosen) {
    return view.target.dot(informationWith(view, chosen).llt().solve(view.target));
  }

  std::vector<View> views_;
  const std::vector<Candidate>& candidates_;
};

double flopOf(const std::vector<std::size_t>& chosen, const std::vector<Candidate>& candidates) {
  double sum = 0;
  for (const std::size_t i : chosen) sum += candidates[i].flop;
  return sum;
}

/// Fills the slots one after another, each with at most its share of what is left, then exchanges
/// single runs for better ones until none is found.
std::vector<std::size_t> exchanged(const Design& design, const std::vector<Candidate>& candidates,
                                   const RunDesignOptions& options, double first_share,
                                   const std::stop_token& stop) {
  const double budget = options.budget.value();
  std::vector<std::size_t> chosen;
  for (std::size_t slot = 0; slot < options.runs; ++slot) {
    const bool last = slot + 1 == options.runs;
    const double left = budget - flopOf(chosen, candidates);
    const auto found = design.best(chosen, last ? left : left * first_share);
    if (found) chosen.push_back(*found);
  }
  double score = design.score(chosen);
  for (int sweep = 0; sweep < kMostSweeps && !stop.stop_requested(); ++sweep) {
    const double before = score;
    for (std::size_t slot = 0; slot < chosen.size(); ++slot) {
      std::vector<std::size_t> others = chosen;
      others.erase(others.begin() + static_cast<std::ptrdiff_t>(slot));
      const auto found = design.best(others, budget - flopOf(others, candidates));
      if (!found) continue;
      others.push_back(*found);
      const double now = design.score(others);
      if (now < score * (1 - 1e-9)) {
        chosen = others;
        score = now;
      }
    }
    if (score >= before * (1 - 1e-6)) break;
  }
  return chosen;
}

/// The runs in the order of what each adds to those before it.
std::vector<SuggestedRun> inOrder(const Design& design, const std::vector<Candidate>& candidates,
                                  std::vector<std::size_t> left) {
  std::vector<SuggestedRun> runs;
  std::vector<std::size_t> made;
  while (!left.empty()) {
    std::size_t best = 0;
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < left.size(); ++i) {
      std::vector<std::size_t> with = made;
      with.push_back(left[i]);
      const double score = design.score(with);
      if (score < least) {
        least = score;
        best = i;
      }
    }
    made.push_back(left[best]);
    left.erase(left.begin() + static_cast<std::ptrdiff_t>(best));
    const Candidate& candidate = candidates[made.back()];
    runs.push_back({candidate.point, Flop(candidate.flop), std::sqrt(design.meanVariance(made))});
  }
  return runs;
}

}  // namespace

Result<RunDesign> suggestRuns(const FitData& data, const FitOptions& options,
                              const FitResult& result, const Law& law,
                              const RunDesignOptions& design, std::stop_token stop) {
  if (result.exact()) {
    return fail(ErrorKind::kUnanswered, "--suggest-runs",
                "the runs follow the law to rounding: without noise nothing is left to learn");
  }
  const std::vector<Candidate> candidates = candidateRuns(data, law, design);
  if (candidates.empty() || design.runs == 0) {
    return fail(ErrorKind::kInfeasible, "--suggest-budget-flop",
                fmt::format("{:.3g} FLOP afford no run of the sizes and lengths of these runs",
                            design.budget.value()));
  }
  FitProblem problem(*result.family, data.points, result.objective_kind);
  const double run_variance = RiseScale(problem, result).runVariance();
  const Eigen::VectorXd prior = priorErrors(options, result);
  std::vector<View> views;
  for (const Eigen::VectorXd& plausible : plausibleLaws(data, options, result, design.seed)) {
    views.push_back(
        viewOf(data, result, plausible, candidates, prior, design.target, run_variance));
  }
  RunDesign answer;
  answer.plausible_laws = views.size();
  answer.run_error = std::sqrt(run_variance);
  if (result.objective_kind.scale == ResidualScale::kLoss) {
    answer.run_error /= law.loss(design.target);
  }
  const Design search(std::move(views), candidates);
  answer.error_now = std::sqrt(search.meanVariance({}));
  std::vector<std::size_t> best;
  for (const double first_share : {1.0 / static_cast<double>(design.runs), 0.5, 0.8}) {
    const auto chosen = exchanged(search, candidates, design, first_share, stop);
    if (best.empty() || search.score(chosen) < search.score(best)) best = chosen;
  }
  answer.runs = inOrder(search, candidates, best);
  return answer;
}

}  // namespace moe
