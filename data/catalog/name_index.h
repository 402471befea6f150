#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace moe {

/// A name as it is compared: small letters, without '-', '_' and blanks.
std::string comparableName(std::string_view name);

/// Names and aliases of one catalog table and the entries they lead to. Knows when a name leads to
/// two entries.
class NameIndex {
 public:
  /// The entry that the name already leads to, if it is another one; else adds the name.
  std::optional<std::size_t> add(std::string_view name, std::size_t entry);
  void removeEntry(std::size_t entry);
  std::optional<std::size_t> find(std::string_view name) const;
  /// All names as they were written, for "did you mean".
  std::vector<std::string> names() const;

 private:
  struct Name {
    std::string written;
    std::string comparable;
    std::size_t entry;
  };
  std::vector<Name> names_;
};

}  // namespace moe
