#pragma once

#include <string>

namespace CLI {
class App;
}

namespace moe::cli {

/// The manual page of the program in roff (man macros): every command and option of `app` with the
/// help that it has there.
std::string manualPage(const CLI::App& app, const std::string& version);

}  // namespace moe::cli
