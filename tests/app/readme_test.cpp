#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "app/cli/run_cli.h"
#include "tests/support/golden.h"
#include "tests/support/tolerant_text.h"

namespace moe::cli {
namespace {

constexpr std::string_view kIndent = "    ";
constexpr std::string_view kPrompt = "    $ moeplan ";
const std::string kReadme = MOEPLAN_SOURCE_DIR "/README.md";

/// A command line of the README and what stands below it, indented.
struct ShownCommand {
  std::string prompt;  ///< the lines of the command, up to the output
  std::string command;
  std::string output;
  std::string after;  ///< the text up to the next command
};

bool isOutput(const std::string& line) {
  return line.empty() || (line.starts_with(kIndent) && !line.starts_with(kPrompt));
}

/// The README in pieces; the first has no command and holds what precedes them all.
std::vector<ShownCommand> piecesOf(const std::string& document) {
  std::vector<ShownCommand> pieces(1);
  const std::vector<std::string> lines = test::linesOf(document);
  for (std::size_t i = 0; i < lines.size();) {
    if (!lines[i].starts_with(kPrompt)) {
      pieces.back().after += lines[i++] + '\n';
      continue;
    }
    ShownCommand& piece = pieces.emplace_back();
    piece.prompt = lines[i] + '\n';
    piece.command = lines[i++].substr(kPrompt.size());
    while (piece.command.ends_with('\\') && i < lines.size()) {
      piece.prompt += lines[i] + '\n';
      piece.command.pop_back();
      piece.command += lines[i++];
    }
    while (i < lines.size() && isOutput(lines[i])) piece.output += lines[i++] + '\n';
  }
  return pieces;
}

/// What the program prints when it is run from the root, indented as in the README.
std::string freshOutput(const ShownCommand& shown) {
  std::filesystem::current_path(MOEPLAN_SOURCE_DIR);
  std::ostringstream out;
  std::ostringstream err;
  EXPECT_EQ(runCli(test::wordsOf(shown.command), out, err), 0) << err.str();
  std::string result;
  for (const std::string& line : test::linesOf(out.str()))
    result += line.empty() ? "\n" : std::string(kIndent) + line + '\n';
  return result + '\n';
}

std::vector<ShownCommand> shownCommands() {
  std::vector<ShownCommand> pieces = piecesOf(test::fileText(kReadme));
  pieces.erase(pieces.begin());
  return pieces;
}

// One ctest for each command line, because each takes long under the sanitizers.
class ReadmeCommand : public testing::TestWithParam<ShownCommand> {};

TEST_P(ReadmeCommand, PrintsWhatIsShown) {
  if (test::updatesGolden()) GTEST_SKIP() << "Readme writes the file";
  test::expectAlikeText(freshOutput(GetParam()), GetParam().output,
                        kReadme + ", below $ moeplan " + GetParam().command);
}

/// "fit_1", "compare_2".
std::string commandName(const testing::TestParamInfo<ShownCommand>& row) {
  return test::wordsOf(row.param.command).front() + "_" + std::to_string(row.index + 1);
}

INSTANTIATE_TEST_SUITE_P(Shown, ReadmeCommand, testing::ValuesIn(shownCommands()), commandName);

TEST(Readme, ShowsCommandsInPiecesThatMakeUpTheFile) {
  std::string whole;
  const std::vector<ShownCommand> pieces = piecesOf(test::fileText(kReadme));
  EXPECT_GE(pieces.size(), 2u) << "no command line was found";
  const bool anew = test::updatesGolden();
  for (const ShownCommand& piece : pieces)
    whole += piece.prompt + (anew && !piece.command.empty() ? freshOutput(piece) : piece.output) +
             piece.after;
  test::expectSameAsFile(whole, kReadme);
}

TEST(Readme, ADifferentFigureOrWordIsSeen) {
  EXPECT_TRUE(test::sameLine("error 0.49 %, 1.87e8", "error  0.50 %, 1.88e8"));
  EXPECT_FALSE(test::sameLine("error 0.49 %", "error 0.52 %"));
  EXPECT_FALSE(test::sameLine("error 0.49 %", "fault 0.49 %"));
  EXPECT_FALSE(test::sameLine("take 8 experts", "take 16 experts"));
  EXPECT_FALSE(test::sameLine("0.49", "0.49 more"));
}

}  // namespace
}  // namespace moe::cli
