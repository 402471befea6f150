#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "data/catalog/hardware_entry.h"
#include "data/catalog/model_entry.h"
#include "data/catalog/name_index.h"
#include "data/catalog/token_price_entry.h"
#include "data/error.h"

namespace moe {

/// Entries with the names that lead to them.
template <class Entry>
struct CatalogTable {
  std::vector<Entry> entries;
  NameIndex names;
};
using HardwareCatalog = CatalogTable<HardwareEntry>;
using ModelCatalog = CatalogTable<ModelEntry>;
/// An entry's name is its model and its provider together; models are looked up by tokenPricesOf.
using TokenPriceCatalog = CatalogTable<TokenPriceEntry>;

/// The shipped accelerators, and those in `directory`/hardware.toml over them: an entry with a
/// known name replaces it, another one is added. No directory (empty text): the shipped ones alone.
/// It is an error when the directory does not exist, a file in it is wrong (file and line), or an
/// alias leads to two entries. A directory need not hold every catalog file, but must hold one.
Result<HardwareCatalog> loadHardware(const std::filesystem::path& directory);
/// The same for models and models.toml.
Result<ModelCatalog> loadModels(const std::filesystem::path& directory);
/// The same for API prices and token_prices.toml. A price takes its model's name from `models`; a
/// model that is not there keeps the name that the file gives it. An entry with the model and the
/// provider of a known one replaces it.
Result<TokenPriceCatalog> loadTokenPrices(const std::filesystem::path& directory,
                                          const ModelCatalog& models);

/// Compares without regard to capitals, '-', '_' and blanks; names and aliases are equal. `option`
/// is where an error points, "--hardware"; it suggests the nearest names. A name of hardware that
/// ends in .toml is a file with one accelerator, as `moeplan calibrate` writes it.
Result<HardwareEntry> findHardware(const HardwareCatalog& catalog, std::string_view name,
                                   std::string_view option = "--hardware");
Result<ModelEntry> findModel(const ModelCatalog& catalog, std::string_view name,
                             std::string_view option = "--model");

/// All API prices of a model, named by itself or an alias, in the order of the table. Empty when
/// there is none.
std::vector<TokenPriceEntry> tokenPricesOf(const TokenPriceCatalog& prices,
                                           const ModelCatalog& models, std::string_view model);

/// The one model of a TOML file: its keys at the top, or one [[model]].
Result<ModelEntry> readModelFile(const std::filesystem::path& file);

/// The one accelerator of a TOML file.
Result<HardwareEntry> readHardwareFile(const std::filesystem::path& file);

/// Parse text of such tables; `file` is the name that errors give.
Result<std::vector<HardwareEntry>> parseHardware(std::string_view text, const std::string& file);
Result<std::vector<ModelEntry>> parseModels(std::string_view text, const std::string& file);
Result<std::vector<TokenPriceEntry>> parseTokenPrices(std::string_view text,
                                                      const std::string& file);

}  // namespace moe
