#pragma once

#include <filesystem>
#include <string>

#include "data/error.h"

namespace moe {

/// What a file holds, decompressed.
struct FileText {
  std::string text;
  bool gzip = false;
};

/// Reads a whole file as it is. Errors (kInput): missing, a directory, not readable.
Result<std::string> readFileBytes(const std::filesystem::path& path);

/// Reads a whole file; content that starts with the bytes 1f 8b is decompressed, whatever the file
/// is called (several gzip members in a row are one text). A UTF-8 byte order mark is dropped.
/// Errors (kInput): missing, a directory, not readable, empty, damaged gzip, not text.
Result<FileText> readFileText(const std::filesystem::path& path);

}  // namespace moe
