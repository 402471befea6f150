#include "app/report/account_report.h"

#include <fmt/format.h>

#include "app/report/account_tables.h"
#include "app/report/number_text.h"

namespace moe::report {
namespace {

std::string lookedUpText(const ModelAccount& account) {
  if (account.activeWithoutLookup() == account.model.params.active()) return "";
  return fmt::format(" ({} without the embedding that is only looked up)",
                     groupedText(account.activeWithoutLookup()));
}

std::string layersText(const ModelArchitecture& model) {
  const ModelEntry& entry = model.entry;
  std::string text = entry.encoder_layers > 0 ? fmt::format("{} encoder and {} decoder layers",
                                                            entry.encoder_layers, entry.layers)
                                              : fmt::format("{} layers", entry.layers);
  text += fmt::format(" of hidden size {}", entry.hidden);
  if (entry.experts == 0) return text + "; dense";
  text += fmt::format("; {} route to {} of {} experts of width {}", model.routed_layers,
                      entry.top_k, entry.experts, entry.expert_ffn);
  if (entry.shared_experts > 0) text += fmt::format(", with {} shared ones", entry.shared_experts);
  if (entry.extra_ffn > 0) text += fmt::format(", then a dense FFN of {}", entry.extra_ffn);
  return text;
}

std::string expertText(const ModelArchitecture& model) {
  if (model.routed_layers == 0) return "";
  const std::int64_t one = model.params.one_expert / model.routed_layers;
  return wrappedText(
      fmt::format("One routed expert of one layer: {} parameters, {} in bf16; one of every layer: "
                  "{}.",
                  groupedText(one), bytesText(Bytes(2.0 * static_cast<double>(one))),
                  bytesText(Bytes(2.0 * static_cast<double>(model.params.one_expert)))),
      100, 2);
}

std::string modelText(const AccountOutcome& outcome) {
  const AccountedModel& model = outcome.models.front();
  const ModelAccount& account = *model.account;
  const ParameterCount& params = account.model.params;
  std::string text = wrappedText(
      fmt::format("{}: {} parameters, {} active per token{}", model.entry.name,
                  groupedText(params.total()), groupedText(params.active()), lookedUpText(account)),
      100, 2);
  text += wrappedText("  " + layersText(account.model), 100, 2);
  text += expertText(account.model) + "\n";
  text += tableText(groupTable(account)) + "\n";
  text += tableText(weightTable(account)) + "\n";
  text += tableText(flopTable(account)) + "\n";
  text += cacheText(account) + "\n";
  text += tableText(quotedTable(outcome.models)) + "\n";
  if (!outcome.figures.empty()) text += tableText(figureTable(outcome.figures, false)) + "\n";
  if (!model.entry.notes.empty())
    text += wrappedText("Note: " + model.entry.notes + ".", 100, 2) + "\n";
  return text;
}

/// What was found, in one sentence, and what agreement is worth.
std::string verdictText(const AccountOutcome& outcome) {
  if (outcome.figures.empty()) return "";
  const auto count = [&](MatchStatus status) { return outcome.count(status); };
  std::string text = fmt::format(
      "{} published figures: {} reproduced to the printed digits, {} within their tolerance, {} "
      "published and not reproduced, {} that are no evidence, {} refuted misreadings, {} not run, "
      "{} mismatches.",
      outcome.figures.size(), count(MatchStatus::kReproduced), count(MatchStatus::kWithinTolerance),
      count(MatchStatus::kNotReproduced), count(MatchStatus::kNoEvidence),
      count(MatchStatus::kRefuted), count(MatchStatus::kNotRun), count(MatchStatus::kMismatch));
  return wrappedText(text) +
         wrappedText(
             "Kinds: exact, from a published configuration with nothing tuned; inferred, one "
             "convention was picked because it fits and is named; tolerance, close and no more; "
             "not-derivable, fitted, circular: shown, and no evidence.");
}

std::string sourcesText(const AccountOutcome& outcome) {
  std::string text = "\nSources\n";
  for (const std::string& source : outcome.sources) text += wrappedText("  " + source, 100, 4);
  return text;
}

}  // namespace

std::string groupedText(std::int64_t count) {
  std::string text = std::to_string(count);
  const std::size_t first = count < 0 ? 1 : 0;
  for (std::size_t place = text.size(); place > first + 3;) text.insert(place -= 3, ",");
  return text;
}

std::string accountText(const AccountOutcome& outcome) {
  std::string text;
  if (outcome.request.all)
    text = tableText(allModelsTable(outcome)) + "\n" + tableText(quotedTable(outcome.models));
  else if (outcome.request.published)
    text = tableText(figureTable(outcome.figures, true)) + "\n";
  else
    text = modelText(outcome);
  return text + verdictText(outcome) + sourcesText(outcome);
}

}  // namespace moe::report
