#pragma once

#include <optional>
#include <string>

#include "app/workflows/import/import_outcome.h"
#include "app/workflows/import/run_facts.h"
#include "data/error.h"

namespace moe {

/// The series that stands for a run's loss, and how it becomes nats per token.
struct LossSource {
  const SeriesLog* series = nullptr;
  LossKind kind;
  double factor = 1;      ///< from the watched value to nats per token
  std::string converted;  ///< in words; empty: nothing was done
};

/// By --loss-series, else by name: validation before training, nats before perplexity before bits.
///
/// Errors (kInput): no series is a loss, two have equal right (several evaluation sets), bits per
/// byte without --bytes-per-token, a median above 30 without --tokens-per-loss (a sum over tokens),
/// steps in no order, nothing finite.
Result<LossSource> findLoss(const RunFacts& facts, const ImportRequest& request,
                            const ImportPlan& plan);

/// Its value by the rule. `best` takes the last value: which run is the best is decided among runs.
/// Errors (kInput): fewer values than the rule averages, a loss that is not positive.
Result<ChosenLoss> lossByRule(const LossSource& source, const RunFacts& facts,
                              const LossRule& rule);

/// The training loss that is logged beside the chosen one: it shows spikes that an evaluation now
/// and then misses. Null when there is none, or the chosen one is it.
const SeriesLog* trainingLoss(const RunFacts& facts, const LossSource& chosen);

}  // namespace moe
