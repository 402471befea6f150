#pragma once

#include <stop_token>
#include <vector>

#include "app/workflows/lifetime_workflow.h"
#include "app/workflows/plan_workflow.h"
#include "app/workflows/shard/shard.h"
#include "data/progress.h"

namespace moe {

/// The share's draws of a plan: one part, an item for each draw. Errors: as answerPlan.
Result<std::vector<ShardPart>> planShardParts(const PlanQuestion& question, const Share& share,
                                              std::stop_token stop, const ProgressSink& progress);
Result<std::vector<ShardPart>> planShardParts(const LifetimeQuestion& question, const Share& share,
                                              std::stop_token stop, const ProgressSink& progress);

/// The answer from the joined draws of all shares. Errors: as answerPlan; kInput for draws that are
/// not those of the question, or that were solved on a machine with other last bits.
Result<PlanAnswer> joinedPlan(const PlanQuestion& question, const std::vector<ShardPart>& parts,
                              std::stop_token stop, const ProgressSink& progress);
Result<LifetimeAnswer> joinedPlan(const LifetimeQuestion& question,
                                  const std::vector<ShardPart>& parts, std::stop_token stop,
                                  const ProgressSink& progress);

}  // namespace moe
