#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "data/error.h"
#include "data/units.h"

// Only .cpp files of app/report include this header: JSON is no part of any contract.

namespace moe {
struct Extrapolation;
struct Range;
}  // namespace moe

namespace moe::report {

/// Keys keep the order in which they are written.
using Json = nlohmann::ordered_json;

/// What every `--json` document has around its results.
struct DocumentHead {
  std::string schema;   ///< "moeplan.fit/1"
  std::string command;  ///< "fit"
  Json inputs = Json::object();
  std::vector<std::string> sources = {};  ///< files, presets, catalog entries with their citation
  std::vector<Warning> warnings = {};
  Seconds timing = {};
};

/// A number in full precision; null when there is none or it is not finite.
Json jsonNumber(double value);
Json jsonNumber(const std::optional<double>& value);
template <int... Dimensions>
Json jsonNumber(const std::optional<Quantity<Dimensions...>>& quantity) {
  return quantity ? jsonNumber(quantity->value()) : Json(nullptr);
}
Json jsonNumbers(const std::vector<double>& values);

/// [low, high]; null when there is none.
Json jsonInterval(double low, double high);
Json jsonInterval(const std::optional<Range>& range);

/// "extrapolation_decades", the largest over the law's variables, and
/// "extrapolation_decades_by_variable".
void addExtrapolation(const Extrapolation& extrapolation, Json& json);

/// {"schema", "command", "inputs", ...results, "sources", "warnings", "timing_s"}, indented, with
/// a newline at the end. `results` is an object without keys of the head. Bytes that are no UTF-8
/// (a run_id from a Latin-1 file) become U+FFFD.
std::string documentText(const DocumentHead& head, const Json& results);

}  // namespace moe::report
