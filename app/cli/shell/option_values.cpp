#include "app/cli/shell/option_values.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "costmodel/presets.h"
#include "data/catalog/catalog.h"
#include "data/logs/log_readers.h"
#include "fitting/laws/law.h"
#include "fitting/laws/law_family.h"

namespace moe::cli {
namespace {

struct WordsOfOption {
  std::string_view option;
  std::vector<std::string> words;
};

/// Only those that the option's own help names are offered, so that a word which one command does
/// not know never shows up there.
const std::vector<WordsOfOption>& writtenWords() {
  static const std::vector<WordsOfOption> kWords{
      {"curve", {"all", "last"}},
      {"engine", {"sglang", "trtllm", "vllm"}},
      {"flop-prices", {"sardana2024-flop", "sardana2024-usd"}},
      {"hold-out", {"largest:20%", "none"}},
      {"kv-cache", {"bf16", "f32", "fp8"}},
      {"lengths", {"fixed", "sharegpt"}},
      {"loss", {"best", "last", "mean:", "min-smoothed"}},
      {"mode", {"lifetime", "loss-optimal", "min-cost", "min-loss", "pareto"}},
      {"n-is", {"active", "dense", "total"}},
      {"objective", {"huber", "huber-raw", "l2", "l2-raw"}},
      {"pieces", {"all", "auto", "file", "folder"}},
      {"precision", {"bf16", "fp4", "fp8"}},
      {"price-scenario", {"cheap", "expensive", "typical"}},
      {"recompute", {"full", "none", "selective"}},
      {"router-skew", {"even", "power-law:"}},
      {"search", {"auto", "grid"}},
      {"shape", {"clark", "ludziejewski", "yun"}},
      {"study", {"auto", "full", "none"}},
      {"weights", {"bf16", "f32", "fp4", "fp8", "int4", "int8"}},
  };
  return kWords;
}

std::vector<std::string> wordsInHelp(const CLI::Option& option, std::string_view name) {
  const std::string help = option.get_description();
  std::vector<std::string> words;
  for (const WordsOfOption& written : writtenWords()) {
    if (written.option != name) continue;
    for (const std::string& word : written.words)
      if (help.find(word) != std::string::npos) words.push_back(word);
  }
  return words;
}

/// A name of the catalog as one types it: small letters and no blanks, which the catalog does not
/// distinguish from others.
std::string typedName(std::string_view name) {
  std::string typed;
  for (const char letter : name)
    typed +=
        letter == ' ' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  return typed;
}

/// The name, or, where a shell would need quotes, a shorter alias that begins like it: "h100-sxm"
/// for "H100-80GB SXM".
template <class Entry>
std::string wordOf(const Entry& entry) {
  constexpr std::size_t kLikeness = 3;
  const std::string name = typedName(entry.name);
  if (entry.name.find_first_of(" (") == std::string::npos) return name;
  for (const std::string& alias : entry.aliases)
    if (alias.size() < name.size() && name.starts_with(typedName(alias).substr(0, kLikeness)))
      return typedName(alias);
  return name;
}

template <class Entry>
std::vector<std::string> entryWords(const Result<CatalogTable<Entry>>& catalog) {
  std::vector<std::string> words;
  if (!catalog) return words;
  for (const Entry& entry : catalog->entries) words.push_back(wordOf(entry));
  return words;
}

std::vector<std::string> joined(std::vector<std::string> words,
                                const std::vector<std::string>& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

std::vector<std::string> familyWords() {
  std::vector<std::string> words;
  for (const LawFamily* family : lawFamilies()) words.emplace_back(family->name);
  return words;
}

std::vector<std::string> readerWords() {
  std::vector<std::string> words;
  for (const LogReader& reader : logReaders()) words.emplace_back(reader.name);
  return words;
}

std::vector<std::string> lookedUpWords(std::string_view name,
                                       const std::filesystem::path& catalog_dir) {
  if (name == "law" || name == "laws") return familyWords();
  if (name == "preset") return presetNames();
  if (name == "cost-preset") return costPresetNames();
  if (name == "format") return readerWords();
  if (name == "model" || name == "models" || name == "model-template")
    return catalogWords("models", catalog_dir);
  if (name == "hardware" || name == "training-hardware")
    return catalogWords("hardware", catalog_dir);
  return {};
}

bool takesFiles(const CLI::Option& option, std::string_view name) {
  static constexpr std::array<std::string_view, 3> kCatalogOrFile{"hardware", "models",
                                                                  "model-template"};
  const std::string type = option.get_type_name();
  for (const std::string_view kind : {"FILE", "DIR", "LOG", "POINTS"})
    if (type.find(kind) != std::string::npos) return true;
  return std::ranges::find(kCatalogOrFile, name) != kCatalogOrFile.end();
}

}  // namespace

std::vector<std::string> catalogWords(const std::string& list,
                                      const std::filesystem::path& catalog_dir) {
  if (list == "models") return entryWords(loadModels(catalog_dir));
  if (list == "hardware") return entryWords(loadHardware(catalog_dir));
  if (list == "laws") return joined(familyWords(), presetNames());
  if (list == "prices")
    return joined(catalogWords("hardware", catalog_dir), catalogWords("models", catalog_dir));
  return {};
}

OptionValues valuesOf(const CLI::Option& option, const std::filesystem::path& catalog_dir) {
  const std::string name = option.get_single_name();
  OptionValues values;
  values.words = joined(wordsInHelp(option, name), lookedUpWords(name, catalog_dir));
  values.files = takesFiles(option, name);
  values.listed = option.get_delimiter() == ',';
  return values;
}

}  // namespace moe::cli
