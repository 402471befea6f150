#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/run_command.h"

namespace moe::test {

/// What a command line that must end well prints with --json.
inline nlohmann::json document(const std::string& line) {
  const Ended ended = runCommand(line + " --json");
  EXPECT_EQ(ended.code, 0) << line << "\n" << ended.err;
  return nlohmann::json::parse(ended.out);
}

/// The line ends with this code and message and prints no result.
inline void expectRefused(const std::string& line, int code, const std::string& message) {
  const Ended ended = runCommand(line);
  EXPECT_EQ(ended.code, code) << line;
  EXPECT_EQ(ended.out, "") << line;
  EXPECT_EQ(ended.err, "moeplan: " + message + "\n") << line;
}

}  // namespace moe::test
