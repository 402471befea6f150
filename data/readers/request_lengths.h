#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/error.h"

namespace moe {

/// What one request brought and got.
struct RequestLength {
  double prompt_tokens = 0;
  double output_tokens = 0;
};

struct RequestLengths {
  std::string source;  ///< the file
  std::vector<RequestLength> requests;
};

/// Reads a CSV with columns prompt_tokens and output_tokens, one request a row; other columns are
/// not looked at. Errors (kInput) name file, line, column and value: a length that is not a whole
/// number from 1, no rows, a missing column.
Result<RequestLengths> readRequestLengths(const std::filesystem::path& path);

}  // namespace moe
