#pragma once

// Internal to the JSON readers.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/readers/raw_table.h"

namespace moe {

enum class JsonKind { kObject, kArray, kKey, kString, kBare, kNull };

/// One step of a JSON text. An object is followed by key, value, key, value, ...; an array by its
/// values; `next` is the index behind the whole value.
struct JsonToken {
  JsonKind kind = JsonKind::kNull;
  std::string_view text;  ///< of a key, a string, a number as it was written, true or false
  std::uint32_t line = 0;
  std::uint32_t next = 0;
};

/// A JSON text as a flat list: the first token is the whole document.
using JsonTape = std::vector<JsonToken>;

struct JsonProblem {
  std::size_t line = 0;
  std::string cause;
};

/// Reads one JSON text whose first line has this number. Strings are kept in `store`. Nesting
/// deeper than 64 is refused. False with the problem when the text is broken.
bool readTape(std::string_view text, std::size_t first_line, TextStore& store, JsonTape& tape,
              JsonProblem& problem);

/// A value as compact JSON text; a lone string without quotes.
std::string compactText(const JsonTape& tape, std::size_t value);

}  // namespace moe
