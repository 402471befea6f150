#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "app/workflows/shard/shard.h"
#include "data/error.h"

namespace moe {

/// A shard as a JSON document (schema moeplan.shard/1). Doubles keep every bit. The last line is
/// the SHA-256 of all bytes before it, so that a file that was cut off or changed shows.
std::string shardText(const Shard& shard);

/// The shard of such a text; `where` names it in errors. Errors (kInput): another kind of file, a
/// newer schema, damaged.
Result<Shard> shardOfText(std::string_view text, const std::string& where);
Result<Shard> readShard(const std::filesystem::path& path);

/// The question alone, one key a line: for comparing two of them.
std::string questionText(const SplitQuestion& question);

/// Whether the question's words are UTF-8: others would not survive a JSON document.
bool hasText(const SplitQuestion& question);

/// SHA-256 of question, contents of its inputs and version: equal for all shards that belong
/// together.
std::string questionHash(const Shard& shard);

}  // namespace moe
