#pragma once

#include <iosfwd>
#include <span>
#include <stop_token>
#include <string>

namespace CLI {
class App;
}

namespace moe::report {
struct ReportDrawing;
}

namespace moe::cli {

struct CommandContext;

/// What the program knows of its surroundings beyond its arguments.
struct CliSurroundings {
  std::stop_token stop = {};                       ///< requested by Ctrl-C
  bool err_is_terminal = false;                    ///< progress may rewrite its line
  const report::ReportDrawing* drawing = nullptr;  ///< what draws reports; none: nothing does
};

/// The whole program but for process and signals: `args` without the program's name in, exit code
/// out. Results go to `out`, all else to `err`.
///
/// 0 done, 1 done and the answer is no, 2 usage, 3 input, 70 our bug, 130 interrupted. Throws
/// nothing. Reads the environment variable MOEPLAN_CATALOG_DIR.
int runCli(std::span<const std::string> args, std::ostream& out, std::ostream& err,
           const CliSurroundings& surroundings = {});

/// The same with other commands: for tests of what all commands share.
using AddCommand = void (*)(CLI::App&, CommandContext&);
int runCliWith(std::span<const AddCommand> commands, std::span<const std::string> args,
               std::ostream& out, std::ostream& err, const CliSurroundings& surroundings = {});

}  // namespace moe::cli
