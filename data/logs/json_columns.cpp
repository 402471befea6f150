#include "data/logs/json_columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "data/logs/json_row.h"
#include "data/logs/log_table.h"
#include "data/logs/reading.h"

namespace moe {
namespace {

constexpr std::size_t kLargestColumns = 64 << 20;

bool isPlain(JsonEvent event) {
  return event == JsonEvent::kNumber || event == JsonEvent::kString || event == JsonEvent::kTrue ||
         event == JsonEvent::kFalse || event == JsonEvent::kNull;
}

bool isDigits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

struct ColumnCell {
  std::optional<double> number;
  std::string text;
};

struct JsonColumn {
  std::string key;
  std::vector<ColumnCell> cells;
};

class ColumnReader {
 public:
  explicit ColumnReader(JsonStream& stream) : stream_(stream) {}

  bool document() {
    if (stream_.next() != JsonEvent::kBeginObject) return refuse("no JSON object");
    for (;;) {
      const JsonEvent event = stream_.next();
      if (event == JsonEvent::kEndObject) return sameLengths();
      if (event != JsonEvent::kKey || !member(std::string(stream_.text()))) return false;
    }
  }

  std::vector<JsonColumn> columns;
  std::vector<JsonColumn> plain;  ///< members with one cell

 private:
  bool refuse(std::string cause) {
    stream_.refuse(std::move(cause));
    return false;
  }

  ColumnCell cell(JsonEvent event) const {
    if (event == JsonEvent::kNumber) return {stream_.number(), {}};
    if (event == JsonEvent::kNull) return {};
    const std::optional<double> quoted = quotedNumber(stream_.text());
    return {quoted, quoted ? std::string() : std::string(stream_.text())};
  }

  bool member(std::string key) {
    const JsonEvent event = stream_.next();
    if (isPlain(event)) {
      plain.push_back({std::move(key), {cell(event)}});
      return true;
    }
    columns.push_back({std::move(key), {}});
    if (event == JsonEvent::kBeginArray) return list(columns.back().cells);
    return event == JsonEvent::kBeginObject && numbered(columns.back().cells);
  }

  bool list(std::vector<ColumnCell>& cells) {
    for (;;) {
      const JsonEvent event = stream_.next();
      if (event == JsonEvent::kEndArray) return true;
      if (!isPlain(event)) return refuse("a list in a list of numbers");
      cells.push_back(cell(event));
    }
  }

  /// {"0": 2.5, "1": 2.4}: the keys are names of rows, equal in all columns.
  bool numbered(std::vector<ColumnCell>& cells) {
    for (;;) {
      const JsonEvent event = stream_.next();
      if (event == JsonEvent::kEndObject) return true;
      if (event != JsonEvent::kKey) return false;
      const std::size_t row =
          rows_.try_emplace(std::string(stream_.text()), rows_.size()).first->second;
      const JsonEvent value = stream_.next();
      if (!isPlain(value)) return refuse("an object in a column of numbers");
      cells.resize(std::max(cells.size(), row + 1));
      cells[row] = cell(value);
    }
  }

  bool sameLengths() {
    for (JsonColumn& column : columns) {
      if (!rows_.empty()) column.cells.resize(std::max(column.cells.size(), rows_.size()));
      if (column.cells.size() == columns.front().cells.size()) continue;
      return refuse(fmt::format("{} has {} entries and {} has {}; columns are equally long",
                                columns.front().key, columns.front().cells.size(), column.key,
                                column.cells.size()));
    }
    return true;
  }

  JsonStream& stream_;
  std::unordered_map<std::string, std::size_t> rows_;
};

/// Row `index` of these columns; cells without a value are left out.
std::vector<LogCell> rowOf(const std::vector<JsonColumn>& columns, std::size_t index) {
  std::vector<LogCell> row;
  for (const JsonColumn& column : columns) {
    const ColumnCell& cell = column.cells[index];
    if (cell.number || !cell.text.empty()) row.push_back({column.key, cell.number, cell.text});
  }
  return row;
}

}  // namespace

bool looksLikeJsonColumns(std::string_view json) {
  ByteWindow window(json);
  JsonStream stream(window);
  if (stream.next() != JsonEvent::kBeginObject) return false;
  for (;;) {
    if (stream.next() != JsonEvent::kKey) return false;
    const JsonEvent event = stream.next();
    if (isPlain(event)) continue;
    const JsonEvent first = stream.next();
    if (event == JsonEvent::kBeginArray) return first == JsonEvent::kNumber;
    return first == JsonEvent::kKey && isDigits(stream.text()) && isPlain(stream.next());
  }
}

Result<void> readJsonColumns(ByteSource& source, LogSink& sink, std::stop_token stop) {
  Reading reading(source, sink, std::move(stop));
  if (reading.window.want(kLargestColumns + 1)) {
    return fail(
        ErrorKind::kInput, source.path(),
        "JSON written column by column of more than 64 MiB; write a row for each step (JSONL)");
  }
  if (reading.window.problem()) return tl::unexpected(*reading.window.problem());
  takeByteOrderMark(reading.window);
  JsonStream stream(reading.window);
  ColumnReader reader(stream);
  if (!reader.document()) {
    return fail(ErrorKind::kInput, fmt::format("{}:{}", source.path(), stream.line()),
                fmt::format("broken JSON: {}", stream.cause()));
  }
  LogTable table(reading);
  table.settings(rowOf(reader.plain, 0), 1);
  const std::size_t rows = reader.columns.empty() ? 0 : reader.columns.front().cells.size();
  for (std::size_t i = 0; i < rows && !reading.stopped(); ++i) {
    table.row(rowOf(reader.columns, i), i + 1);
  }
  return reading.finish(rows, "holds no row of numbers");
}

}  // namespace moe
