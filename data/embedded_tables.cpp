#include "data/embedded_tables.h"

#include "data/error.h"

namespace {

struct EmbeddedTable {
  std::string_view name;
  const char* begin;
  const char* end;
};

}  // namespace

#include "embedded_tables_list.h"  // written by data/embedded_tables.cmake

namespace moe {
namespace {

const EmbeddedTable* find(std::string_view name) {
  for (const EmbeddedTable& table : kEmbeddedTables)
    if (table.name == name) return &table;
  return nullptr;
}

}  // namespace

bool hasEmbeddedTable(std::string_view name) { return find(name) != nullptr; }

std::vector<std::string_view> embeddedTableNames() {
  std::vector<std::string_view> names;
  for (const EmbeddedTable& table : kEmbeddedTables) names.push_back(table.name);
  return names;
}

std::string_view embeddedTable(std::string_view name) {
  const EmbeddedTable* table = find(name);
  require(table != nullptr, "there is no embedded table of this name");
  return {table->begin, table->end};
}

}  // namespace moe
