#include "data/readers/json_rows.h"

namespace moe {

void RowWriter::start(std::size_t line) {
  table_.rows.emplace_back().line = line;
  table_.rows.back().cells.reserve(table_.columns.size());
  expected_ = 0;
}

std::size_t RowWriter::columnIndex(std::string_view column) {
  const bool repeated = expected_ < table_.columns.size() && table_.columns[expected_] == column;
  if (!repeated) {
    const auto [entry, added] = index_.try_emplace(std::string(column), table_.columns.size());
    if (added) table_.columns.emplace_back(column);
    expected_ = entry->second;
  }
  return expected_++;
}

void RowWriter::setText(std::size_t row, std::string_view column, std::string_view text) {
  const std::size_t index = columnIndex(column);
  std::vector<std::string_view>& cells = table_.rows[row].cells;
  if (cells.size() <= index) cells.resize(index + 1);
  cells[index] = text;
}

void RowWriter::set(std::size_t row, std::string_view column, const JsonTape& tape,
                    std::size_t value) {
  const JsonToken& token = tape[value];
  switch (token.kind) {
    case JsonKind::kObject:
      for (std::size_t i = value + 1; i < token.next; i = tape[i + 1].next) {
        set(row, std::string(column) + "." + std::string(tape[i].text), tape, i + 1);
      }
      break;
    case JsonKind::kArray:
      setText(row, column, table_.store.keep(compactText(tape, value)));
      break;
    case JsonKind::kNull:
      setText(row, column, {});
      break;
    default:
      setText(row, column, token.text);
  }
}

void RowWriter::setMembers(const JsonTape& tape, std::size_t object) {
  const std::size_t row = table_.rows.size() - 1;
  for (std::size_t i = object + 1; i < tape[object].next; i = tape[i + 1].next) {
    set(row, tape[i].text, tape, i + 1);
  }
}

}  // namespace moe
