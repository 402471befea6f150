#include "data/catalog/catalog.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "data/embedded_tables.h"
#include "data/nearest_name.h"

namespace moe {
namespace {

namespace fs = std::filesystem;

constexpr std::array kCatalogFiles = {"models.toml", "hardware.toml", "token_prices.toml"};

Result<std::string> readText(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream || fs::is_directory(file))
    return fail(
        ErrorKind::kInput, file.string(),
        fmt::format("cannot be read: {}", stream ? "it is a directory" : std::strerror(errno)));
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (stream.bad()) return fail(ErrorKind::kInput, file.string(), "could not be read to its end");
  return text;
}

/// All names of an entry, its own one first.
template <class Entry>
std::vector<std::string> namesOf(const Entry& entry) {
  std::vector<std::string> names = entry.aliases;
  names.insert(names.begin(), entry.name);
  return names;
}

std::vector<std::string> namesOf(const TokenPriceEntry& entry) {
  return {fmt::format("{} at {}", entry.model, entry.provider)};
}

template <class Entry>
std::optional<Error> addNames(CatalogTable<Entry>& table, std::size_t position) {
  const Entry& entry = table.entries[position];
  const std::vector<std::string> names = namesOf(entry);
  for (const std::string& name : names) {
    if (const auto other = table.names.add(name, position))
      return Error{ErrorKind::kInput, entry.where,
                   fmt::format("'{}' of {} already leads to {}", name, names.front(),
                               namesOf(table.entries[*other]).front())};
  }
  return std::nullopt;
}

/// An entry with a name that an older one has takes its place.
template <class Entry>
std::optional<Error> addEntries(CatalogTable<Entry>& table, std::vector<Entry> entries,
                                bool may_replace) {
  for (Entry& entry : entries) {
    auto position = may_replace ? table.names.find(namesOf(entry).front()) : std::nullopt;
    if (position) {
      table.names.removeEntry(*position);
      table.entries[*position] = std::move(entry);
    } else {
      position = table.entries.size();
      table.entries.push_back(std::move(entry));
    }
    if (auto error = addNames(table, *position)) return error;
  }
  return std::nullopt;
}

template <class Entry, class Parse>
Result<CatalogTable<Entry>> load(const fs::path& directory, std::string_view shipped_text,
                                 const char* file_name, Parse parse) {
  CatalogTable<Entry> table;
  auto shipped = parse(shipped_text, file_name);
  if (!shipped) return tl::unexpected(shipped.error());
  if (auto error = addEntries(table, *std::move(shipped), false)) return tl::unexpected(*error);
  if (directory.empty()) return table;

  std::error_code ignored;
  if (!fs::is_directory(directory, ignored))
    return fail(ErrorKind::kInput, directory.string(), "is not a directory with catalog files");
  const bool holds_one = std::ranges::any_of(kCatalogFiles, [&](const char* file) {
    std::error_code unreadable;
    return fs::exists(directory / file, unreadable);
  });
  if (!holds_one)
    return fail(ErrorKind::kInput, directory.string(),
                fmt::format("holds none of {}", fmt::join(kCatalogFiles, ", ")));
  if (!fs::exists(directory / file_name, ignored)) return table;
  const auto text = readText(directory / file_name);
  if (!text) return tl::unexpected(text.error());
  auto own = parse(*text, (directory / file_name).string());
  if (!own) return tl::unexpected(own.error());
  if (auto error = addEntries(table, *std::move(own), true)) return tl::unexpected(*error);
  return table;
}

template <class Entry>
Result<Entry> find(const CatalogTable<Entry>& table, std::string_view name, std::string_view option,
                   std::string_view kind) {
  if (const auto position = table.names.find(name)) return table.entries[*position];
  return fail(ErrorKind::kInput, std::string(option),
              fmt::format("the catalog has no {} '{}'; {}", kind, name,
                          didYouMean(name, table.names.names())));
}

/// Writes the names of models as the catalog does. Two prices of one provider for one model are
/// refused.
std::optional<Error> nameModels(std::vector<TokenPriceEntry>& entries, const ModelCatalog& models) {
  NameIndex seen;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    TokenPriceEntry& entry = entries[i];
    if (const auto position = models.names.find(entry.model)) {
      entry.model = models.entries[*position].name;
      entry.in_catalog = true;
    }
    if (const auto other = seen.add(namesOf(entry).front(), i))
      return Error{ErrorKind::kInput, entry.where,
                   fmt::format("{} has a price for {} already, at {}", entry.provider, entry.model,
                               entries[*other].where)};
  }
  return std::nullopt;
}

}  // namespace

Result<HardwareCatalog> loadHardware(const fs::path& directory) {
  return load<HardwareEntry>(directory, embeddedTable("hardware.toml"), "hardware.toml",
                             parseHardware);
}

Result<ModelCatalog> loadModels(const fs::path& directory) {
  return load<ModelEntry>(directory, embeddedTable("models.toml"), "models.toml", parseModels);
}

Result<TokenPriceCatalog> loadTokenPrices(const fs::path& directory, const ModelCatalog& models) {
  const auto parse = [&](std::string_view text,
                         const std::string& file) -> Result<std::vector<TokenPriceEntry>> {
    auto entries = parseTokenPrices(text, file);
    if (!entries) return entries;
    if (auto error = nameModels(*entries, models)) return tl::unexpected(*error);
    return entries;
  };
  return load<TokenPriceEntry>(directory, embeddedTable("prices/token_prices.toml"),
                               "token_prices.toml", parse);
}

Result<HardwareEntry> findHardware(const HardwareCatalog& catalog, std::string_view name,
                                   std::string_view option) {
  if (name.ends_with(".toml")) return readHardwareFile(name);
  return find(catalog, name, option, "accelerator");
}

Result<ModelEntry> findModel(const ModelCatalog& catalog, std::string_view name,
                             std::string_view option) {
  return find(catalog, name, option, "model");
}

Result<HardwareEntry> readHardwareFile(const fs::path& file) {
  const auto text = readText(file);
  if (!text) return tl::unexpected(text.error());
  auto entries = parseHardware(*text, file.string());
  if (!entries) return tl::unexpected(entries.error());
  if (entries->size() != 1)
    return fail(ErrorKind::kInput, file.string(),
                fmt::format("holds {} accelerators; one is expected", entries->size()));
  return std::move(entries->front());
}

Result<ModelEntry> readModelFile(const fs::path& file) {
  const auto text = readText(file);
  if (!text) return tl::unexpected(text.error());
  auto entries = parseModels(*text, file.string());
  if (!entries) return tl::unexpected(entries.error());
  if (entries->size() != 1)
    return fail(ErrorKind::kInput, file.string(),
                fmt::format("holds {} models; one is expected", entries->size()));
  return std::move(entries->front());
}

}  // namespace moe
