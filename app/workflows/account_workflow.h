#pragma once

#include <optional>
#include <string>
#include <vector>

#include "costmodel/accounting/model_account.h"
#include "costmodel/accounting/published_match.h"
#include "data/error.h"

namespace moe {

/// Counts to be held against what was printed. Fields are the options of `moeplan account`; one of
/// the first three is given.
struct AccountRequest {
  std::string model;       ///< name in the catalog, FILE.toml or a Hugging Face config.json
  bool all = false;        ///< every model of the catalog
  bool published = false;  ///< every published figure
  std::optional<double> sequence_length;
  std::optional<double> encoder_tokens;
  std::optional<double> decoder_tokens;
  std::string catalog_dir;
};

/// A count that the catalog's entry quotes, beside ours.
struct QuotedCount {
  std::string what;     ///< "total" or "active"
  std::string printed;  ///< billions of parameters
  std::int64_t counted = 0;
  bool rounds = false;  ///< ours rounds to the printed digits
  std::string note;     ///< why it does not; empty: no reason is known
  bool unexplained() const { return !rounds && note.empty(); }
};

/// A model of the catalog, counted where a formula knows it.
struct AccountedModel {
  ModelEntry entry;
  std::optional<ModelAccount> account;
  std::string unanswered;  ///< why there is none
  std::vector<QuotedCount> quoted;
};

struct AccountOutcome {
  AccountRequest request;
  std::vector<AccountedModel> models;  ///< the one asked for, or all
  std::vector<MatchedFigure> figures;  ///< of the one model, or all
  std::vector<std::string> sources;

  std::size_t count(MatchStatus status) const;
  /// Something that had to match and does not.
  bool mismatches() const;
};

/// Whether a figure is derived from the model of this name.
bool isAbout(const PublishedFigure& figure, const ModelCatalog& catalog, const std::string& name);

/// Derivations of published figures that this program has. MOEPLAN_ESFT_DIR may name a folder with
/// what the ESFT authors released, for those that need it.
std::vector<Derivation> publishedDerivations();

/// Errors: kUsage for none or several of model, all and published, or lengths out of range; those
/// of chosenModel; kUnanswered for the one model that no formula counts. A mismatch is an answer.
Result<AccountOutcome> runAccount(const AccountRequest& request);

}  // namespace moe
