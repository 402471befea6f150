#pragma once

#include <filesystem>
#include <string_view>

#include "data/error.h"

namespace moe {

/// Writes a whole file or none: beside the target, then renamed over it, so that a full disk or a
/// crash leaves the old file as it was. A link is followed; a device or pipe is written directly.
/// Errors (kInput) name the path and the system's cause.
Result<void> writeFile(const std::filesystem::path& path, std::string_view content);

}  // namespace moe
