#pragma once

#include <string>
#include <vector>

#include "app/workflows/shard/shard.h"

namespace moe {

/// A shard and the file that it was read from.
struct NamedShard {
  std::string file;
  Shard shard;
};

/// All shards of a question as one: the share is the whole and every part holds all of its items.
/// Errors (kInput): shards of another question, of other inputs, of another version or of another
/// number of shards, with what differs; one that is given twice; one that is missing, with the
/// command that computes it.
Result<Shard> joinShards(std::vector<NamedShard> shards);

/// "3,7,9-12": as an option of a job array states them.
std::string indexList(const std::vector<std::size_t>& indices);

/// A command line that computes another shard of the same question: the one that made this shard
/// with another index, in --shard and in the name of its file.
std::string commandFor(const NamedShard& like, std::size_t index);

}  // namespace moe
