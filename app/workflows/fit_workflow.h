#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "app/workflows/fit_rivals.h"
#include "app/workflows/fit_study.h"
#include "app/workflows/run_points.h"
#include "data/curves.h"
#include "data/error.h"
#include "data/progress.h"
#include "data/training_run.h"
#include "data/units.h"
#include "fitting/fit.h"
#include "fitting/laws/law.h"
#include "fitting/trust/hold_out.h"
#include "fitting/trust/run_design.h"

namespace moe {

/// A fit as it is asked for: texts as on the command line, not yet understood.
struct FitQuestion {
  PointsQuestion points;
  std::vector<std::string> laws = {"chinchilla"};
  std::string objective = "huber";
  double delta = 1e-3;
  bool unbounded = false;
  std::vector<std::string> fixed;  ///< "omega=0": parameters held at a value
  /// Holds what these runs cannot tell (or keeps their E = 1 runs, for a law without experts)
  /// instead of refusing the law.
  bool reduce = false;
  std::string search = "auto";
  std::size_t confirm = 0;     ///< starts of a second, random search; 0: none
  std::string study = "auto";  ///< "auto", "full", "none": see StudyDepth
  std::size_t bootstrap = 200;
  std::string bootstrap_by;  ///< column whose equal values are resampled together; empty: runs
  std::string hold_out;      ///< "largest:20%" or a filter; empty: none
  std::string save;          ///< file for the law; with several laws NAME-<law>.json
  std::string residuals;     ///< file for the residuals of every point (CSV); several laws as above
  std::size_t suggest_runs = 0;               ///< further runs to suggest
  std::optional<double> suggest_budget_flop;  ///< for all of them; what the runs cost unless given
  std::string target;                         ///< "n=1e10,d=2e12,e=64": the prediction that matters
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

/// The points that a law was fitted to.
struct DataSummary {
  std::size_t points = 0;
  std::size_t runs = 0;
  Range params;
  Range train_tokens;
  Range experts;
  double largest_compute = 0;     ///< the largest N D of any point
  std::vector<std::size_t> rows;  ///< of the answer's table, in the order of the fit's residuals
};

/// Runs that would lower the error of a prediction most.
struct Suggestion {
  LawPoint target;
  bool target_chosen = false;  ///< by us: the optimum at ten times the largest run's compute, or
                               ///< three times the largest N and D of a law without one
  Flop budget;
  bool budget_chosen = false;  ///< by us: what the runs cost together
  RunDesign design;
};

/// One law's fit with everything that is said about it.
struct LawFit {
  FitResult fit;
  Law law;  ///< as it is saved
  DataSummary data;
  std::vector<WindowFit> windows;
  std::optional<HoldOutResult> hold_out;
  FitStudy study;
  std::optional<Rival> rival;
  std::optional<Suggestion> suggestion;
  std::vector<Warning> warnings;  ///< about this law's fit, beside those about the points
  std::string saved_to;
  std::string residuals_saved_to;
};

/// What fits of several laws to the same points share.
struct FitInputs {
  ChosenPoints points;
  std::optional<Comparison>
      rivals;  ///< how other laws do on them; none where the study leaves them
};

struct FitAnswer {
  FitQuestion question;
  ChosenPoints points;
  DataSummary data;          ///< of the points
  std::vector<LawFit> fits;  ///< in the order of the question's laws
  Seconds timing;

  bool converged() const;
};

/// The question without what its inputs do not depend on: equal ones have equal fitInputs as long
/// as the files that they name stay as they are.
FitQuestion inputsKey(FitQuestion question);

/// Chooses the points among the rows that were read and tries other laws on them. Errors:
/// as answerFit.
Result<FitInputs> fitInputs(const FitQuestion& question, const RunTable& read,
                            std::stop_token stop = {}, const ProgressSink& progress = {});

/// Reads runs, chooses points, fits every law asked for, resamples, studies, holds out and saves.
/// Errors: kUsage for unknown words, kInput for files and data, kCancelled.
Result<FitAnswer> answerFit(const FitQuestion& question, std::stop_token stop = {},
                            const ProgressSink& progress = {});

/// The same from inputs of a question with the same key: equal numbers, without the reading.
Result<FitAnswer> answerFit(const FitQuestion& question, const FitInputs& inputs,
                            std::stop_token stop = {}, const ProgressSink& progress = {});

}  // namespace moe
