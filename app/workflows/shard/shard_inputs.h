#pragma once

#include <stop_token>
#include <vector>

#include "app/workflows/shard/shard.h"

namespace moe {

/// The files that a question names, in the order of its keys, then those of its catalog, each with
/// the SHA-256 of what it holds; of a plan also the tables that are built into the program. Errors
/// (kInput): a file that is missing or cannot be read; kCancelled.
Result<std::vector<ShardInput>> inputsOf(const SplitQuestion& question, std::stop_token stop = {});

}  // namespace moe
