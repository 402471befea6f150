#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/run_command.h"

namespace moe::test {

/// A table of runs that ships with moeplan.
inline std::string shipped(const std::string& file) {
  return std::string(MOEPLAN_SOURCE_DIR) + "/data/tables/runs/" + file;
}

/// How a command line ended that is given word by word.
inline Ended runWords(const std::vector<std::string>& args) { return runCommand(args); }

/// What a command line that must end well prints with --json.
inline nlohmann::json jsonOf(std::vector<std::string> args) {
  args.push_back("--json");
  const Ended ended = runCommand(args);
  EXPECT_EQ(ended.code, 0) << ended.err;
  return nlohmann::json::parse(ended.out);
}

}  // namespace moe::test
