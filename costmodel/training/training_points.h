#pragma once

#include <vector>

#include "costmodel/training/training_step.h"
#include "data/catalog/catalog.h"
#include "data/catalog/training_table.h"
#include "data/error.h"

namespace moe {

/// What routing a model has; measured rows of one kind say little about another.
enum class RoutingKind {
  kDense,
  kCoarse,  ///< experts as wide as the model or wider, at most 16 of them: Mixtral
  kFine,    ///< all others
};
std::string_view name(RoutingKind kind);
RoutingKind routingKind(const ModelEntry& entry);

/// Models of one shape train alike, whatever they are called: DeepSeek-V3 and R1.
bool sameShape(const ModelEntry& a, const ModelEntry& b);

/// A training step to be predicted, or one that was measured.
struct TrainingPoint {
  ModelArchitecture model;
  Accelerator accelerator;
  TrainingSetup setup;
  std::string source;  ///< program; empty: any
  int month = 0;       ///< of the program's release, as releaseMonth gives it
  StepTerms terms;     ///< of the above
};

TrainingPoint trainingPoint(const ModelArchitecture& model, const Accelerator& accelerator,
                            const TrainingSetup& setup, int month);

/// A measured row with all that the prediction needs of it.
struct MeasuredTraining {
  TrainingRow row;
  TrainingPoint point;
  /// Hours of a whole run with its restarts instead of the speed of a step; compared only.
  bool whole_run = false;

  double secondsPerToken() const { return 1 / row.tokens_per_s_per_device; }
};

/// Looks up the names and counts the steps. Errors: a name that no catalog has, with the row.
Result<std::vector<MeasuredTraining>> measuredTraining(const std::vector<TrainingRow>& rows,
                                                       const ModelCatalog& models,
                                                       const HardwareCatalog& hardware);

/// How unlike two training steps are: 0 for the same, weight exp(-d^2 / 2). Adds the squares of
/// differences in model, machine, precision, sizes on a log2 scale, program and its age.
double trainingDistance(const TrainingPoint& a, const TrainingPoint& b);

}  // namespace moe
