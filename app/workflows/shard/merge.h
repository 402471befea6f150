#pragma once

#include <stop_token>
#include <string>
#include <variant>
#include <vector>

#include "app/workflows/fit_workflow.h"
#include "app/workflows/front_workflow.h"
#include "app/workflows/lifetime_workflow.h"
#include "app/workflows/plan_workflow.h"
#include "data/error.h"
#include "data/progress.h"

namespace moe {

/// Shards to be joined, and what to write beside the answer.
struct MergeQuestion {
  std::vector<std::string> files;
  std::string save;        ///< of a fit, as its question says
  std::string residuals;   ///< of a fit
  std::string save_model;  ///< of a lifetime plan
  int threads = 0;
  std::string version;  ///< of this program
};

using MergedAnswer = std::variant<FitAnswer, PlanAnswer, LifetimeAnswer, FrontAnswer>;

/// Joins the shards of a question to the answer that one process gives, equal bit for bit. Errors:
/// as readShard, joinShards and the question's own workflow; kInput for inputs that have changed
/// since and for shards of another version of the program; kUsage for a file that such an answer
/// does not write; kCancelled when stopped.
Result<MergedAnswer> mergeShards(const MergeQuestion& question, std::stop_token stop = {},
                                 const ProgressSink& progress = {});

}  // namespace moe
