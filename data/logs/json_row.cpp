#include "data/logs/json_row.h"

#include <fmt/format.h>

#include <cmath>

#include "data/numbers.h"

namespace moe {
namespace {

constexpr std::size_t kMostMembers = 1 << 16;
constexpr std::size_t kLongestList = 1 << 16;

class MemberReader {
 public:
  MemberReader(JsonStream& stream, JsonRow& row, JsonRowsHandler* rows)
      : stream_(stream), row_(row), rows_(rows) {}

  bool object(const std::string& prefix) {
    for (;;) {
      const JsonEvent event = stream_.next();
      if (event != JsonEvent::kKey) return event == JsonEvent::kEndObject;
      std::string key = prefix;
      key += stream_.text();
      if (!value(stream_.next(), std::move(key))) return false;
    }
  }

 private:
  bool value(JsonEvent event, std::string key) {
    if (row_.cells().size() == kMostMembers) {
      stream_.refuse(fmt::format("an object of more than {} members; a row for each step is needed",
                                 kMostMembers));
      return false;
    }
    switch (event) {
      case JsonEvent::kBeginObject:
        return object(key + ".");
      case JsonEvent::kBeginArray:
        return array(std::move(key));
      case JsonEvent::kNumber:
        row_.add(std::move(key)).number = stream_.number();
        return true;
      case JsonEvent::kString:
        addText(std::move(key));
        return true;
      case JsonEvent::kTrue:
      case JsonEvent::kFalse:
        row_.add(std::move(key)).text = stream_.text();
        return true;
      default:
        return event == JsonEvent::kNull;
    }
  }

  void addText(std::string key) {
    JsonCell& cell = row_.add(std::move(key));
    cell.number = quotedNumber(stream_.text());
    if (!cell.number) cell.text = stream_.text();
  }

  bool array(std::string key) {
    std::string list;
    const bool rows_wanted = rows_ != nullptr && rows_->wants(key);
    for (;;) {
      switch (stream_.next()) {
        case JsonEvent::kEndArray:
          if (!list.empty()) row_.add(std::move(key)).text = list;
          return true;
        case JsonEvent::kBeginObject:
          if (!(rows_wanted ? rows_->object(stream_) : passOverJson(stream_))) return false;
          break;
        case JsonEvent::kBeginArray:
          if (!passOverJson(stream_)) return false;
          break;
        case JsonEvent::kBroken:
          return false;
        default:
          if (list.size() + stream_.text().size() > kLongestList) break;
          if (!list.empty()) list += ' ';
          list += stream_.text();
      }
    }
  }

  JsonStream& stream_;
  JsonRow& row_;
  JsonRowsHandler* rows_;
};

}  // namespace

JsonCell& JsonRow::add(std::string key) {
  if (count_ == cells_.size()) cells_.emplace_back();
  JsonCell& cell = cells_[count_++];
  cell.key = std::move(key);
  cell.number.reset();
  cell.text.clear();
  return cell;
}

bool readJsonMembers(JsonStream& stream, JsonRow& row, JsonRowsHandler* rows) {
  return MemberReader(stream, row, rows).object("");
}

bool passOverJson(JsonStream& stream) {
  const std::size_t outside = stream.depth() - 1;
  while (stream.depth() > outside) {
    if (stream.next() == JsonEvent::kBroken) return false;
  }
  return true;
}

std::optional<double> quotedNumber(std::string_view text) {
  if (text.size() > 9) return std::nullopt;  // "-Infinity"
  const std::optional<double> number = parseNumber(text);
  return number && !std::isfinite(*number) ? number : std::nullopt;
}

}  // namespace moe
