#include "app/workflows/adapt_workflow.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "app/workflows/account_workflow.h"
#include "app/workflows/adapt_run.h"
#include "app/workflows/model_choice.h"
#include "app/workflows/write_file.h"
#include "costmodel/training/training_points.h"
#include "data/catalog/catalog.h"

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
  auto pairs =
      taskPairs(outcome.tasks, request, kind, static_cast<std::size_t>(outcome.model.entry.top_k));
  if (!pairs) return tl::unexpected(pairs.error());
  selection.pairs = *std::move(pairs);
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

/// Of every method that was asked for, whether or not it has a row.
void addQualities(AdaptOutcome& outcome, const std::vector<AdaptationMethod>& methods) {
  for (const PublishedQuality& one : publishedQualities()) {
    const bool any = one.model.empty() && outcome.model.entry.experts > 0;
    const bool asked = std::find(methods.begin(), methods.end(), one.method) != methods.end();
    if (asked && (any || one.model == outcome.model.entry.name)) outcome.qualities.push_back(one);
  }
}

/// Adds a row for each method; leaves out those that have nothing to train when all were asked for.
Result<std::vector<AdaptationSettings>> addRows(AdaptOutcome& outcome, const AdaptRequest& request,
                                                const AdaptTask* task) {
  const auto methods = methodsOf(request);
  if (!methods) return tl::unexpected(methods.error());
  const std::vector<std::string> all = {"all"};
  const auto targets = loraTargetsOf(request.targets.empty() ? all : request.targets, "--targets");
  if (!targets) return tl::unexpected(targets.error());
  outcome.targets = targets->text;
  addQualities(outcome, *methods);
  std::vector<AdaptationSettings> rows;
  for (const AdaptationMethod method : *methods) {
    AdaptationSettings settings;
    settings.method = method;
    settings.targets = *targets;
    settings.rank = request.rank;
    settings.mixture = request.mixture;
    settings.freeze_router = request.freeze_router;
    if (selectsExperts(method) && outcome.model.entry.experts > 0) {
      const auto added = addSelection(outcome, request, method, task);
      if (!added) return tl::unexpected(added.error());
      if (!*added) continue;
      settings.selection = outcome.selections.back().config;
      settings.token_scores = tokenShares(task, *settings.selection);
    }
    if (const auto good = checkAdaptation(settings, outcome.model); !good) {
      // "trains nothing" is left out of a comparison, and refused when it was asked for.
      const bool nothing = good.error().where == "--method" || good.error().where == "--routing";
      if (asksForAll(request) && nothing) continue;
      return tl::unexpected(good.error());
    }
    auto adapted = adaptModel(outcome.model, settings);
    if (!adapted) return tl::unexpected(adapted.error());
    AdaptRow& row = outcome.rows.emplace_back();
    row.method = method;
    row.adapted = *std::move(adapted);
    row.bytes = adaptationBytes(row.adapted, TrainingMemoryRules{});
    row.activation_bytes_per_token =
        activationBytesPerToken(row.adapted, request.recompute == Recompute::kFull);
    rows.push_back(std::move(settings));
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

void warnAdapt(AdaptOutcome& outcome, const char* code, std::string message) {
  outcome.warnings.push_back({code, std::move(message)});
}

void addSelectionWarnings(AdaptOutcome& outcome, const AdaptTask* task) {
  const ModelEntry& model = outcome.model.entry;
  if (outcome.selections.empty()) return;
  if (routingKind(model) == RoutingKind::kCoarse)
    warnAdapt(outcome, "few_coarse_experts",
              fmt::format("{} has {} wide experts a layer, of which a token takes {}: a selection "
                          "is a large part of the model and separates tasks less than among many "
                          "narrow experts, for which ESFT was made",
                          model.name, model.experts, model.top_k));
  constexpr std::size_t kFewTokens = 4096;
  if (task != nullptr && task->tokens > 0 && task->tokens < kFewTokens)
    warnAdapt(outcome, "few_tokens",
              fmt::format("{} tokens were routed; the released selections rest on some 8000, the "
                          "paper asks for 131072",
                          task->tokens));
  for (const AdaptSelection& selection : outcome.selections) {
    if (selection.kind != ScoreKind::kGate || selection.layer_sums.empty()) continue;
    const auto [least, most] =
        std::minmax_element(selection.layer_sums.begin(), selection.layer_sums.end());
    warnAdapt(
        outcome, "gate_threshold_is_absolute",
        fmt::format("gate scores of a layer add up to {:.2f} to {:.2f}, not to 1: p {} is {:.0f} "
                    "to {:.0f} % of what the chosen experts get",
                    *least, *most, selection.p, 100 * selection.p / *most,
                    100 * selection.p / *least));
  }
}

void addAdaptWarnings(AdaptOutcome& outcome, const AdaptRequest& request, const AdaptTask* task) {
  addSelectionWarnings(outcome, task);
  if (outcome.model.entry.encoder_layers > 0)
    warnAdapt(outcome, "encoder_decoder",
              "FLOP, time and serving of encoder-decoder models are not modelled; parameters and "
              "bytes are exact");
  if (asksForAll(request) && task == nullptr && outcome.model.entry.experts > 0 &&
      outcome.model.entry.encoder_layers == 0)
    warnAdapt(outcome, "no_routing",
              "esft-token and esft-gate are left out: they need the routing of a task (--routing)");
}

/// Systems of the table of published figures that adapt a model.
bool isAdaptation(const PublishedFigure& figure) {
  for (const char* system : {"ESFT", "(IA)3", "LoRA", "MoV", "MoLORA"})
    if (figure.system.starts_with(system)) return true;
  return false;
}

/// Whether a figure is of adapting this model: by the model that it is derived from or, where
/// nothing is derived, by what was adapted in its paper.
bool adaptsModel(const PublishedFigure& figure, const ModelCatalog& catalog,
                 const std::string& model) {
  if (!isAdaptation(figure)) return false;
  if (isAbout(figure, catalog, model)) return true;
  for (const auto& [argument, value] : figure.arguments)
    if (argument == "model") return false;
  return figure.system.starts_with("ESFT")
             ? model == "DeepSeek-V2-Lite"
             : model == "T5-v1.1-XL" && figure.quantity.find("T5-3B") != std::string::npos;
}

Result<void> addPublishedFigures(AdaptOutcome& outcome, const AdaptRequest& request) {
  const auto catalog = loadModels(request.catalog_dir);
  if (!catalog) return tl::unexpected(catalog.error());
  const std::vector<Derivation> derivations = publishedDerivations();
  for (const PublishedFigure& figure : shippedPublishedFigures())
    if (adaptsModel(figure, *catalog, outcome.model.entry.name))
      outcome.figures.push_back(matchFigure(figure, derivations, *catalog));
  return {};
}

void addAdaptSources(AdaptOutcome& outcome) {
  const ModelEntry& model = outcome.model.entry;
  outcome.sources.push_back(
      fmt::format("model {}: {} ({})", model.name, model.source, model.verification));
  for (const AdaptTask& task : outcome.tasks)
    outcome.sources.push_back(
        fmt::format("routing of {}: {} ({})", task.name, task.source, task.basis));
  if (!outcome.run) return;
  const Accelerator& machine = outcome.run->accelerator;
  outcome.sources.push_back(
      fmt::format("accelerator {}: {} ({})", machine.name, machine.source, machine.verification));
  outcome.sources.push_back(outcome.run->mfu
                                ? "speed of full fine-tuning: --mfu"
                                : "speed of full fine-tuning: measured training rows "
                                  "(data/tables/training/SOURCE.md); others by their FLOP");
  outcome.sources.push_back("price: " + outcome.price_source);
}

}  // namespace

std::vector<double> sweptThresholds() {
  return {0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1};
}

Result<AdaptOutcome> runAdapt(const AdaptRequest& request) {
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
  if (auto added = addPublishedFigures(outcome, request); !added)
    return tl::unexpected(added.error());
  if (auto saved = saveConfig(outcome, request); !saved) return tl::unexpected(saved.error());
  addAdaptWarnings(outcome, request, *task);
  addAdaptSources(outcome);
  return outcome;
}

}  // namespace moe
