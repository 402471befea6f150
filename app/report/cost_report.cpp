#include "app/report/cost_report.h"

#include <fmt/format.h>

#include "app/report/advice_report.h"
#include "app/report/cost_tables.h"
#include "app/report/number_text.h"
#include "app/report/text_table.h"

namespace moe::report {
namespace {

std::string lengthsText(const CostOutcome& outcome) {
  switch (outcome.lengths.kind) {
    case LengthKind::kFixed:
      return "";
    case LengthKind::kLognormal:
      return fmt::format(" on average (lognormal, deviations {} and {} of the mean)",
                         plainText(outcome.lengths.prompt.variation),
                         plainText(outcome.lengths.output.variation));
    case LengthKind::kMeasured:
      return fmt::format(" on average (lengths of {})", outcome.lengths.source);
  }
  return "";
}

std::string concurrencyText(const CostOutcome& outcome) {
  if (!outcome.concurrency_chosen) return "";
  const bool limit = outcome.concurrency_limit && outcome.concurrency >= *outcome.concurrency_limit;
  const bool full = outcome.concurrency >= outcome.memory.max_concurrency;
  return limit  ? " (the engine's limit)"
         : full ? " (all that memory holds)"
                : " (the cheapest count)";
}

std::string headText(const CostOutcome& outcome) {
  const ParameterCount& params = outcome.model.params;
  std::string text =
      fmt::format("{}: {} total, {} active parameters, weights in {}, KV cache in {}\n",
                  outcome.model.entry.name, countText(static_cast<double>(params.total())),
                  countText(static_cast<double>(params.active())), name(outcome.weights),
                  name(outcome.kv_cache));
  const std::string chosen =
      outcome.devices_chosen && outcome.fewest_devices > 0
          ? fmt::format(" (the cheapest of {} divisions; {} hold{} it)", outcome.divisions_tried,
                        outcome.fewest_devices, outcome.fewest_devices == 1 ? "s" : "")
          : "";
  text += fmt::format("{} x {}, {}{}, {}; {} USD per device-hour\n", outcome.devices,
                      outcome.accelerator.name, nameOf(outcome.parallelism), chosen, outcome.engine,
                      plainText(outcome.price.price.value() * 3600));
  text += fmt::format("{} prompt and {} output tokens per request{}; {} requests at once{}\n",
                      countText(outcome.workload.prompt_tokens),
                      countText(outcome.workload.output_tokens), lengthsText(outcome),
                      plainText(outcome.concurrency), concurrencyText(outcome));
  return text;
}

}  // namespace

std::string costText(const CostOutcome& outcome) {
  std::string text = headText(outcome) + "\n";
  text += tableText(costMemoryTable(outcome)) + "\n";
  text += tableText(costStepTable(outcome)) + "\n";
  text += tableText(costPriceTable(outcome)) + "\n";
  if (!outcome.frontier.empty())
    text += tableText(costOptionTable("Frontier of speed for a user and output of a device",
                                      outcome.frontier)) +
            "\n";
  if (!outcome.others.empty())
    text +=
        tableText(costOptionTable("Other divisions, each at its cheapest", outcome.others)) + "\n";
  if (!outcome.prices.comparisons.empty()) text += tableText(costBreakEvenTable(outcome)) + "\n";
  for (const Warning& warning : outcome.warnings)
    text += wrappedText("Note: " + warning.message + ".", 100, 2);
  text += wrappedText("How sure: " + costAccuracySentence(outcome));
  if (!outcome.advice.empty()) text += "\n" + adviceText(outcome.advice);
  text += "\nSources\n";
  for (const std::string& source : outcome.sources) text += wrappedText("  " + source, 100, 4);
  return text;
}

}  // namespace moe::report
