#include "app/workflows/adapt_notes.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/workflows/account_workflow.h"
#include "costmodel/training/training_points.h"
#include "data/catalog/catalog.h"

namespace moe {
namespace {

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

}  // namespace

void addAdaptQualities(AdaptOutcome& outcome, const std::vector<AdaptationMethod>& methods) {
  for (const PublishedQuality& one : publishedQualities()) {
    const bool any = one.model.empty() && outcome.model.entry.experts > 0;
    const bool asked = std::find(methods.begin(), methods.end(), one.method) != methods.end();
    if (asked && (any || one.model == outcome.model.entry.name)) outcome.qualities.push_back(one);
  }
}

Result<void> addAdaptFigures(AdaptOutcome& outcome, const std::string& catalog_dir) {
  const auto catalog = loadModels(catalog_dir);
  if (!catalog) return tl::unexpected(catalog.error());
  const std::vector<Derivation> derivations = publishedDerivations();
  for (const PublishedFigure& figure : shippedPublishedFigures())
    if (adaptsModel(figure, *catalog, outcome.model.entry.name))
      outcome.figures.push_back(matchFigure(figure, derivations, *catalog));
  return {};
}

void addAdaptWarnings(AdaptOutcome& outcome, const AdaptTask* task, bool all_methods) {
  addSelectionWarnings(outcome, task);
  if (outcome.model.entry.encoder_layers > 0)
    warnAdapt(outcome, "encoder_decoder",
              "FLOP, time and serving of encoder-decoder models are not modelled; parameters and "
              "bytes are exact");
  if (all_methods && task == nullptr && outcome.model.entry.experts > 0 &&
      outcome.model.entry.encoder_layers == 0)
    warnAdapt(outcome, "no_routing",
              "esft-token and esft-gate are left out: they need the routing of a task (--routing)");
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

}  // namespace moe
