#pragma once

// Internal to the readers of JSON.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/logs/json_stream.h"

namespace moe {

/// A member of an object that is a number or a text.
struct JsonCell {
  std::string key;
  std::optional<double> number;  ///< "NaN" and "Infinity" in quotes too
  std::string text;              ///< when it is no number
};

/// The plain members of one object, nested ones with their keys joined by '.'. Null is left out.
class JsonRow {
 public:
  std::span<const JsonCell> cells() const { return {cells_.data(), count_}; }
  JsonCell& add(std::string key);
  void clear() { count_ = 0; }

 private:
  std::vector<JsonCell> cells_;  ///< used again: its texts keep their memory
  std::size_t count_ = 0;
};

/// Takes the objects of an array.
class JsonRowsHandler {
 public:
  virtual ~JsonRowsHandler() = default;
  virtual bool wants(std::string_view key) const = 0;

  /// An object whose bracket was read; reads it to its end. False when the stream broke.
  virtual bool object(JsonStream& stream) = 0;
};

/// Reads the members of an object whose bracket was read, to its end. Arrays of plain values become
/// a text with blanks between them; objects in arrays go to `rows`, or are passed over. False when
/// the stream broke; an object of more than 65 536 members breaks it.
bool readJsonMembers(JsonStream& stream, JsonRow& row, JsonRowsHandler* rows = nullptr);

/// Reads on to the end of the object or array whose bracket was read. False when the stream broke.
bool passOverJson(JsonStream& stream);

/// NaN and infinity as programs write them into JSON texts: "NaN", "Infinity", "-inf".
std::optional<double> quotedNumber(std::string_view text);

}  // namespace moe
