#include "app/report/adapt_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/report/adapt_tables.h"
#include "app/report/number_text.h"

namespace moe::report {
namespace {

bool usesLowRank(const AdaptOutcome& outcome) {
  return std::any_of(outcome.rows.begin(), outcome.rows.end(), [](const AdaptRow& row) {
    return row.method == AdaptationMethod::kLora || row.method == AdaptationMethod::kMolora;
  });
}

bool usesMixture(const AdaptOutcome& outcome) {
  return std::any_of(outcome.rows.begin(), outcome.rows.end(), [](const AdaptRow& row) {
    return row.method == AdaptationMethod::kMov || row.method == AdaptationMethod::kMolora;
  });
}

std::string adaptHead(const AdaptOutcome& outcome) {
  const ParameterCount& params = outcome.model.params;
  std::string text =
      fmt::format("{}: {} total, {} active parameters ({} in all)\n", outcome.model.entry.name,
                  countText(static_cast<double>(params.total())),
                  countText(static_cast<double>(params.active())), params.total());
  std::string settings;
  if (usesLowRank(outcome))
    settings += fmt::format(
        "LoRA of rank {} on {}; ", outcome.rank,
        outcome.targets == "all" ? "all matrices but embedding and head" : outcome.targets);
  if (usesMixture(outcome)) settings += fmt::format("mixtures of {}; ", outcome.mixture);
  settings += outcome.freeze_router
                  ? "the model's routers are frozen"
                  : "the model's routers are trained where the method trains them";
  text += wrappedText(settings, 100, 2);
  if (!outcome.run) return text;
  const TrainingSetup& setup = outcome.run->setup;
  return text + wrappedText(
                    fmt::format(
                        "{} tokens on {} x {}: batches of {} sequences of {} tokens, {} at once on "
                        "a device, {} recomputation; {} USD per device-hour",
                        countText(outcome.run->tokens), setup.devices,
                        outcome.run->accelerator.name, countText(setup.global_batch_sequences),
                        countText(setup.sequence_length), countText(setup.micro_batch_sequences),
                        setup.recompute == Recompute::kNone ? "no" : name(setup.recompute),
                        plainText(outcome.run->price.value() * 3600)),
                    100, 2);
}

std::string taskText(const AdaptTask& task) {
  std::string text = fmt::format("Task {}: {}", task.name, task.basis);
  if (task.tokens > 0) text += fmt::format("; {} tokens", task.tokens);
  if (task.sequences > 0) text += fmt::format(" in {} sequences", task.sequences);
  return wrappedText(text, 100, 2);
}

std::string selectionTables(const AdaptOutcome& outcome) {
  std::string text;
  for (const AdaptSelection& selection : outcome.selections) {
    text += tableText(adaptLayerTable(outcome, selection)) + "\n";
    if (!selection.sweep.empty()) text += tableText(adaptSweepTable(outcome, selection)) + "\n";
    if (!selection.pairs.empty()) text += tableText(adaptOverlapTable(selection)) + "\n";
  }
  return text;
}

}  // namespace

std::string adaptText(const AdaptOutcome& outcome) {
  std::string text = adaptHead(outcome);
  for (const AdaptTask& task : outcome.tasks) text += taskText(task);
  text += "\n" + tableText(adaptMethodTable(outcome)) + "\n";
  const auto has = [&](auto member) {
    return std::any_of(outcome.rows.begin(), outcome.rows.end(),
                       [&](const AdaptRow& row) { return (row.*member).has_value(); });
  };
  if (has(&AdaptRow::cost)) text += tableText(adaptTrainingTable(outcome)) + "\n";
  if (has(&AdaptRow::serving)) text += tableText(adaptServingTable(outcome)) + "\n";
  text += selectionTables(outcome);
  if (!outcome.qualities.empty()) text += tableText(adaptQualityTable(outcome)) + "\n";
  if (!outcome.figures.empty()) text += tableText(adaptFigureTable(outcome)) + "\n";
  if (!outcome.saved_config.empty())
    text +=
        wrappedText(fmt::format("The selection was written to {}.", outcome.saved_config), 100, 2);
  for (const Warning& warning : outcome.warnings)
    text += wrappedText("Note: " + warning.message + ".", 100, 2);
  text += wrappedText(
      "How sure: counts and bytes are exact for the conventions named; a checkpoint is what was "
      "trained, in bf16 (GB 1e9, GiB 2^30 bytes). How good an adapted model is, is not predicted.");
  text += "\nSources\n";
  for (const std::string& source : outcome.sources) text += wrappedText("  " + source, 100, 4);
  return text;
}

}  // namespace moe::report
