#pragma once

#include <stop_token>
#include <vector>

#include "app/workflows/front_workflow.h"
#include "app/workflows/shard/shard.h"
#include "data/progress.h"

namespace moe {

/// The share's designs, priced, and the front over them: one part, an item for each share. Errors:
/// as frontPiece.
Result<std::vector<ShardPart>> frontShardParts(const LifetimeQuestion& question, const Share& share,
                                               std::stop_token stop, const ProgressSink& progress);

/// The front from the joined pieces of all shares. Errors: as answerFront; kInput for parts that
/// are not the pieces of a front.
Result<FrontAnswer> joinedFront(const LifetimeQuestion& question,
                                const std::vector<ShardPart>& parts);

}  // namespace moe
