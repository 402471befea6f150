#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "app/cli/run_cli.h"
#include "tests/support/golden.h"
#include "tests/support/tolerant_text.h"

namespace moe::cli {
namespace {

constexpr std::string_view kIndent = "    ";
constexpr std::string_view kPrompt = "    $ moeplan ";

std::string runFromTheRoot(const std::vector<std::string>& args) {
  std::filesystem::current_path(MOEPLAN_SOURCE_DIR);
  std::ostringstream out;
  std::ostringstream err;
  EXPECT_EQ(runCli(args, out, err), 0) << err.str();
  return out.str();
}

std::string indented(const std::string& text) {
  std::string result;
  for (const std::string& line : test::linesOf(text)) {
    result += line.empty() ? "\n" : std::string(kIndent) + line + '\n';
  }
  return result;
}

/// The document with the output of every command line anew; `commands` counts them.
std::string withFreshOutput(const std::string& document, int& commands) {
  const std::vector<std::string> lines = test::linesOf(document);
  std::string result;
  for (std::size_t i = 0; i < lines.size();) {
    result += lines[i] + '\n';
    if (!lines[i++].starts_with(kPrompt)) continue;
    std::string command = lines[i - 1].substr(kPrompt.size());
    while (command.ends_with('\\') && i < lines.size()) {
      result += lines[i] + '\n';
      command.pop_back();
      command += lines[i++];
    }
    result += indented(runFromTheRoot(test::wordsOf(command))) + '\n';
    ++commands;
    while (i < lines.size() && (lines[i].empty() || lines[i].starts_with(kIndent)) &&
           !lines[i].starts_with(kPrompt)) {
      ++i;  // the old output
    }
  }
  return result;
}

TEST(Readme, ShowsWhatTheProgramReallyPrints) {
  const std::string file = MOEPLAN_SOURCE_DIR "/README.md";
  int commands = 0;
  const std::string written = test::fileText(file);
  const std::string fresh = withFreshOutput(written, commands);
  EXPECT_GE(commands, 1) << "no command line was found";
  test::expectAlikeFile(fresh, file);
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
