#pragma once

#include <filesystem>
#include <string>

#include "data/error.h"
#include "fitting/laws/law.h"

namespace moe {

/// A law as a JSON document (schema moeplan.law/1) with its posterior sample, and back. Doubles
/// keep every bit.
std::string lawToJson(const Law& law);
Result<Law> lawFromJson(std::string_view text, const std::string& where);
Result<Law> readLawFile(const std::filesystem::path& path);

}  // namespace moe
