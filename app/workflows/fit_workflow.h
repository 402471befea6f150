#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "data/curves.h"
#include "data/error.h"
#include "data/progress.h"
#include "data/training_run.h"
#include "data/units.h"
#include "fitting/fit.h"
#include "fitting/trust/hold_out.h"
#include "fitting/laws/law.h"

namespace moe {

/// A fit as it is asked for: texts as on the command line, not yet understood.
struct FitQuestion {
  std::vector<std::string> files;
  std::vector<std::string> laws = {"chinchilla"};
  std::string map;                   ///< "n=params,loss=val_loss"
  std::vector<std::string> filters;  ///< "router=S-Base,Dense"
  std::string params_are;            ///< "dense", "active", "total"; empty: as the file says
  bool skip_bad = false;
  std::size_t drop_highest_loss = 0;
  std::string curve = "last";  ///< which points of a run's curve, see parseCurveRule
  std::string objective = "huber";
  double delta = 1e-3;
  bool unbounded = false;
  std::vector<std::string> fixed;  ///< "omega=0": parameters held at a value
  std::string search = "auto";
  std::size_t bootstrap = 200;
  std::string hold_out;  ///< "largest:20%" or a filter; empty: none
  std::string save;      ///< file for the law; with several laws NAME-<law>.json
  std::uint64_t seed = 0;
  int threads = 0;
};

/// The same fit on another window of the curves.
struct WindowFit {
  std::string label;  ///< "earlier", "later"
  CurveRule rule;
  std::size_t points = 0;
  std::vector<double> values;
  double objective = 0;
};

/// One law's fit with everything that is said about it.
struct LawFit {
  FitResult fit;
  Law law;  ///< as it is saved
  std::vector<WindowFit> windows;
  std::optional<HoldOutResult> hold_out;
  std::vector<Warning> warnings;  ///< about this law's fit, beside those about the points
  std::string saved_to;
};

struct FitAnswer {
  FitQuestion question;
  RunTable table;            ///< the points that were fitted
  CurveSelection selection;  ///< without its table, which stands above
  Range params;
  Range train_tokens;
  Range experts;
  double largest_compute = 0;  ///< the largest N D of any point
  std::vector<LawFit> fits;    ///< in the order of the question's laws
  std::vector<Warning> warnings;
  Seconds timing;

  bool converged() const;
};

/// Reads runs, chooses points, fits every law asked for, resamples, holds out and saves.
/// Errors: kUsage for unknown words, kInput for files and data, kCancelled.
Result<FitAnswer> answerFit(const FitQuestion& question, std::stop_token stop = {},
                            const ProgressSink& progress = {});

}  // namespace moe
