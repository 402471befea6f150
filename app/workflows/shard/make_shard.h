#pragma once

#include <stop_token>

#include "app/workflows/shard/shard.h"
#include "data/progress.h"

namespace moe {

/// Who makes a shard: the version of the program and its command line without the program's name.
struct ShardMaker {
  std::string version;
  std::vector<std::string> words;
};

/// Works on a share of a question. A share without items is a shard like any other. Errors: as the
/// question's own workflow; kUsage for a question that has nothing to share out, or whose words are
/// no UTF-8; kInput for a file that changed meanwhile; kCancelled when stopped.
Result<Shard> makeShard(const SplitQuestion& question, const Share& share, const ShardMaker& maker,
                        std::stop_token stop = {}, const ProgressSink& progress = {});

}  // namespace moe
