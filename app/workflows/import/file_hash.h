#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>

namespace moe {

/// SHA-256 of the first `bytes` of a file, as `sha256sum` prints it: what a log that is still being
/// written held when it was opened. Empty when it cannot be read or was stopped.
std::string sha256OfFile(const std::filesystem::path& path, std::uint64_t bytes,
                         std::stop_token stop);

}  // namespace moe
