#pragma once

#include <initializer_list>
#include <string>
#include <utility>

#include "app/workflows/shard/shard.h"

namespace CLI {
class App;
}

namespace moe::cli {

struct CommandContext;

/// --shard I/N, for commands whose work can be shared out over machines.
void addShardOption(CLI::App& command, std::string& shard);

/// An option that names a file of the whole answer, and the file.
using WholeFile = std::pair<const char*, std::string>;

/// Works on that shard of the question and delivers it. Refuses files that only the whole answer
/// has: merge writes them.
void deliverShard(CommandContext& context, const std::string& shard, const SplitQuestion& question,
                  std::initializer_list<WholeFile> whole_files);

}  // namespace moe::cli
