#pragma once

#include <string>
#include <vector>

#include "app/workflows/adapt_request.h"
#include "costmodel/adaptation/expert_selection.h"
#include "costmodel/adaptation/routing_concentration.h"
#include "costmodel/adaptation/task_overlap.h"
#include "costmodel/architecture.h"
#include "data/routing/task_routing.h"

namespace moe {

/// A task's routing as far as it is known.
struct AdaptTask {
  std::string name;
  std::string source;
  std::string basis;          ///< "scores as stored", "scores of the trace, pooled, 4 decimals"
  std::size_t tokens = 0;     ///< of the trace; 0: not known
  std::size_t sequences = 0;  ///< 0: not known
  std::optional<ExpertScores> token;
  std::optional<ExpertScores> gate;
  std::optional<EsftConfig> config;  ///< a selection that was read instead of scores
};

/// Reads the tasks of a question, in the order of their names. Layers get the numbers of the
/// model's routed layers; a warning says so where files number them otherwise. Errors: those of
/// the readers; kInput for a layer that is missing, or stored scores that are not the trace's.
Result<std::vector<AdaptTask>> adaptTasks(const AdaptRequest& request,
                                          const ModelArchitecture& model,
                                          std::vector<Warning>& warnings);

/// The scores that a kind of selection goes by; an error when the task does not have them.
Result<const ExpertScores*> scoresOf(const AdaptTask& task, ScoreKind kind);

/// The selection of a task at the question's threshold, or the one that was read.
Result<EsftConfig> selectionOf(const AdaptTask& task, const AdaptRequest& request, ScoreKind kind);

/// The question's threshold: 0.2 for tokens and 0.1 for gates unless given [Wang2024].
double thresholdOf(const AdaptRequest& request, ScoreKind kind);

/// One pair of tasks.
struct TaskPair {
  std::string first, second;
  SelectionOverlap selection;
  std::optional<double> top_experts;  ///< of the k of highest score a layer, those in both
};
/// Every pair of tasks that have scores of this kind, or a selection.
std::vector<TaskPair> taskPairs(const std::vector<AdaptTask>& tasks, const AdaptRequest& request,
                                ScoreKind kind, std::size_t top_k);

}  // namespace moe
