#pragma once

#include <vector>

#include "app/workflows/import/import_outcome.h"
#include "app/workflows/import/run_facts.h"
#include "app/workflows/import/run_loss.h"

namespace moe {

/// Whether a run reached its planned end, in steps or in tokens; none when no end is stated. The
/// last entry of a log stands before the end by less than one distance between entries. Also fills
/// in the run's last and planned step; its tokens have to be known.
std::optional<bool> isFinished(RunFacts& facts, ImportedRun& run);

/// The last learning rate over the highest; none without a series of it.
std::optional<double> endOverPeak(const RunFacts& facts);

/// Everything that is odd about a run, each with the figures that show it. `run` holds what is
/// known of it otherwise. Thresholds:
///
///   spikes          see SpikeWatch; of the loss and of the training loss beside it, there of 2
///                   values at least
///   diverged        the mean of the last 5 values is above the lowest such mean by 5 % and 0.1
///   nan             values that are not finite
///   restart_jump    the mean of 8 values after a restart is above that of 8 before it by 2 % and
///                   by 3 standard deviations of the mean
///   repeated_steps  1 % of the values stand at a step that was there already
///   lr_not_decayed  the last learning rate is above a fifth of the highest
///   few_tokens      under 5 tokens per active parameter
///   interrupted     the planned end was not reached
///   mid_schedule    interrupted before the learning rate had decayed, or a loss from before 90 %
///                   of the run
///   training_loss   no validation loss is logged
std::vector<RunFlag> flagsOf(const RunFacts& facts, const LossSource& loss, const ImportedRun& run);

}  // namespace moe
