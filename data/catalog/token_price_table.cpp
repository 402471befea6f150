#include <fmt/format.h>

#include <cmath>

#include "data/catalog/catalog.h"
#include "data/catalog/toml_table.h"

namespace moe {
namespace {

using catalog::FieldReader;

/// NAME_usd_per_million = 0.5, or NAME_range_usd_per_million = [0.5, 0.7].
std::optional<TokenPriceRange> priceOf(FieldReader& fields, const std::string& name) {
  const std::string range_key = name + "_range_usd_per_million";
  const auto price = fields.positive(name + "_usd_per_million");
  const auto range = fields.numbers(range_key);
  if (range.empty()) return price ? std::optional(TokenPriceRange{*price, *price}) : std::nullopt;
  if (price)
    fields.reject(range_key,
                  fmt::format("stands beside {}_usd_per_million; give one of the two", name));
  const bool ordered =
      range.size() == 2 && range[0] > 0 && range[0] < range[1] && std::isfinite(range[1]);
  if (!ordered) {
    fields.reject(range_key, "must be [lowest, highest], above 0");
    return std::nullopt;
  }
  return TokenPriceRange{range[0], range[1]};
}

void checkPrices(FieldReader& fields, const TokenPriceEntry& entry) {
  if (!entry.input && !entry.output && !entry.blended)
    fields.reject("input_usd_per_million",
                  "is missing, and so are output_usd_per_million and blended_usd_per_million; an "
                  "entry needs a price");
  if (entry.cached_input && !entry.input)
    fields.reject("cached_input_usd_per_million", "needs input_usd_per_million beside it");
  if (entry.cached_input && entry.input && entry.cached_input->high > entry.input->high)
    fields.reject("cached_input_usd_per_million",
                  fmt::format("is {}, more than uncached input, {}; are the two exchanged?",
                              entry.cached_input->high, entry.input->high));
}

Result<TokenPriceEntry> tokenPriceOf(const toml::table& table, const std::string& file) {
  TokenPriceEntry entry;
  entry.where = catalog::placeOf(table, file);
  FieldReader fields(table, entry.where);
  entry.model = fields.text("model", true);
  entry.provider = fields.text("provider", true);
  entry.input = priceOf(fields, "input");
  entry.cached_input = priceOf(fields, "cached_input");
  entry.output = priceOf(fields, "output");
  entry.blended = priceOf(fields, "blended");
  entry.date = fields.text("date", true);
  entry.source = fields.text("source", true);
  entry.verification = fields.text("verification");
  if (entry.verification.empty()) entry.verification = "not stated";
  entry.notes = fields.text("notes");
  checkPrices(fields, entry);
  if (const auto error = fields.finish()) return tl::unexpected(*error);
  return entry;
}

}  // namespace

Result<std::vector<TokenPriceEntry>> parseTokenPrices(std::string_view text,
                                                      const std::string& file) {
  auto document = catalog::parseToml(text, file);
  if (!document) return tl::unexpected(document.error());
  return catalog::entriesOf<TokenPriceEntry>(*document, "token_price", file, tokenPriceOf);
}

std::vector<TokenPriceEntry> tokenPricesOf(const TokenPriceCatalog& prices,
                                           const ModelCatalog& models, std::string_view model) {
  const auto known = models.names.find(model);
  const std::string wanted =
      comparableName(known ? models.entries[*known].name : std::string(model));
  std::vector<TokenPriceEntry> found;
  for (const TokenPriceEntry& entry : prices.entries)
    if (comparableName(entry.model) == wanted) found.push_back(entry);
  return found;
}

}  // namespace moe
