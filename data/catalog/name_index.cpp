#include "data/catalog/name_index.h"

#include <algorithm>

namespace moe {

std::string comparableName(std::string_view name) {
  std::string comparable;
  for (const char c : name) {
    if (c == '-' || c == '_' || c == ' ') continue;
    comparable += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return comparable;
}

std::optional<std::size_t> NameIndex::add(std::string_view name, std::size_t entry) {
  const auto known = find(name);
  if (known && *known != entry) return known;
  if (!known) names_.push_back({std::string(name), comparableName(name), entry});
  return std::nullopt;
}

void NameIndex::removeEntry(std::size_t entry) {
  std::erase_if(names_, [entry](const Name& name) { return name.entry == entry; });
}

std::optional<std::size_t> NameIndex::find(std::string_view name) const {
  const std::string comparable = comparableName(name);
  const auto found = std::find_if(names_.begin(), names_.end(), [&](const Name& candidate) {
    return candidate.comparable == comparable;
  });
  if (found == names_.end()) return std::nullopt;
  return found->entry;
}

std::vector<std::string> NameIndex::names() const {
  std::vector<std::string> names;
  for (const Name& name : names_) names.push_back(name.written);
  return names;
}

}  // namespace moe
