#pragma once

#include <string>
#include <vector>

#include "data/error.h"

namespace moe::cli {

/// Numbers and ranges as they stand on a command line: "1", "4..32" (4, 8, 16, 32: doubled up to
/// the end). A usage error names `option` and the text.
Result<std::vector<double>> numberList(const std::vector<std::string>& texts, const char* option);

}  // namespace moe::cli
