#pragma once

#include <sstream>
#include <string>
#include <vector>

#include "app/cli/run_cli.h"

namespace moe::test {

/// How a command line ended.
struct Ended {
  int code = 0;
  std::string out;
  std::string err;
};

inline Ended runCommand(const std::vector<std::string>& args) {
  std::ostringstream out;
  std::ostringstream err;
  const int code = cli::runCli(args, out, err);
  return {code, out.str(), err.str()};
}

/// The same for a line whose words have no blanks in them.
inline Ended runCommand(const std::string& line) {
  std::istringstream words(line);
  std::vector<std::string> args;
  for (std::string word; words >> word;) args.push_back(word);
  return runCommand(args);
}

}  // namespace moe::test
