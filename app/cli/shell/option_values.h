#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace CLI {
class Option;
}

namespace moe::cli {

/// What may stand for an option's value, or for an argument.
struct OptionValues {
  std::vector<std::string> words;
  bool files = false;   ///< also names of files
  bool listed = false;  ///< several words with commas between them
};

/// Words that the help of this option names, names of the catalog, or files. `catalog_dir` is a
/// folder of catalogs of the user's own, or empty; one that cannot be read counts as none.
OptionValues valuesOf(const CLI::Option& option, const std::filesystem::path& catalog_dir);

/// Names for `moeplan catalog LIST`; empty for an unknown list.
std::vector<std::string> catalogWords(const std::string& list,
                                      const std::filesystem::path& catalog_dir);

}  // namespace moe::cli
