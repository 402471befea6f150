#pragma once

namespace CLI {
class Option;
}

namespace moe::cli {

/// Lets the files that an option reads be written as in the documentation, data/tables/...,
/// wherever the program is installed (app/workflows/shipped_tables.h).
void mayBeShipped(CLI::Option* option);

}  // namespace moe::cli
