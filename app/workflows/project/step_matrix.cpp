#include "app/workflows/project/step_matrix.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "data/name_pattern.h"
#include "data/numbers.h"

namespace moe {
namespace {

bool standsInNames(unsigned char c) {
  return (c < 0x80 && std::isalnum(c)) || c == '-' || c == '.' || c == '_';
}

/// A text as part of a name: "params>=1e9" is "params_above_1e9". Several characters that cannot
/// stand in a name are one '_', and none stands at an end.
std::string nameOfText(std::string_view text) {
  std::string name;
  bool gap = false;
  const auto append = [&](std::string_view piece) {
    if (gap && !name.empty()) name += '_';
    gap = false;
    name += piece;
  };
  for (const char& c : text) {
    const std::string_view word = c == '>' ? "above" : c == '<' ? "below" : c == '!' ? "not" : "";
    if (!word.empty()) {
      gap = true;
      append(word);
    }
    if (standsInNames(static_cast<unsigned char>(c)) && (c != '.' || !name.empty()))
      append(std::string_view(&c, 1));
    else
      gap = true;
  }
  return name;
}

std::string nameOfNode(const toml::node& node) {
  if (const auto text = node.value<std::string>(); text && node.is_string())
    return nameOfText(*text);
  if (const toml::array* list = node.as_array()) {
    std::string name;
    for (const toml::node& item : *list) name += (name.empty() ? "" : "_") + nameOfNode(item);
    return name.empty() ? "none" : name;
  }
  if (const auto yes = node.value_exact<bool>()) return *yes ? "yes" : "no";
  if (!node.is_number()) return "";
  std::string number = exactNumber(*node.value<double>());
  std::erase(number, '+');
  return nameOfText(number);
}

std::size_t lineThenColumn(const toml::node& node) {
  return (static_cast<std::size_t>(node.source().begin.line) << 32) + node.source().begin.column;
}

/// The entries of a table in the order of the file; toml++ keeps them by name.
std::vector<std::pair<std::string, const toml::node*>> inFileOrder(const toml::table& table) {
  std::vector<std::pair<std::string, const toml::node*>> entries;
  for (const auto& [key, node] : table) entries.emplace_back(key.str(), &node);
  std::stable_sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
    return lineThenColumn(*a.second) < lineThenColumn(*b.second);
  });
  return entries;
}

/// A value of a list; a pattern becomes every name that it stands for.
void addValue(ProjectReading& reading, std::string_view key, const toml::node& node,
              const NamesOfKey& names, MatrixKey& result) {
  const auto text = node.value<std::string>();
  if (!node.is_string() || !isPattern(*text) || names(key).empty())
    return result.values.push_back({nameOfNode(node), &node});
  const std::string pattern = text->substr(0, text->find(':'));
  const std::string rest = text->substr(pattern.size());
  const std::size_t before = result.values.size();
  for (const std::string& name : names(key))
    if (matchesPattern(name, pattern))
      result.values.push_back({nameOfText(name + rest), &node, name + rest});
  if (result.values.size() == before)
    reading.reject(node, fmt::format("nothing is named like '{}'; {}", pattern,
                                     didYouMean(pattern, names(key))));
}

MatrixKey readKey(ProjectReading& reading, const std::string& key, const toml::node& node,
                  const NamesOfKey& names) {
  MatrixKey result{key, {}};
  if (const toml::array* list = node.as_array())
    for (const toml::node& item : *list) addValue(reading, key, item, names, result);
  else if (const toml::table* named = node.as_table())
    for (const auto& [name, item] : inFileOrder(*named))
      result.values.push_back({nameOfText(name), item});
  else if (node.is_string() && isPattern(*node.value<std::string>()))
    addValue(reading, key, node, names, result);
  else
    reading.reject(node,
                   fmt::format("each.{} must be a list of values, or a table NAME = value", key));
  if (result.values.empty())
    reading.reject(node, fmt::format("each.{} has no values, so there would be no step", key));
  std::set<std::string_view> taken;
  for (const MatrixValue& value : result.values) {
    if (value.name.empty())
      reading.reject(*value.node, fmt::format("no name can be made of this value of {0}; give it "
                                              "one: each = {{{0} = {{NAME = value}}}}",
                                              key));
    else if (!taken.insert(value.name).second)
      reading.reject(*value.node, fmt::format("two values of {0} would be called '{1}'; give them "
                                              "names: each = {{{0} = {{NAME = value}}}}",
                                              key, value.name));
  }
  return result;
}

}  // namespace

std::vector<MatrixKey> readMatrix(ProjectReading& reading, const toml::table& table,
                                  const NamesOfKey& names) {
  const toml::node* node = table.get(kMatrixKey);
  if (node == nullptr) return {};
  const toml::table* matrix = node->as_table();
  if (matrix == nullptr || matrix->empty()) {
    reading.reject(*node, "each must be a table of lists, as in each = {laws = [\"chinchilla\"]}");
    return {};
  }
  std::vector<MatrixKey> keys;
  std::size_t steps = 1;
  for (const auto& [key, values] : inFileOrder(*matrix)) {
    if (table.contains(key))
      reading.reject(*values, fmt::format("{0} stands in the table and in its each", key));
    if (key == "mode")
      reading.reject(*values, "mode cannot vary in one table, as it decides which keys there are");
    keys.push_back(readKey(reading, key, *values, names));
    steps =
        std::min(kMostMatrixSteps + 1, steps * std::max<std::size_t>(1, keys.back().values.size()));
  }
  if (steps > kMostMatrixSteps)
    reading.reject(*node, fmt::format("each makes more than {} steps", kMostMatrixSteps));
  return keys;
}

std::vector<MatrixCell> matrixCells(const std::vector<MatrixKey>& keys) {
  std::vector<MatrixCell> cells = {{}};
  for (const MatrixKey& key : keys) {
    std::vector<MatrixCell> longer;
    for (const MatrixCell& cell : cells)
      for (const MatrixValue& value : key.values) {
        longer.push_back(cell);
        longer.back().name += (cell.name.empty() ? "" : "-") + value.name;
        longer.back().values.emplace_back(key.key, &value);
      }
    cells = std::move(longer);
  }
  return cells;
}

}  // namespace moe
