#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "data/readers/routing_trace.h"
#include "data/routing/esft_config.h"
#include "data/routing/expert_scores.h"

namespace moe {

/// What is known of the routing of one task; at least one member is there.
struct TaskRouting {
  std::string name;    ///< of the folder or file: "intent"
  std::string source;  ///< its path
  std::optional<RoutingTrace> trace;
  std::optional<ExpertCounts> counts;  ///< without a trace
  ScoreTables scores;                  ///< as they were stored
  std::optional<EsftConfig> config;    ///< a selection instead of routing
};

/// Sizes of the model whose tokens were routed.
struct RoutedModel {
  std::size_t top_k = 0;
  std::size_t experts = 0;
};

/// Reads what a path holds:
///
///   a folder with summary.json, expert_weights_LAYER.txt (also in rank_N) or both    one task
///   a folder with NAME.ids.u8 files                                        one task for each NAME
///   a folder of such folders (expert_scores/TASK)                          one task for each
///   a folder of selections only (expert_configs)                           one task for each
///   NAME.ids.u8, a CSV of a trace or of counts, a JSON of scores or of a selection   one task
///
/// Tasks come in the order of their names. Errors (kInput): those of the readers; a folder that
/// holds none of these; two tasks of one name; a trace with another k or other experts than the
/// model's.
Result<std::vector<TaskRouting>> readTaskRouting(const std::filesystem::path& path,
                                                 const RoutedModel& model);

/// The tokens that each expert got, or numbers in proportion to them (token scores); for
/// expertPopularity. An input error when only gates or a selection are known, or several tasks.
Result<ExpertCounts> readRoutingCounts(const std::filesystem::path& path, const RoutedModel& model);

}  // namespace moe
