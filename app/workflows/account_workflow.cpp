#include "app/workflows/account_workflow.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "app/workflows/model_choice.h"
#include "costmodel/adaptation/adaptation_derivations.h"

namespace moe {
namespace {

constexpr double kLongestSequence = 1e9;  // tokens; longer ones are a typing mistake

Result<void> checkAccountRequest(const AccountRequest& request) {
  const int asked =
      (request.model.empty() ? 0 : 1) + (request.all ? 1 : 0) + (request.published ? 1 : 0);
  if (asked == 0) return usageError("--model", "is required, or --all or --published");
  if (asked > 1)
    return usageError("--model", "and --all and --published are different questions; ask one");
  for (const auto& [option, value] : {std::pair{"--sequence-length", request.sequence_length},
                                      {"--encoder-tokens", request.encoder_tokens},
                                      {"--decoder-tokens", request.decoder_tokens}})
    if (value && !(*value >= 1 && *value <= kLongestSequence))
      return usageError(option, fmt::format("is {:g}; it must be from 1 to {:g} tokens", *value,
                                            kLongestSequence));
    else if (value && request.published)
      return usageError(option, "does not go with --published, which has lengths of its own");
  return {};
}

/// A length that changes nothing in the answer is a misunderstanding.
Result<void> checkLengthsOf(const ModelEntry& entry, const AccountRequest& request) {
  const bool sides = entry.encoder_layers > 0;
  const auto refused = [&](const char* option, const char* kind) {
    return usageError(option, fmt::format("is of {} models, and {} is none", kind, entry.name));
  };
  if (sides && request.sequence_length) return refused("--sequence-length", "decoder-only");
  if (!sides && request.encoder_tokens) return refused("--encoder-tokens", "encoder-decoder");
  if (!sides && request.decoder_tokens) return refused("--decoder-tokens", "encoder-decoder");
  return {};
}

AccountLengths lengthsOf(const AccountRequest& request) {
  AccountLengths lengths;
  lengths.sequence = request.sequence_length.value_or(lengths.sequence);
  lengths.sides.encoder = request.encoder_tokens.value_or(lengths.sides.encoder);
  lengths.sides.decoder = request.decoder_tokens.value_or(lengths.sides.decoder);
  return lengths;
}

std::vector<QuotedCount> quotedCounts(const ModelEntry& entry, const ParameterCount& params) {
  std::vector<QuotedCount> quoted;
  const auto add = [&](const char* what, const std::string& printed, std::int64_t counted,
                       const std::string& note) {
    if (!printed.empty())
      quoted.push_back({what, printed, counted, roundsToPrinted(counted, printed), note});
  };
  add("total", entry.published_total, params.total(), entry.total_count_note);
  add("active", entry.published_active, params.active(), entry.active_count_note);
  return quoted;
}

AccountedModel accounted(const ModelEntry& entry, const AccountRequest& request) {
  AccountedModel model;
  model.entry = entry;
  const auto architecture = architectureOf(entry);
  if (!architecture) {
    model.unanswered = architecture.error().message;
    return model;
  }
  model.account = accountOf(*architecture, lengthsOf(request));
  model.quoted = quotedCounts(entry, architecture->params);
  return model;
}

/// The catalog with this entry in the place of the one of its name: what is asked about may come
/// from a file.
void putEntry(ModelCatalog& catalog, const ModelEntry& entry) {
  if (const auto position = catalog.names.find(entry.name)) catalog.entries[*position] = entry;
}

}  // namespace

bool isAbout(const PublishedFigure& figure, const ModelCatalog& catalog, const std::string& name) {
  const auto argument =
      std::ranges::find(figure.arguments, "model", &std::pair<std::string, std::string>::first);
  if (argument == figure.arguments.end()) return false;
  const auto position = catalog.names.find(argument->second);
  return position && catalog.entries[*position].name == name;
}

namespace {

void addFigures(AccountOutcome& outcome, const ModelCatalog& catalog, const std::string& model) {
  const std::vector<Derivation> derivations = publishedDerivations();
  for (const PublishedFigure& figure : shippedPublishedFigures())
    if (model.empty() || isAbout(figure, catalog, model))
      outcome.figures.push_back(matchFigure(figure, derivations, catalog));
}

Result<void> addModel(AccountOutcome& outcome, ModelCatalog& catalog) {
  const auto entry = chosenModel(outcome.request.model, outcome.request.catalog_dir);
  if (!entry) return tl::unexpected(entry.error());
  if (const auto known = architectureOf(*entry); !known) return tl::unexpected(known.error());
  if (const auto good = checkLengthsOf(*entry, outcome.request); !good)
    return tl::unexpected(good.error());
  putEntry(catalog, *entry);
  outcome.models.push_back(accounted(*entry, outcome.request));
  outcome.sources.push_back(
      fmt::format("model {}: {} ({})", entry->name, entry->source, entry->verification));
  addFigures(outcome, catalog, entry->name);
  return {};
}

}  // namespace

std::size_t AccountOutcome::count(MatchStatus status) const {
  return static_cast<std::size_t>(std::ranges::count(figures, status, &MatchedFigure::status));
}

bool AccountOutcome::mismatches() const {
  const auto unexplained = [](const AccountedModel& model) {
    return std::ranges::any_of(model.quoted, &QuotedCount::unexplained);
  };
  return count(MatchStatus::kMismatch) > 0 || std::ranges::any_of(models, unexplained);
}

std::vector<Derivation> publishedDerivations() {
  std::vector<Derivation> derivations = countDerivations();
  const auto add = [&](std::vector<Derivation> more) {
    std::ranges::move(more, std::back_inserter(derivations));
  };
  add(figureDerivations());
  const char* released = std::getenv("MOEPLAN_ESFT_DIR");
  add(adaptationDerivations(released != nullptr ? released : ""));
  return derivations;
}

Result<AccountOutcome> runAccount(const AccountRequest& request) {
  if (const auto good = checkAccountRequest(request); !good) return tl::unexpected(good.error());
  auto catalog = loadModels(request.catalog_dir);
  if (!catalog) return tl::unexpected(catalog.error());
  AccountOutcome outcome;
  outcome.request = request;
  if (!request.model.empty()) {
    if (const auto added = addModel(outcome, *catalog); !added)
      return tl::unexpected(added.error());
  } else if (request.all) {
    for (const ModelEntry& entry : catalog->entries)
      outcome.models.push_back(accounted(entry, request));
  } else {
    addFigures(outcome, *catalog, "");
  }
  outcome.sources.push_back(request.all
                                ? "each model's entry names its own (moeplan catalog models NAME)"
                                : "published figures: data/tables/published, each with its source");
  return outcome;
}

}  // namespace moe
