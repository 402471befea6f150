#include "data/catalog/catalog.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "data/embedded_tables.h"
#include "data/nearest_name.h"

namespace moe {
namespace {

namespace fs = std::filesystem;

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

template <class Entry>
std::optional<Error> addNames(CatalogTable<Entry>& table, std::size_t position) {
  const Entry& entry = table.entries[position];
  std::vector<std::string> names = entry.aliases;
  names.insert(names.begin(), entry.name);
  for (const std::string& name : names) {
    if (const auto other = table.names.add(name, position))
      return Error{ErrorKind::kInput, entry.where,
                   fmt::format("'{}' of {} already leads to {}", name, entry.name,
                               table.entries[*other].name)};
  }
  return std::nullopt;
}

/// An entry with a name that an older one has takes its place.
template <class Entry>
std::optional<Error> addEntries(CatalogTable<Entry>& table, std::vector<Entry> entries,
                                bool may_replace) {
  for (Entry& entry : entries) {
    auto position = may_replace ? table.names.find(entry.name) : std::nullopt;
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
Result<CatalogTable<Entry>> load(const fs::path& directory, const char* file_name, Parse parse) {
  CatalogTable<Entry> table;
  auto shipped = parse(embeddedTable(file_name), file_name);
  if (!shipped) return tl::unexpected(shipped.error());
  if (auto error = addEntries(table, *std::move(shipped), false)) return tl::unexpected(*error);
  if (directory.empty()) return table;

  std::error_code ignored;
  if (!fs::is_directory(directory, ignored))
    return fail(ErrorKind::kInput, directory.string(), "is not a directory with catalog files");
  const bool holds_one = fs::exists(directory / "models.toml", ignored) ||
                         fs::exists(directory / "hardware.toml", ignored);
  if (!holds_one)
    return fail(ErrorKind::kInput, directory.string(),
                "holds neither models.toml nor hardware.toml");
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

}  // namespace

Result<HardwareCatalog> loadHardware(const fs::path& directory) {
  return load<HardwareEntry>(directory, "hardware.toml", parseHardware);
}

Result<ModelCatalog> loadModels(const fs::path& directory) {
  return load<ModelEntry>(directory, "models.toml", parseModels);
}

Result<HardwareEntry> findHardware(const HardwareCatalog& catalog, std::string_view name,
                                   std::string_view option) {
  return find(catalog, name, option, "accelerator");
}

Result<ModelEntry> findModel(const ModelCatalog& catalog, std::string_view name,
                             std::string_view option) {
  return find(catalog, name, option, "model");
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
