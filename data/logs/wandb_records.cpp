#include "data/logs/wandb_records.h"

#include <fmt/format.h>

#include "data/logs/json_row.h"
#include "data/logs/json_settings.h"
#include "data/logs/wire_format.h"
#include "data/numbers.h"

namespace moe {
namespace {

/// A JSON value that is a number, also one in quotes ("NaN").
std::optional<double> jsonNumber(std::string_view json) {
  if (const std::optional<double> number = parseNumber(json)) return number;
  if (json.size() < 2 || json.front() != '"' || json.back() != '"') return std::nullopt;
  return quotedNumber(json.substr(1, json.size() - 2));
}

/// A plain JSON value as it is shown: a text without its quotes.
std::string jsonPlainText(std::string_view json) {
  ByteWindow window(json);
  JsonStream stream(window);
  return stream.next() == JsonEvent::kString ? std::string(stream.text()) : std::string(json);
}

constexpr std::size_t kMostWandbKeys = 1 << 16;

}  // namespace

/// HistoryItem, ConfigItem and SummaryItem are written alike.
bool WandbDecoder::readItem(std::string_view message, Item& item) {
  WireReader field(message);
  while (field.next()) {
    if (field.is(1, WireReader::kBytes)) item.key = field.bytes();
    if (field.is(2, WireReader::kBytes)) {
      if (!item.key.empty()) item.key += '.';
      item.key += field.bytes();
    }
    if (field.is(16, WireReader::kBytes)) item.json = field.bytes();
  }
  return !field.broken();
}

void WandbDecoder::addObject(const Item& item) {
  ByteWindow window(item.json);
  JsonStream stream(window);
  JsonRow row;
  if (stream.next() != JsonEvent::kBeginObject || !readJsonMembers(stream, row)) return;
  for (const JsonCell& cell : row.cells()) {
    if (cell.key == "_type") return;
  }
  for (const JsonCell& cell : row.cells()) {
    if (!cell.number || names_.size() == kMostWandbKeys) continue;
    values_.push_back(
        {names_.emplace_back(fmt::format("{}.{}", item.key, cell.key)), *cell.number});
  }
}

void WandbDecoder::addHistoryItem(const Item& item, LogRecord& record) {
  const std::optional<double> number = jsonNumber(item.json);
  if (item.key == "_step") {
    if (number) record.step = number;
  } else if (item.key == "_timestamp") {
    record.wall_time_s = number;
  } else if (number) {
    if (names_.size() < kMostWandbKeys) values_.push_back({names_.emplace_back(item.key), *number});
  } else if (item.json.starts_with('{')) {
    addObject(item);
  }
}

bool WandbDecoder::history(std::string_view message, std::size_t place) {
  LogRecord record{{}, std::nullopt, place, std::nullopt};
  values_.clear();
  names_.clear();
  WireReader field(message);
  while (field.next()) {
    if (field.is(1, WireReader::kBytes)) {
      Item item;
      if (!readItem(field.bytes(), item)) return false;
      addHistoryItem(item, record);
    }
    if (!field.is(2, WireReader::kBytes)) continue;
    record.step = 0;  // proto3 does not write a step of 0
    for (WireReader step(field.bytes()); step.next();) {
      if (step.is(1, WireReader::kVarint)) record.step = static_cast<double>(step.signedVarint());
    }
  }
  if (field.broken()) return false;
  record.values = values_;
  if (!values_.empty()) sink_.record(record);
  return true;
}

/// The `update` items of a ConfigRecord or SummaryRecord; "_wandb" holds W&B's own notes.
bool WandbDecoder::settings(std::string_view items, std::string_view prefix, std::size_t place) {
  WireReader field(items);
  while (field.next()) {
    if (!field.is(1, WireReader::kBytes)) continue;
    Item item;
    if (!readItem(field.bytes(), item)) return false;
    if (item.key.empty() || item.key == "_wandb" || item.key.starts_with("_wandb.")) continue;
    const std::string key = std::string(prefix) + item.key;
    if (handJsonSettingsOn(key, item.json, place, sink_)) continue;
    sink_.setting({key, jsonPlainText(item.json), place});
  }
  return !field.broken();
}

bool WandbDecoder::run(std::string_view message, std::size_t place) {
  WireReader field(message);
  while (field.next()) {
    if (field.type() != WireReader::kBytes) continue;
    switch (field.number()) {
      case 1:
        sink_.run(field.bytes());
        sink_.setting({"run_id", field.bytes(), place});
        break;
      case 3:
        sink_.setting({"project", field.bytes(), place});
        break;
      case 4:
        if (!settings(field.bytes(), "", place)) return false;
        break;
      case 5:
        if (!settings(field.bytes(), "summary.", place)) return false;
        break;
      case 6:
        sink_.setting({"run_group", field.bytes(), place});
        break;
      case 8:
        sink_.setting({"display_name", field.bytes(), place});
        break;
      default:
        break;
    }
  }
  return !field.broken();
}

bool WandbDecoder::decode(std::string_view record, std::size_t place) {
  WireReader field(record);
  while (field.next()) {
    if (field.type() != WireReader::kBytes) continue;
    bool sound = true;
    if (field.number() == 2) sound = history(field.bytes(), place);
    if (field.number() == 3) sound = settings(field.bytes(), "summary.", place);
    if (field.number() == 5) sound = settings(field.bytes(), "", place);
    if (field.number() == 17) sound = run(field.bytes(), place);
    if (field.number() == 18) {
      std::uint64_t code = 0;
      for (WireReader exit(field.bytes()); exit.next();) {
        if (exit.is(1, WireReader::kVarint)) code = exit.varint();
      }
      sink_.setting({"exit_code", fmt::format("{}", static_cast<std::int32_t>(code)), place});
    }
    if (!sound) return false;
  }
  return !field.broken();
}

}  // namespace moe
