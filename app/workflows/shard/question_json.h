#pragma once

// Internal to app/workflows/shard: it shows nlohmann.

#include <nlohmann/json.hpp>
#include <string>

#include "app/workflows/shard/shard.h"

namespace moe {

/// A number in full precision; one that is not finite as text.
nlohmann::ordered_json numberJson(double value);
std::optional<double> numberOfJson(const nlohmann::ordered_json& json);

/// Every key of the question with its value, whether it is the usual one or not, in a fixed order:
/// equal questions are equal texts. Threads and files to write are no part of it.
nlohmann::ordered_json questionJson(const SplitQuestion& question);

/// The question again; none where a key is missing, unknown or of another kind.
std::optional<SplitQuestion> questionOfJson(const nlohmann::ordered_json& json);

}  // namespace moe
