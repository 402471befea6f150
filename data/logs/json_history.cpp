#include "data/logs/json_history.h"

#include <fmt/format.h>

namespace moe {

JsonHistory::JsonHistory(Reading& reading, std::string_view rows_key)
    : reading_(reading), rows_key_(rows_key), stream_(reading.window), table_(reading) {
  takeByteOrderMark(reading.window);
}

bool JsonHistory::wants(std::string_view key) const {
  return rows_key_.empty() || key == rows_key_;
}

std::span<const LogCell> JsonHistory::cellsOf(const JsonRow& row) {
  cells_.clear();
  for (const JsonCell& cell : row.cells()) cells_.push_back({cell.key, cell.number, cell.text});
  return cells_;
}

/// What stands beside a list of rows belongs to all of them.
void JsonHistory::handSettingsOn(Level& level, std::size_t place) {
  const bool named = table_.settings(cellsOf(level.row), place);
  const bool one_of_many = in_list_ && open_levels_ == 1;
  if (one_of_many && !named && !level.holds_rows) {
    reading_.run(fmt::format("run-{}", ++unnamed_runs_));
  }
  level.row.clear();
}

bool JsonHistory::object(JsonStream& stream) {
  if (reading_.stopped()) return false;
  if (open_levels_ > 0 && !levels_[open_levels_ - 1].holds_rows) {
    Level& outer = levels_[open_levels_ - 1];
    handSettingsOn(outer, stream.line());
    outer.holds_rows = true;
  }
  if (open_levels_ == levels_.size()) levels_.emplace_back();
  Level& level = levels_[open_levels_++];
  level.row.clear();
  level.holds_rows = false;
  const std::size_t line = stream.line();
  const bool whole = readJsonMembers(stream, level.row, this);
  if (whole && level.holds_rows) handSettingsOn(level, stream.line());
  if (whole && !level.holds_rows) table_.row(cellsOf(level.row), line);
  --open_levels_;
  return whole;
}

bool JsonHistory::list() {
  in_list_ = true;
  for (;;) {
    const JsonEvent event = stream_.next();
    if (event == JsonEvent::kEndArray) return true;
    if (event == JsonEvent::kBroken) return false;
    if (event == JsonEvent::kBeginObject && !object(stream_)) return false;
    if (event == JsonEvent::kBeginArray && !passOverJson(stream_)) return false;
  }
}

void JsonHistory::readDocuments() {
  bool whole = true;
  while (whole && !reading_.stopped()) {
    const JsonEvent event = stream_.next();
    if (event == JsonEvent::kEnd) return;
    if (event == JsonEvent::kBeginObject) {
      whole = object(stream_);
    } else if (event == JsonEvent::kBeginArray) {
      whole = list();
    } else {
      whole = event != JsonEvent::kBroken;
    }
  }
  if (reading_.stopped()) return;
  reading_.skip({line(), fmt::format("broken JSON: {}; the rest is not read", stream_.cause())});
}

bool JsonHistory::lineRow() {
  const JsonEvent event = stream_.next();
  if (event == JsonEvent::kBroken) return false;
  if (event != JsonEvent::kBeginObject) {
    stream_.refuse("no JSON object");
    return false;
  }
  const std::size_t line = stream_.line();
  if (levels_.empty()) levels_.emplace_back();
  JsonRow& row = levels_.front().row;
  row.clear();
  if (!readJsonMembers(stream_, row)) return false;
  table_.row(cellsOf(row), line);
  return true;
}

void JsonHistory::readLines() {
  while (!reading_.stopped()) {
    if (stream_.atEnd()) return;
    if (lineRow()) continue;
    if (stream_.cutOff()) {
      reading_.skip({line(), "the last line is cut off"});
      return;
    }
    reading_.skip({line(), fmt::format("broken JSON: {}", stream_.cause())});
    if (!stream_.resumeAtNextLine()) return;
  }
}

}  // namespace moe
