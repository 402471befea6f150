#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "data/error.h"
#include "data/progress.h"
#include "data/training_run.h"
#include "fitting/laws/law.h"
#include "fitting/objective.h"

namespace moe {

enum class SearchKind {
  kAuto,  ///< variable projection over a grid of exponents, every local minimum polished
  kGrid,  ///< the 4500 starts of [Hoffmann2022] (chinchilla only)
};

struct FitOptions {
  Objective objective = {};
  SearchKind search = SearchKind::kAuto;
  bool bounded = true;           ///< exponents of sensible signs; --unbounded lifts it
  std::size_t least_starts = 8;  ///< polished in any case, so that a second basin shows
  std::size_t most_starts = 24;  ///< grid minima that are polished at most
  int threads = 0;               ///< 0: as many as the machine has
  std::vector<std::pair<std::string, double>> fixed = {};  ///< parameters held at a value, by name
  /// Holds the parameters of variables that never vary over the runs instead of refusing the law.
  bool reduce = false;
  std::size_t confirm_starts = 0;  ///< descents of a second, random search; 0: none
};

/// What the second search found.
struct Confirmation {
  std::size_t starts = 0;
  double objective = 0;      ///< the lowest it reached
  std::size_t at_best = 0;   ///< starts that ended at the best of both searches
  bool found_lower = false;  ///< it ended below the first search; the fit then took its end
};

/// A local optimum and how many starts ended in it.
struct Basin {
  Eigen::VectorXd coordinates;
  double objective = 0;
  int starts = 0;
};

/// What a fit says of one parameter.
struct ParameterFit {
  std::string name;
  std::string meaning;
  double value = 0;
  bool identified = true;
  std::string reason;  ///< why it is not identified or why it is held, in words
  bool on_bound = false;
  bool fixed = false;
  std::optional<double> standard_error;  ///< bootstrap, or sandwich without one
  std::optional<Range> ci95;             ///< percentile bootstrap, or Wald from the sandwich
  std::optional<Range> wald95;           ///< from the sandwich, kept beside a bootstrap
};

/// Two parameters whose estimates move together.
struct TradeOff {
  std::size_t first = 0;  ///< in parameters
  std::size_t second = 0;
  double correlation = 0;  ///< of their coordinates (ln A for an amplitude)
};

struct FitResult {
  const LawFamily* family = nullptr;
  Objective objective_kind;
  Bounds bounds;
  Eigen::VectorXd coordinates;
  std::vector<double> values;
  double objective = 0;
  std::size_t points = 0;
  std::size_t runs = 0;  ///< resampling units
  double rms_log_residual = 0;
  double rms_residual = 0;  ///< nats
  double mean_abs_log_residual = 0;
  std::size_t starts = 0;
  std::vector<Basin> basins;  ///< best first
  double share_at_best = 0;   ///< of the starts
  std::optional<Confirmation> confirmation;
  bool converged = false;
  std::string termination;
  double condition_number = 0;  ///< of the column-scaled Jacobian of ln L
  std::vector<ParameterFit> parameters;
  std::vector<std::string> null_space;  ///< parameters that the data cannot tell apart at all
  std::vector<std::string> ridges;      ///< what the data cannot tell apart, in words
  std::vector<TradeOff> trade_offs;     ///< of identified parameters, the strongest first
  std::vector<std::vector<double>> posterior;  ///< bootstrap draws of the values
  std::size_t resamples = 0;
  std::string interval_method;    ///< "percentile bootstrap over runs", "Wald, sandwich"
  std::vector<double> residuals;  ///< ln L_hat - ln L in the order of the runs given

  std::size_t freeParameters() const;  ///< those that are not held
  /// Scatter of a single run about the law in ln L, of which the residuals show too little: they
  /// have been fitted. sqrt(n / (n - p)) times their rms, n runs and p parameters that moved; their
  /// rms alone with no more runs than that.
  double runScatter() const;
  /// The runs follow the law to rounding: there is no noise to make an interval of.
  bool exact() const;
};

/// Runs in an order that does not depend on the order of the rows, with the group (run) of each, so
/// that equal data give equal bits.
struct FitData {
  std::vector<TrainingRun> points;
  std::vector<std::size_t> group;     ///< of each point, 0..groups-1
  std::vector<std::size_t> original;  ///< row of each point in the data given
  std::size_t groups = 0;

  /// `group` may be empty: every point is its own run.
  static FitData of(std::span<const TrainingRun> runs, std::span<const std::size_t> group);
};

/// Fits one family: global search, polish, and the check of what the data identify. No intervals
/// but the sandwich's; see bootstrap.h.
/// Errors: as suits() in suitability.h; --search grid for a family without one; cancelled.
Result<FitResult> fitLaw(const LawFamily& family, const FitData& data, const FitOptions& options,
                         std::stop_token stop = {}, const ProgressSink& progress = {});

}  // namespace moe
