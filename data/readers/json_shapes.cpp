#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "data/numbers.h"
#include "data/readers/column_roles.h"
#include "data/readers/json_rows.h"

namespace moe {
namespace {

struct Member {
  std::string_view key;
  std::size_t value = 0;
};

std::vector<Member> members(const JsonTape& tape, std::size_t object) {
  std::vector<Member> found;
  for (std::size_t i = object + 1; i < tape[object].next; i = tape[i + 1].next) {
    found.push_back({tape[i].text, i + 1});
  }
  return found;
}

bool isEmpty(const JsonTape& tape, std::size_t value) { return tape[value].next == value + 1; }

bool holdsObjects(const JsonTape& tape, std::size_t value) {
  return tape[value].kind == JsonKind::kArray && !isEmpty(tape, value) &&
         tape[value + 1].kind == JsonKind::kObject;
}

bool allAre(const JsonTape& tape, const std::vector<Member>& all, JsonKind kind) {
  return !all.empty() && std::all_of(all.begin(), all.end(), [&](const Member& member) {
    return tape[member.value].kind == kind;
  });
}

/// [{...}, {...}]
void addObjects(const JsonTape& tape, std::size_t array, RawTable& table) {
  RowWriter writer(table);
  for (std::size_t i = array + 1; i < tape[array].next; i = tape[i].next) {
    if (tape[i].kind == JsonKind::kObject) {
      writer.start(tape[i].line);
      writer.setMembers(tape, i);
    } else {
      table.bad_rows.push_back({tape[i].line, "is not a JSON object"});
    }
  }
}

/// {"n": [1, 2], "loss": [3, 4]}; empty text, or what is wrong.
std::string addColumns(const JsonTape& tape, const std::vector<Member>& columns, RawTable& table) {
  RowWriter writer(table);
  for (const Member& column : columns) {
    std::size_t row = 0;
    for (std::size_t i = column.value + 1; i < tape[column.value].next; i = tape[i].next) {
      if (row == table.rows.size() && &column == &columns.front()) writer.start(tape[i].line);
      if (row < table.rows.size()) writer.set(row, column.key, tape, i);
      ++row;
    }
    if (row != table.rows.size()) {
      return fmt::format("the array {} has {} entries and {} has {}; columns are equally long",
                         columns.front().key, table.rows.size(), column.key, row);
    }
  }
  return {};
}

bool isCount(std::string_view key) {
  return !key.empty() &&
         std::all_of(key.begin(), key.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// {"n": {"0": 1, "1": 2}, "loss": {...}}
void addIndexedColumns(const JsonTape& tape, const std::vector<Member>& columns, RawTable& table) {
  RowWriter writer(table);
  std::map<std::string_view, std::size_t> row_of;
  for (const Member& column : columns) {
    for (const Member& cell : members(tape, column.value)) {
      const auto [row, added] = row_of.try_emplace(cell.key, table.rows.size());
      if (added) {
        writer.start(tape[cell.value].line);
        if (!isCount(cell.key)) writer.setText(row->second, "index", cell.key);
      }
      writer.set(row->second, column.key, tape, cell.value);
    }
  }
}

/// {"a": {"n": 1, "loss": 3}, "b": {...}}
void addIndexedRows(const JsonTape& tape, const std::vector<Member>& rows, RawTable& table) {
  RowWriter writer(table);
  for (const Member& row : rows) {
    writer.start(tape[row.value].line);
    if (!isCount(row.key)) writer.setText(table.rows.size() - 1, "index", row.key);
    writer.setMembers(tape, row.value);
  }
}

/// Whether the keys of the outer object are columns: one of them is what a run must have.
bool namesColumns(const std::vector<Member>& all) {
  return std::any_of(all.begin(), all.end(), [](const Member& member) {
    return isAliasOf(Role::kLoss, member.key) || isAliasOf(Role::kParams, member.key);
  });
}

/// Empty text, or what is wrong with the document.
std::string addDocument(const JsonTape& tape, RawTable& table) {
  if (tape.front().kind == JsonKind::kArray) return addObjects(tape, 0, table), std::string();
  const std::vector<Member> all = members(tape, 0);
  std::vector<Member> lists;
  std::copy_if(all.begin(), all.end(), std::back_inserter(lists),
               [&tape](const Member& member) { return holdsObjects(tape, member.value); });
  if (lists.size() > 1) {
    return fmt::format("{} and {} are both arrays of objects; a file holds one table of runs",
                       lists[0].key, lists[1].key);
  }
  if (lists.size() == 1) return addObjects(tape, lists[0].value, table), std::string();
  if (allAre(tape, all, JsonKind::kArray)) return addColumns(tape, all, table);
  if (allAre(tape, all, JsonKind::kObject)) {
    return namesColumns(all) ? addIndexedColumns(tape, all, table)
                             : addIndexedRows(tape, all, table),
           std::string();
  }
  RowWriter writer(table);
  writer.start(tape.front().line);
  writer.setMembers(tape, 0);
  return {};
}

}  // namespace

Result<RawTable> readJson(std::string_view text, const std::string& where) {
  RawTable table;
  JsonTape tape;
  JsonProblem problem;
  if (!readTape(text, 1, table.store, tape, problem)) {
    return fail(ErrorKind::kInput, fmt::format("{}:{}", where, problem.line), problem.cause);
  }
  const std::string wrong = addDocument(tape, table);
  if (!wrong.empty()) return fail(ErrorKind::kInput, where, wrong);
  return table;
}

Result<RawTable> readJsonLines(std::string_view text, const std::string& /*where*/) {
  RawTable table;
  RowWriter writer(table);
  JsonTape tape;
  for (std::size_t line = 1; !text.empty(); ++line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view content = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (content.empty()) continue;
    JsonProblem problem;
    if (!readTape(content, line, table.store, tape, problem)) {
      table.bad_rows.push_back({line, problem.cause});
    } else if (tape.front().kind != JsonKind::kObject) {
      table.bad_rows.push_back({line, "is not a JSON object"});
    } else {
      writer.start(line);
      writer.setMembers(tape, 0);
    }
  }
  return table;
}

}  // namespace moe
