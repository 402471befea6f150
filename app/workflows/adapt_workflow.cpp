#include "app/workflows/adapt_workflow.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "app/workflows/adapt_notes.h"
#include "app/workflows/adapt_run.h"
#include "app/workflows/model_choice.h"
#include "app/workflows/write_file.h"

namespace moe {
namespace {

ScoreKind scoreKindOf(AdaptationMethod method) {
  return method == AdaptationMethod::kEsftGate ? ScoreKind::kGate : ScoreKind::kToken;
}

bool asksForAll(const AdaptRequest& request) {
  return request.methods.empty() ||
         (request.methods.size() == 1 && request.methods.front() == "all");
}

Result<std::vector<AdaptationMethod>> methodsOf(const AdaptRequest& request) {
  if (asksForAll(request))
    return std::vector<AdaptationMethod>(std::begin(kAdaptationMethods),
                                         std::end(kAdaptationMethods));
  std::vector<AdaptationMethod> methods;
  for (const std::string& text : request.methods) {
    const auto method = adaptationMethodOf(text, "--method");
    if (!method) return tl::unexpected(method.error());
    if (std::find(methods.begin(), methods.end(), *method) == methods.end())
      methods.push_back(*method);
  }
  return methods;
}

Result<ModelArchitecture> adaptedArchitecture(const AdaptRequest& request) {
  if (request.model.empty()) return usageError("--model", "is required");
  const auto entry = chosenModel(request.model, request.catalog_dir);
  if (!entry) return tl::unexpected(entry.error());
  return architectureOf(*entry);
}

/// The task whose experts are trained.
Result<const AdaptTask*> chosenTask(const AdaptOutcome& outcome, const AdaptRequest& request) {
  if (outcome.tasks.empty()) return nullptr;
  if (request.task.empty()) return &outcome.tasks.front();
  std::vector<std::string> names;
  for (const AdaptTask& task : outcome.tasks) {
    if (task.name == request.task) return &task;
    names.push_back(task.name);
  }
  return usageError("--task", fmt::format("'{}' is not there; the tasks are {}", request.task,
                                          fmt::join(names, ", ")));
}

Result<AdaptSelection> selectionFor(const AdaptTask& task, const AdaptOutcome& outcome,
                                    const AdaptRequest& request, ScoreKind kind) {
  AdaptSelection selection;
  selection.kind = kind;
  selection.p = thresholdOf(request, kind);
  selection.task = task.name;
  auto config = selectionOf(task, request, kind);
  if (!config) return tl::unexpected(config.error());
  selection.config = *std::move(config);
  selection.pairs =
      taskPairs(outcome.tasks, request, kind, static_cast<std::size_t>(outcome.model.entry.top_k));
  const auto scores = scoresOf(task, kind);
  if (task.config || !scores) return selection;
  const std::vector<double> thresholds = sweptThresholds();
  selection.sweep = sweepThreshold(**scores, thresholds);
  selection.layers = concentrations(**scores);
  for (const std::vector<double>& layer : (*scores)->values)
    selection.layer_sums.push_back(std::accumulate(layer.begin(), layer.end(), 0.0));
  return selection;
}

/// Adds the selection that a method goes by. False when the task cannot give it and the method was
/// not asked for by name.
Result<bool> addSelection(AdaptOutcome& outcome, const AdaptRequest& request,
                          AdaptationMethod method, const AdaptTask* task) {
  if (task == nullptr) {
    if (asksForAll(request)) return false;
    return usageError("--routing", fmt::format("is required: {} chooses experts by the routing of "
                                               "a task",
                                               name(method)));
  }
  const ScoreKind kind = scoreKindOf(method);
  // A selection that was read is one row, whatever scores it came from.
  if (task->config && kind == ScoreKind::kGate && asksForAll(request)) return false;
  const bool able = task->config || scoresOf(*task, kind);
  if (!able && asksForAll(request)) return false;
  auto selection = selectionFor(*task, outcome, request, kind);
  if (!selection) return tl::unexpected(selection.error());
  outcome.selections.push_back(*std::move(selection));
  return true;
}

/// Scores in the order of the selection's layers, where tokens were counted.
std::vector<std::vector<double>> tokenShares(const AdaptTask* task, const EsftConfig& config) {
  if (task == nullptr || !task->token || task->token->layers.size() != config.experts.size())
    return {};
  return task->token->values;
}

/// Settings of one method; none when it is left out of a comparison of all.
Result<std::optional<AdaptationSettings>> settingsFor(AdaptationMethod method,
                                                      AdaptOutcome& outcome,
                                                      const AdaptRequest& request,
                                                      const LoraTargets& targets,
                                                      const AdaptTask* task) {
  AdaptationSettings settings;
  settings.method = method;
  settings.targets = targets;
  settings.rank = request.rank;
  settings.mixture = request.mixture;
  settings.freeze_router = request.freeze_router;
  if (selectsExperts(method) && outcome.model.entry.experts > 0) {
    const auto added = addSelection(outcome, request, method, task);
    if (!added) return tl::unexpected(added.error());
    if (!*added) return std::nullopt;
    settings.selection = outcome.selections.back().config;
    settings.token_scores = tokenShares(task, *settings.selection);
  }
  const auto good = checkAdaptation(settings, outcome.model);
  if (good) return settings;
  // What trains nothing is left out of a comparison, and refused when it was asked for.
  const bool nothing = good.error().where == "--method" || good.error().where == "--routing";
  if (asksForAll(request) && nothing) return std::nullopt;
  return tl::unexpected(good.error());
}

Result<AdaptRow> rowFor(const AdaptationSettings& settings, const AdaptOutcome& outcome,
                        const AdaptRequest& request) {
  auto adapted = adaptModel(outcome.model, settings);
  if (!adapted) return tl::unexpected(adapted.error());
  AdaptRow row;
  row.method = settings.method;
  row.adapted = *std::move(adapted);
  row.bytes = adaptationBytes(row.adapted, TrainingMemoryRules{});
  row.activation_bytes_per_token =
      activationBytesPerToken(row.adapted, request.recompute == Recompute::kFull);
  return row;
}

Result<void> checkTargets(const AdaptRequest& request,
                          const std::vector<AdaptationMethod>& methods) {
  const auto has_targets = [](AdaptationMethod method) {
    return method == AdaptationMethod::kLora || method == AdaptationMethod::kMolora;
  };
  if (request.targets.empty() || std::any_of(methods.begin(), methods.end(), has_targets))
    return {};
  return usageError("--targets", "is of lora and molora; neither is asked for");
}

/// Adds a row for each method, and gives the settings of the rows.
Result<std::vector<AdaptationSettings>> addRows(AdaptOutcome& outcome, const AdaptRequest& request,
                                                const AdaptTask* task) {
  const auto methods = methodsOf(request);
  if (!methods) return tl::unexpected(methods.error());
  if (auto good = checkTargets(request, *methods); !good) return tl::unexpected(good.error());
  const std::vector<std::string> all = {"all"};
  const auto targets = loraTargetsOf(request.targets.empty() ? all : request.targets, "--targets");
  if (!targets) return tl::unexpected(targets.error());
  outcome.targets = targets->text;
  addAdaptQualities(outcome, *methods);
  std::vector<AdaptationSettings> rows;
  for (const AdaptationMethod method : *methods) {
    auto settings = settingsFor(method, outcome, request, *targets, task);
    if (!settings) return tl::unexpected(settings.error());
    if (!*settings) continue;
    auto row = rowFor(**settings, outcome, request);
    if (!row) return tl::unexpected(row.error());
    outcome.rows.push_back(*std::move(row));
    rows.push_back(**std::move(settings));
  }
  return rows;
}

void addFlop(AdaptOutcome& outcome, const AdaptRequest& request) {
  constexpr double kSequenceTokens = 4096;
  const double sequence = outcome.run ? outcome.run->setup.sequence_length
                                      : request.sequence_length.value_or(kSequenceTokens);
  for (AdaptRow& row : outcome.rows)
    if (const auto flop =
            adaptationFlop(row.adapted, sequence, request.recompute == Recompute::kFull))
      row.flop = *flop;
}

Result<void> saveConfig(AdaptOutcome& outcome, const AdaptRequest& request) {
  if (request.save_config.empty()) return {};
  if (outcome.selections.empty())
    return usageError("--save-config", "needs a method that selects experts, and --routing");
  const std::string text = esftConfigText(outcome.selections.front().config);
  if (auto written = writeFile(request.save_config, text); !written) return written;
  outcome.saved_config = request.save_config;
  return {};
}

}  // namespace

std::vector<double> sweptThresholds() {
  return {0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1};
}

bool nothingFits(const AdaptOutcome& outcome) {
  const auto fits = [](const AdaptRow& row) { return !row.cost || row.cost->fits; };
  return !outcome.rows.empty() && std::none_of(outcome.rows.begin(), outcome.rows.end(), fits);
}

Result<AdaptOutcome> runAdapt(const AdaptRequest& request) {
  if (request.recompute == Recompute::kSelective)
    return usageError("--recompute", "selective is not modelled here; use none or full");
  AdaptOutcome outcome;
  auto model = adaptedArchitecture(request);
  if (!model) return tl::unexpected(model.error());
  outcome.model = *std::move(model);
  outcome.rank = request.rank;
  outcome.mixture = request.mixture;
  outcome.freeze_router = request.freeze_router;
  outcome.prompt_tokens = request.prompt_tokens;
  outcome.output_tokens = request.output_tokens;
  if (auto set = setAdaptRun(outcome, request); !set) return tl::unexpected(set.error());
  auto tasks = adaptTasks(request, outcome.model, outcome.warnings);
  if (!tasks) return tl::unexpected(tasks.error());
  outcome.tasks = *std::move(tasks);
  const auto task = chosenTask(outcome, request);
  if (!task) return tl::unexpected(task.error());
  const auto settings = addRows(outcome, request, *task);
  if (!settings) return tl::unexpected(settings.error());
  addFlop(outcome, request);
  if (auto added = addAdaptCosts(outcome, request); !added) return tl::unexpected(added.error());
  if (auto added = addAdaptServing(outcome, request, *settings); !added)
    return tl::unexpected(added.error());
  if (auto added = addAdaptFigures(outcome, request.catalog_dir); !added)
    return tl::unexpected(added.error());
  if (auto saved = saveConfig(outcome, request); !saved) return tl::unexpected(saved.error());
  addAdaptWarnings(outcome, *task, asksForAll(request));
  addAdaptSources(outcome);
  return outcome;
}

}  // namespace moe
