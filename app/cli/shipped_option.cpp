#include "app/cli/shipped_option.h"

#include <CLI/CLI.hpp>

#include "app/workflows/shipped_tables.h"

namespace moe::cli {

void mayBeShipped(CLI::Option* option) {
  option->transform(CLI::Validator(
      [](std::string& file) {
        file = findShipped(file, shippedTables());
        return std::string();
      },
      ""));
}

}  // namespace moe::cli
