#include "app/cli/run_cli.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <exception>
#include <ostream>
#include <vector>

#include "app/cli/command.h"
#include "app/cli/shell/completions.h"
#include "app/cli/shell/shell_commands.h"
#include "app/report/version_report.h"
#include "data/nearest_name.h"

namespace moe::cli {
namespace {

constexpr int kUsage = 2;
constexpr int kOurBug = 70;
constexpr int kInterrupted = 130;

constexpr const char* kProgramDescription =
    "Plans Mixture-of-Experts language models: which size, how many experts and how many training\n"
    "tokens give a good loss that is cheap to serve, and how sure that is.\n";

constexpr const char* kProgramExamples = R"(Examples:
  moeplan fit runs.csv --law yun2024 --save law.json
      Fit a loss law to a table of training runs.
  moeplan plan --law-file law.json --mode min-cost --budget-flop 1e21 --experts 1,4,8,16,32
               --base-experts 4 --hardware a100-40gb --max-devices 8
               --prompt-tokens 161 --output-tokens 338
      Which configurations reach the loss of 4 experts, and serve at the least cost?
  moeplan cost --model Mixtral-8x7B --hardware h100-sxm --devices 2
               --prompt-tokens 512 --output-tokens 256
      What does a token cost, and what limits it?

Exit codes: 0 done; 1 done, the answer is no; 2 usage; 3 input; 70 our bug; 130 interrupted.)";

constexpr const char* kCommandFooter =
    "\n\nEvery command also takes --json, --out FILE, --quiet, --threads N, --seed S and\n"
    "--catalog DIR: see moeplan --help.";

/// CLI11 2.1 reads "-3" as an unsigned number near 2^64.
std::string notNegative(std::string& text) {
  return text.starts_with('-') ? text + " is negative" : "";
}

/// An unset shell variable must not pass for an option that was not given.
std::string namesAFile(std::string& text) {
  return text.empty() ? "is empty; it must name where the result goes" : "";
}

/// The global --out, and those of commands that have their own.
void refuseEmptyOut(CLI::App& app) {
  if (CLI::Option* out = app.get_option_no_throw("--out"))
    out->check(CLI::Validator(namesAFile, ""));
}

void addGlobalOptions(CLI::App& app, GlobalOptions& options) {
  app.add_flag("--json", options.json, "Print one JSON document instead of text");
  app.add_option("--out", options.out, "Write the result to this file instead of standard output")
      ->type_name("FILE");
  app.add_flag("--quiet", options.quiet, "No progress on standard error");
  app.add_flag("--no-timing", options.no_timing,
               "Leave timing_s empty in JSON, so that equal questions give equal bytes");
  app.add_option("--threads", options.threads, "Threads to use; 0: as many as the machine has")
      ->type_name("N")
      ->check(CLI::Range(0, 4096).description(""));
  app.add_option("--seed", options.seed,
                 "Seed of everything random, 0 unless given; equal seeds, equal results")
      ->type_name("S")
      ->check(CLI::Validator(notNegative, ""));
  app.add_option("--catalog", options.catalog_dir,
                 "Folder with models.toml and hardware.toml of your own")
      ->type_name("DIR")
      ->envname("MOEPLAN_CATALOG_DIR");
}

/// In the order of the help.
constexpr std::array<AddCommand, 16> kCommands{
    addImportCommand,    addFitCommand,    addCompareCommand,  addPredictCommand,
    addOptimumCommand,   addCostCommand,   addAccountCommand,  addPlanCommand,
    addAdaptCommand,     addRunCommand,    addReportCommand,   addMergeCommand,
    addCalibrateCommand, addVerifyCommand, addValidateCommand, addCatalogCommand};

std::vector<CLI::App*> commands(CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

std::vector<std::string> commandNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : shownCommands(app)) names.push_back(command->get_name());
  return names;
}

/// Called when all arguments are known, --json among them.
std::string versionAnswer(const CLI::App& app) {
  const ProgramVersion program = programVersion();
  return app["--json"]->count() > 0 ? report::versionJson(program) : report::versionText(program);
}

void setUp(CLI::App& app, CommandContext& context, std::span<const AddCommand> add_commands) {
  app.name("moeplan");
  app.description(kProgramDescription);
  app.footer(kProgramExamples);
  app.set_version_flag(
      "--version", [&app] { return versionAnswer(app); }, "Print the version and exit");
  app.fallthrough();  // global options before or after the command
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);
  app.get_formatter()->label("SUBCOMMAND", "COMMAND");
  addGlobalOptions(app, context.options);
  for (const AddCommand add : add_commands) add(app, context);
  refuseEmptyOut(app);
  for (CLI::App* command : commands(app)) {
    refuseEmptyOut(*command);
    command->group("Commands");
    command->footer(command->get_footer() + kCommandFooter);
  }
  addShellCommands(app, context);
}

/// CLI11 asks for a command or calls its name unexpected; this says which one was meant.
std::string usageMessage(CLI::App& app, const CLI::ParseError& error) {
  if (!app.get_subcommands().empty()) return error.what();
  const std::vector<std::string> names = commandNames(app);
  const std::vector<std::string> left = app.remaining();
  const auto word = std::find_if(left.begin(), left.end(),
                                 [](const std::string& text) { return !text.starts_with('-'); });
  if (word != left.end()) {
    return fmt::format("unknown command '{}'; {}", *word, didYouMean(*word, names));
  }
  if (!left.empty()) return fmt::format("unknown option {}", left.front());
  if (dynamic_cast<const CLI::RequiredError*>(&error) == nullptr) return error.what();
  return fmt::format("a command is missing; there are {}", fmt::join(names, ", "));
}

/// Help and version go to `out` with exit code 0, anything else to `err` with 2.
int endOfParsing(CLI::App& app, const CLI::ParseError& error, std::ostream& out,
                 std::ostream& err) {
  if (error.get_exit_code() == 0) return app.exit(error, out, err);
  const std::vector<CLI::App*> chosen = app.get_subcommands();
  const std::string name = chosen.empty() ? "moeplan" : "moeplan " + chosen.front()->get_name();
  err << fmt::format("{}: {}\nSee {} --help.\n", name, usageMessage(app, error), name);
  return kUsage;
}

/// Whatever a command delivers after Ctrl-C may be cut short: it must not pass for whole.
int endOfCommand(const CommandContext& context) {
  const bool delivered = context.exit_code == 0 || context.exit_code == 1;
  if (!delivered || !context.stop.stop_requested()) return context.exit_code;
  context.err << "moeplan: interrupted; the result holds only what was finished\n";
  return kInterrupted;
}

int parseAndRun(std::span<const AddCommand> add_commands, std::span<const std::string> args,
                std::ostream& out, std::ostream& err, const CliSurroundings& surroundings) {
  CommandContext context{.out = out, .err = err, .options = {}};
  context.progress_to_terminal = surroundings.err_is_terminal;
  context.stop = surroundings.stop;
  context.words.assign(args.begin(), args.end());
  context.drawing = surroundings.drawing;
  CLI::App app;
  setUp(app, context, add_commands);
  if (const auto answer = answerCompletion(app, args)) {
    out << *answer << std::flush;
    return 0;
  }
  try {
    app.parse(std::vector<std::string>(args.rbegin(), args.rend()));  // CLI11 takes the last first
  } catch (const CLI::ParseError& error) {
    return endOfParsing(app, error, out, err);
  }
  return endOfCommand(context);
}

}  // namespace

int runCliWith(std::span<const AddCommand> commands, std::span<const std::string> args,
               std::ostream& out, std::ostream& err, const CliSurroundings& surroundings) {
  try {
    return parseAndRun(commands, args, out, err, surroundings);
  } catch (const std::exception& error) {
    err << fmt::format("moeplan: this is our bug, please report it: {}\n", error.what());
  } catch (...) {
    err << "moeplan: this is our bug, please report it: an unknown exception\n";
  }
  return kOurBug;
}

int runCli(std::span<const std::string> args, std::ostream& out, std::ostream& err,
           const CliSurroundings& surroundings) {
  return runCliWith(kCommands, args, out, err, surroundings);
}

}  // namespace moe::cli
