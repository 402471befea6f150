#include "app/workflows/adapt_tasks.h"

#include <fmt/format.h>

#include <algorithm>

#include "costmodel/adaptation/model_blocks.h"
#include "costmodel/adaptation/routing_scores.h"

namespace moe {
namespace {

constexpr int kMostDecimals = 15;

Result<ScoreRule> scoreRuleOf(const AdaptRequest& request) {
  ScoreRule rule;
  if (request.score_average == "per-sequence")
    rule.average = ScoreAverage::kPerSequence;
  else if (!request.score_average.empty() && request.score_average != "pooled")
    return usageError(
        "--score-average",
        fmt::format("'{}' is not known; use pooled or per-sequence", request.score_average));
  if (!request.score_decimals) return rule;
  if (*request.score_decimals < -1 || *request.score_decimals > kMostDecimals)
    return usageError("--score-decimals",
                      fmt::format("is {}; from 0 to {} is possible, or -1 for none",
                                  *request.score_decimals, kMostDecimals));
  rule.decimals = *request.score_decimals;
  if (rule.decimals == -1) rule.decimals.reset();
  return rule;
}

std::string ruleText(const ScoreRule& rule) {
  return fmt::format(
      "{}, {}", rule.average == ScoreAverage::kPooled ? "pooled over tokens" : "mean of sequences",
      rule.decimals ? fmt::format("{} decimals", *rule.decimals) : "not rounded");
}

/// Gives layers the numbers of the model. Fewer or more than the model routes in are refused.
Result<void> alignLayers(std::vector<int>& layers, const std::vector<int>& routed,
                         const std::string& source, std::vector<Warning>& warnings) {
  if (layers == routed) return {};
  if (layers.size() != routed.size()) {
    const auto missing = std::find_if(routed.begin(), routed.end(), [&](int layer) {
      return std::find(layers.begin(), layers.end(), layer) == layers.end();
    });
    std::string cause = fmt::format("is of {} layers, the model routes in {} ({} to {})",
                                    layers.size(), routed.size(), routed.front(), routed.back());
    if (missing != routed.end()) cause += fmt::format("; layer {} is missing", *missing);
    return fail(ErrorKind::kInput, source, cause);
  }
  const bool from_zero = !layers.empty() && layers.front() == 0 &&
                         layers.back() == static_cast<int>(layers.size()) - 1;
  if (!from_zero)
    warnings.push_back(
        {"layers_renumbered",
         fmt::format("{} numbers its layers from {} to {}; they were taken in their order for the "
                     "model's layers {} to {}",
                     source, layers.front(), layers.back(), routed.front(), routed.back())});
  layers = routed;
  return {};
}

/// Stored scores must be those of the trace beside them, where there is one, by either average.
Result<void> checkStored(const ExpertScores& scores, const TaskRouting& routing) {
  if (!routing.trace || (scores.kind == ScoreKind::kGate && routing.trace->gates.empty()))
    return {};
  Result<void> pooled;
  for (const ScoreAverage average : {ScoreAverage::kPooled, ScoreAverage::kPerSequence}) {
    const auto computed = expertScores(*routing.trace, scores.kind, {average, std::nullopt});
    if (!computed) continue;  // sequences are not known
    const auto same = checkAgainstTrace(scores, *computed);
    if (same) return {};
    if (average == ScoreAverage::kPooled) pooled = same;
  }
  return pooled;
}

/// Scores as stored, held against those of the trace where there is one.
Result<void> addStored(AdaptTask& task, const TaskRouting& routing, const std::vector<int>& routed,
                       std::vector<Warning>& warnings) {
  for (const auto& [stored, target] : {std::pair{&routing.scores.token, &task.token},
                                       std::pair{&routing.scores.gate, &task.gate}}) {
    if (!*stored) continue;
    ExpertScores scores = **stored;
    const auto aligned = alignLayers(scores.layers, routed, scores.source, warnings);
    if (!aligned) return aligned;
    if (auto same = checkStored(scores, routing); !same) return same;
    *target = std::move(scores);
  }
  if (task.token || task.gate) task.basis = "scores as stored";
  return {};
}

Result<void> addComputed(AdaptTask& task, const TaskRouting& routing, const ScoreRule& rule,
                         const std::vector<int>& routed, std::vector<Warning>& warnings) {
  for (const ScoreKind kind : {ScoreKind::kToken, ScoreKind::kGate}) {
    if (kind == ScoreKind::kGate && (!routing.trace || routing.trace->gates.empty())) continue;
    auto scores = routing.trace ? expertScores(*routing.trace, kind, rule)
                                : tokenScores(*routing.counts, rule);
    if (!scores) return tl::unexpected(scores.error());
    if (auto aligned = alignLayers(scores->layers, routed, scores->source, warnings); !aligned)
      return aligned;
    (kind == ScoreKind::kToken ? task.token : task.gate) = *std::move(scores);
  }
  task.basis = fmt::format("scores of the {}, {}", routing.trace ? "trace" : "counted tokens",
                           ruleText(rule));
  return {};
}

Result<AdaptTask> taskOf(const TaskRouting& routing, const AdaptRequest& request,
                         const ModelArchitecture& model, std::vector<Warning>& warnings) {
  const auto rule = scoreRuleOf(request);
  if (!rule) return tl::unexpected(rule.error());
  const std::vector<int> routed = routedLayerNumbers(model);
  AdaptTask task;
  task.name = routing.name;
  task.source = routing.source;
  if (routing.trace) {
    task.tokens = routing.trace->tokens;
    task.sequences = routing.trace->sequence_tokens.size();
  }
  if (routing.config) {
    task.config = routing.config;
    task.basis = "selection as stored";
    return task;
  }
  const bool stored = routing.scores.token || routing.scores.gate;
  // Another rule than that of the stored scores wants the trace.
  const bool asked = !request.score_average.empty() || request.score_decimals;
  if (stored && asked && !routing.trace)
    return fail(ErrorKind::kInput, routing.source,
                "holds scores only; --score-average and --score-decimals need a trace");
  const auto added = stored && !asked ? addStored(task, routing, routed, warnings)
                                      : addComputed(task, routing, *rule, routed, warnings);
  if (!added) return tl::unexpected(added.error());
  return task;
}

}  // namespace

double thresholdOf(const AdaptRequest& request, ScoreKind kind) {
  constexpr double kTokenThreshold = 0.2;
  constexpr double kGateThreshold = 0.1;
  return request.p.value_or(kind == ScoreKind::kToken ? kTokenThreshold : kGateThreshold);
}

Result<const ExpertScores*> scoresOf(const AdaptTask& task, ScoreKind kind) {
  const auto& scores = kind == ScoreKind::kToken ? task.token : task.gate;
  if (scores) return &*scores;
  return fail(ErrorKind::kInput, task.source,
              fmt::format("has no {} scores{}", name(kind),
                          kind == ScoreKind::kGate ? "; its gates are not known" : ""));
}

Result<EsftConfig> selectionOf(const AdaptTask& task, const AdaptRequest& request, ScoreKind kind) {
  if (task.config) return *task.config;
  const auto scores = scoresOf(task, kind);
  if (!scores) return tl::unexpected(scores.error());
  auto config = selectExperts(**scores, thresholdOf(request, kind));
  if (!config) return config;
  config->shared_experts = request.train_shared_experts;
  config->non_expert_modules = request.train_non_experts;
  return config;
}

Result<std::vector<AdaptTask>> adaptTasks(const AdaptRequest& request,
                                          const ModelArchitecture& model,
                                          std::vector<Warning>& warnings) {
  std::vector<AdaptTask> tasks;
  if (request.routing.empty()) return tasks;
  if (model.entry.experts == 0 || model.entry.encoder_layers > 0)
    return usageError("--routing", fmt::format("{} {}", model.entry.name,
                                               model.entry.experts == 0
                                                   ? "has no experts to route to"
                                                   : "is an encoder-decoder model; routing is read "
                                                     "of decoders"));
  const RoutedModel sizes{static_cast<std::size_t>(model.entry.top_k),
                          static_cast<std::size_t>(model.entry.experts)};
  for (const std::string& path : request.routing) {
    const auto found = readTaskRouting(path, sizes);
    if (!found) return tl::unexpected(found.error());
    for (const TaskRouting& routing : *found) {
      auto task = taskOf(routing, request, model, warnings);
      if (!task) return tl::unexpected(task.error());
      tasks.push_back(*std::move(task));
    }
  }
  std::stable_sort(tasks.begin(), tasks.end(),
                   [](const AdaptTask& a, const AdaptTask& b) { return a.name < b.name; });
  return tasks;
}

std::vector<TaskPair> taskPairs(const std::vector<AdaptTask>& tasks, const AdaptRequest& request,
                                ScoreKind kind, std::size_t top_k) {
  std::vector<TaskPair> pairs;
  for (std::size_t a = 0; a < tasks.size(); ++a)
    for (std::size_t b = a + 1; b < tasks.size(); ++b) {
      const auto first = selectionOf(tasks[a], request, kind);
      const auto second = selectionOf(tasks[b], request, kind);
      if (!first || !second) continue;
      TaskPair pair{tasks[a].name, tasks[b].name, selectionOverlap(*first, *second), {}};
      const auto scores_a = scoresOf(tasks[a], kind);
      const auto scores_b = scoresOf(tasks[b], kind);
      if (scores_a && scores_b) pair.top_experts = topExpertOverlap(**scores_a, **scores_b, top_k);
      pairs.push_back(std::move(pair));
    }
  return pairs;
}

}  // namespace moe
