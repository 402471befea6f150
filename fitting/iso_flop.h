#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "data/error.h"
#include "data/training_run.h"
#include "fitting/laws/law.h"

namespace moe {

/// Runs of one training budget and the parabola through the lowest of them.
struct IsoFlopGroup {
  double flop = 0;
  std::size_t runs = 0;
  double params = 0;        ///< N at the vertex
  double train_tokens = 0;  ///< D there
  double loss = 0;          ///< nats there
  bool usable = false;
  std::string reason;  ///< why not
};

/// ln y = log_amplitude + exponent ln C over the usable budgets.
struct PowerLine {
  double exponent = 0;
  double log_amplitude = 0;
  std::optional<Range> exponent95;  ///< percentiles of the bootstrap
};

struct IsoFlopResult {
  std::vector<IsoFlopGroup> groups;  ///< by budget
  PowerLine params;                  ///< N*(C): a of [Hoffmann2022]
  PowerLine tokens;                  ///< D*(C): b = 1 - a
  std::size_t resamples = 0;
  std::vector<Warning> warnings;
};

struct IsoFlopOptions {
  double flop_per_param_token = 6;
  std::size_t resamples = 400;
  std::uint64_t seed = 0;
};

/// True when the runs were made at a few budgets with several sizes at each: at least three budgets
/// (equal to 3 %) of four or more sizes, which hold most of the runs and lie apart. Many runs at
/// any budget are a cloud, not iso-FLOP curves.
bool hasIsoFlops(std::span<const TrainingRun> runs);

/// Chinchilla's approach 2 [Hoffmann2022, section 3.2]: per budget a parabola of ln L in ln N
/// through the five sizes of least loss that lie next to each other, its vertex N*(C), and a
/// straight line through the vertices in logarithms. Biased where the sizes lie far from the vertex
/// or not evenly around it, so such budgets are named. Intervals by resampling the runs within each
/// budget. Errors (kInput): fewer than three budgets with a vertex among their runs.
Result<IsoFlopResult> isoFlop(std::span<const TrainingRun> runs, const IsoFlopOptions& options = {},
                              std::stop_token stop = {});

}  // namespace moe
