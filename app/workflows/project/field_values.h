#pragma once

// Internal to app/workflows/project: it shows toml++.

#include <toml++/toml.h>

#include <filesystem>
#include <optional>
#include <string>

#include "app/workflows/project/question_field.h"

namespace moe {

/// Puts the value of a TOML node where the field lies. Returns what the field takes when the node
/// is of another kind ("a number"), nothing when all is well.
std::optional<std::string> readField(const toml::node& node, const FieldPlace& place, PathKind path,
                                     const std::filesystem::path& folder);

}  // namespace moe
