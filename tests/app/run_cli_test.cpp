#include "app/cli/run_cli.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <vector>

#include "app/cli/command.h"
#include "tests/support/run_command.h"
#include "tests/support/special_file.h"
#include "tests/support/temporary_folder.h"

namespace moe::cli {
namespace {

using test::Ended;
using test::fileText;
using test::TemporaryFolder;
using testing::HasSubstr;
using testing::StartsWith;

/// `echo WORD`: says the word and the options that it saw.
void addEcho(CLI::App& app, CommandContext& context) {
  CLI::App* command = app.add_subcommand("echo", "Say a word");
  auto word = std::make_shared<std::string>();
  command->add_option("word", *word, "What to say")->required();
  command->callback([&context, word] {
    const GlobalOptions& options = context.options;
    context.deliver(
        [&] {
          return *word + " " + std::to_string(options.threads) + " " +
                 std::to_string(options.seed) + " " + options.catalog_dir + "\n";
        },
        [&] { return "{\"word\": \"" + *word + "\"}\n"; }, *word == "no" ? 1 : 0);
  });
}

/// `refuse NUMBER`: refuses with that kind of error; 9 throws.
void addRefuse(CLI::App& app, CommandContext& context) {
  CLI::App* command = app.add_subcommand("refuse", "Refuse");
  auto kind = std::make_shared<int>(0);
  command->add_option("kind", *kind)->required();
  command->callback([&context, kind] {
    if (*kind == 9) throw std::logic_error("a row is missing");
    context.refuse({static_cast<ErrorKind>(*kind), "runs.csv:17", "no loss"});
  });
}

Ended runToy(const std::vector<std::string>& args) {
  constexpr std::array<AddCommand, 2> kCommands{addEcho, addRefuse};
  std::ostringstream out;
  std::ostringstream err;
  const int code = runCliWith(kCommands, args, out, err);
  return {code, out.str(), err.str()};
}

TEST(RunCli, PrintsTheResultOnStandardOutputAndNothingElse) {
  const Ended result = runToy({"echo", "hello"});
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.out, "hello 0 0 \n");
  EXPECT_EQ(result.err, "");
}

TEST(RunCli, TakesGlobalOptionsBeforeAndAfterTheCommand) {
  EXPECT_EQ(runToy({"--threads", "2", "--seed", "7", "echo", "a", "--catalog", "mine"}).out,
            "a 2 7 mine\n");
  EXPECT_EQ(runToy({"echo", "a", "--json"}).out, "{\"word\": \"a\"}\n");
  EXPECT_EQ(runToy({"--json", "echo", "a"}).out, "{\"word\": \"a\"}\n");
}

TEST(RunCli, TakesTheCatalogFromTheEnvironment) {
  ASSERT_EQ(setenv("MOEPLAN_CATALOG_DIR", "from-env", 1), 0);
  EXPECT_EQ(runToy({"echo", "a"}).out, "a 0 0 from-env\n");
  EXPECT_EQ(runToy({"echo", "a", "--catalog", "given"}).out, "a 0 0 given\n");
  ASSERT_EQ(unsetenv("MOEPLAN_CATALOG_DIR"), 0);
}

TEST(RunCli, ReturnsTheCodeOfAnAnswerThatIsNo) { EXPECT_EQ(runToy({"echo", "no"}).code, 1); }

TEST(RunCli, WritesTheResultToAFile) {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "result.txt").string();
  const Ended result = runToy({"echo", "hello", "--out", path});
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(fileText(path), "hello 0 0 \n");
}

TEST(RunCli, RefusesAnEmptyNameOfTheResult) {
  const Ended result = runToy({"echo", "hello", "--out", ""});
  EXPECT_EQ(result.code, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err, HasSubstr("--out: is empty; it must name where the result goes"));
}

// `run` has an --out of its own, for a folder.
TEST(RunCli, RefusesAnEmptyFolderOfResults) {
  const std::vector<std::string> args{"run", "no-project.toml", "--out", ""};
  std::ostringstream out;
  std::ostringstream err;
  EXPECT_EQ(runCli(args, out, err), 2);
  EXPECT_THAT(err.str(), HasSubstr("--out: is empty"));
}

TEST(RunCli, RefusesAFullDisk) {
  ASSERT_TRUE(test::mayTouchDevices());
  const Ended result = runToy({"echo", "hello", "--out", "/dev/full"});
  EXPECT_EQ(result.code, 3);
  EXPECT_EQ(result.err, "moeplan: /dev/full: cannot write: No space left on device\n");
}

TEST(RunCli, RefusesAnUnwritableFileAndLeavesNoHalfOne) {
  const TemporaryFolder folder;
  const auto file = folder.write("file", "old");  // no file can lie below a file
  const Ended result = runToy({"echo", "no", "--out", (file / "result.txt").string()});
  EXPECT_EQ(result.code, 3);
  EXPECT_THAT(result.err, HasSubstr("result.txt: cannot write: Not a directory"));
  EXPECT_EQ(folder.size(), 1u);
}

TEST(RunCli, NoticesThatStandardOutputIsFull) {
  constexpr std::array<AddCommand, 1> kCommands{addEcho};
  const std::vector<std::string> args{"echo", "hello"};
  std::ofstream out("/dev/full");
  std::ostringstream err;
  EXPECT_EQ(runCliWith(kCommands, args, out, err), 3);
  EXPECT_THAT(err.str(), HasSubstr("standard output: cannot write"));
}

TEST(RunCli, TurnsEachKindOfErrorIntoItsExitCode) {
  // DESIGN of the command line: usage 2, input 3, unanswered 3, infeasible 1, cancelled 130.
  const std::array<int, 5> codes{2, 3, 3, 1, 130};
  for (int kind = 0; kind < 5; ++kind) {
    const Ended result = runToy({"refuse", std::to_string(kind)});
    EXPECT_EQ(result.code, codes[kind]) << kind;
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(result.err, "moeplan: runs.csv:17: no loss\n");
  }
}

TEST(RunCli, DoesNotPassAnInterruptedResultForAWholeOne) {
  constexpr std::array<AddCommand, 1> kCommands{addEcho};
  const std::vector<std::string> args{"echo", "hello"};
  std::stop_source interrupt;
  interrupt.request_stop();
  std::ostringstream out;
  std::ostringstream err;
  EXPECT_EQ(runCliWith(kCommands, args, out, err, {.stop = interrupt.get_token()}), 130);
  EXPECT_EQ(out.str(), "hello 0 0 \n");
  EXPECT_EQ(err.str(), "moeplan: interrupted; the result holds only what was finished\n");
}

TEST(RunCli, CallsAnExceptionItsOwnBug) {
  const Ended result = runToy({"refuse", "9"});
  EXPECT_EQ(result.code, 70);
  EXPECT_EQ(result.err, "moeplan: this is our bug, please report it: a row is missing\n");
}

struct BadUse {
  std::vector<std::string> args;
  std::string message;
};

TEST(RunCli, RefusesBadUseWithTwoAndSaysWhy) {
  const std::vector<BadUse> cases{
      {{}, "moeplan: a command is missing; there are echo, refuse\n"},
      {{"ehco"}, "moeplan: unknown command 'ehco'; did you mean echo or refuse?\n"},
      {{"--bogus"}, "moeplan: unknown option --bogus\n"},
      {{"echo"}, "moeplan echo: word is required\n"},
      {{"echo", "a", "--bogus"},
       "moeplan echo: The following argument was not expected: --bogus\n"},
      {{"echo", "a", "--threads", "-1"},
       "moeplan echo: --threads: Value -1 not in range 0 to 4096\n"},
      {{"echo", "a", "--threads", "x"},
       "moeplan echo: --threads: Value x not in range 0 to 4096\n"},
      {{"echo", "a", "--seed", "-3"}, "moeplan echo: --seed: -3 is negative\n"},
      {{"echo", "a", "--out"}, "moeplan echo: --out: 1 required FILE missing\n"},
  };
  for (const BadUse& use : cases) {
    const Ended result = runToy(use.args);
    EXPECT_EQ(result.code, 2);
    EXPECT_EQ(result.out, "");
    EXPECT_THAT(result.err, StartsWith(use.message));
    EXPECT_THAT(result.err, HasSubstr("--help.\n"));
  }
}

TEST(RunCli, PrintsItsVersion) {
  const Ended result = runToy({"--version"});
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.out, StartsWith("moeplan 0.1.0\n"));
}

TEST(RunCli, TellsEveryCommandOfTheGlobalOptions) {
  const Ended result = runToy({"echo", "--help"});
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.out, HasSubstr("Every command also takes --json"));
}

}  // namespace
}  // namespace moe::cli
