#include "app/report/run/json_tables.h"

#include <algorithm>
#include <map>

#include "app/report/json_document.h"
#include "data/csv_field.h"

namespace moe::report {
namespace {

using CsvCells = std::vector<std::pair<std::string, std::string>>;

bool isListOfObjects(const Json& json) {
  return json.is_array() && !json.empty() &&
         std::all_of(json.begin(), json.end(), [](const Json& item) { return item.is_object(); });
}

bool isInterval(const Json& json) {
  const auto end = [](const Json& item) { return item.is_number() || item.is_null(); };
  return json.is_array() && json.size() == 2 && end(json[0]) && end(json[1]);
}

std::string cellText(const Json& json) {
  if (json.is_null()) return "";
  return json.is_string() ? json.get<std::string>() : json.dump();
}

void addCells(const std::string& key, const Json& json, CsvCells& cells) {
  if (json.is_object()) {
    for (const auto& [inner, value] : json.items())
      addCells(key.empty() ? inner : key + "." + inner, value, cells);
  } else if (isInterval(json)) {
    cells.emplace_back(key + ".low", cellText(json[0]));
    cells.emplace_back(key + ".high", cellText(json[1]));
  } else {
    cells.emplace_back(key, cellText(json));
  }
}

std::string csvOf(const Json& list) {
  std::vector<CsvCells> rows;
  std::vector<std::string> columns;
  std::map<std::string, std::size_t> place;
  for (const Json& item : list) {
    addCells("", item, rows.emplace_back());
    for (const auto& [key, text] : rows.back())
      if (place.emplace(key, columns.size()).second) columns.push_back(key);
  }
  std::string csv;
  const auto addLine = [&csv](const std::vector<std::string>& cells) {
    for (std::size_t i = 0; i < cells.size(); ++i) csv += (i > 0 ? "," : "") + csvField(cells[i]);
    csv += '\n';
  };
  addLine(columns);
  for (const CsvCells& row : rows) {
    std::vector<std::string> cells(columns.size());
    for (const auto& [key, text] : row) cells[place.at(key)] = text;
    addLine(cells);
  }
  return csv;
}

void addTables(const std::string& name, const Json& json, std::vector<ResultFile>& tables) {
  if (isListOfObjects(json)) tables.push_back({name + ".csv", csvOf(json)});
  if (!json.is_object()) return;
  for (const auto& [key, value] : json.items())
    addTables(name.empty() ? key : name + "-" + key, value, tables);
}

}  // namespace

std::vector<ResultFile> tablesOf(std::string_view document) {
  std::vector<ResultFile> tables;
  const Json json = Json::parse(document, nullptr, false);
  if (json.is_object()) addTables("", json, tables);
  return tables;
}

}  // namespace moe::report
