#pragma once

#include <stop_token>
#include <vector>

#include "app/workflows/fit_workflow.h"
#include "app/workflows/shard/shard.h"
#include "data/progress.h"

namespace moe {

/// The share's refits of resamples and sides of profiles, two parts for each law. Errors: as
/// shareOfFit.
Result<std::vector<ShardPart>> fitShardParts(const FitQuestion& question, const Share& share,
                                             std::stop_token stop, const ProgressSink& progress);

/// The answer from the joined parts of all shares. Errors: as answerFit; kInput for parts that are
/// not those of the question.
Result<FitAnswer> joinedFit(const FitQuestion& question, const std::vector<ShardPart>& parts,
                            std::stop_token stop, const ProgressSink& progress);

}  // namespace moe
