#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "data/error.h"
#include "data/progress.h"

namespace CLI {
class App;
}

namespace moe {
struct ModelQuestion;
}

namespace moe::report {
struct ReportDrawing;
}

namespace moe::cli {

class ProgressLine;

/// Options that every command has.
struct GlobalOptions {
  bool json = false;
  bool quiet = false;
  bool no_timing = false;  ///< documents say nothing that differs from run to run
  std::string out;         ///< file for the result instead of standard output
  int threads = 0;         ///< 0: as many as the machine has
  std::uint64_t seed = 0;
  std::string catalog_dir;
};

/// Everything a command sees of the outside. No globals.
struct CommandContext {
  std::ostream& out;
  std::ostream& err;
  GlobalOptions options;
  std::vector<std::string> words = {};  ///< the command line without the program's name
  int exit_code = 0;
  bool progress_to_terminal = false;
  std::stop_token stop = {};  ///< Ctrl-C; hand it to the workflow
  std::shared_ptr<ProgressLine> progress_line = nullptr;
  const report::ReportDrawing* drawing = nullptr;  ///< of the program; none: nothing is drawn

  /// Progress on stderr for what lasts over a second; silent with --quiet. The context must
  /// outlive the sink.
  ProgressSink progress();

  /// Sets the exit code and prints the error on stderr as one line: 2 usage, 3 input or a question
  /// without an answer, 1 infeasible, 130 cancelled.
  void refuse(const Error& error);

  /// Delivers a result: `json()` with --json, else `text()`, to stdout or to --out (written beside
  /// and renamed). Only the one that is asked for is made. What cannot be written is refused.
  void deliver(const std::function<std::string()>& text, const std::function<std::string()>& json,
               int code = 0);
};

/// --granularity, --top-k, --unique-tokens and --precision-bits, for laws that have them.
void addModelOptions(CLI::App& command, ModelQuestion& model);

/// Each registers one subcommand whose callback runs one workflow and delivers one report.
void addImportCommand(CLI::App& app, CommandContext& context);
void addFitCommand(CLI::App& app, CommandContext& context);
void addCompareCommand(CLI::App& app, CommandContext& context);
void addPredictCommand(CLI::App& app, CommandContext& context);
void addOptimumCommand(CLI::App& app, CommandContext& context);
void addCostCommand(CLI::App& app, CommandContext& context);
void addAccountCommand(CLI::App& app, CommandContext& context);
void addPlanCommand(CLI::App& app, CommandContext& context);
void addAdaptCommand(CLI::App& app, CommandContext& context);
void addRunCommand(CLI::App& app, CommandContext& context);
void addMergeCommand(CLI::App& app, CommandContext& context);
void addReportCommand(CLI::App& app, CommandContext& context);
void addCalibrateCommand(CLI::App& app, CommandContext& context);
void addVerifyCommand(CLI::App& app, CommandContext& context);
void addValidateCommand(CLI::App& app, CommandContext& context);
void addCatalogCommand(CLI::App& app, CommandContext& context);

}  // namespace moe::cli
