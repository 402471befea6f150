#pragma once

#include <optional>
#include <string>

namespace moe {

/// US dollars per million tokens. `low` is below `high` only where two readings of one price
/// disagree.
struct TokenPriceRange {
  double low = 0;
  double high = 0;
};

/// What one provider's API asks for the tokens of one model. Absent prices are not known.
struct TokenPriceEntry {
  std::string model;        ///< as the catalog writes it, else as the file does
  bool in_catalog = false;  ///< the model is an entry of the model catalog
  std::string provider;
  std::optional<TokenPriceRange> input;         ///< of a prompt token that no cache holds
  std::optional<TokenPriceRange> cached_input;  ///< absent: cached tokens cost as uncached ones
  std::optional<TokenPriceRange> output;
  std::optional<TokenPriceRange> blended;  ///< of input and output in a mixture that is not stated
  std::string date;
  std::string source;
  std::string verification;  ///< how sure the price is
  std::string notes;
  std::string where;  ///< table and line of the entry
};

}  // namespace moe
