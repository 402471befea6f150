#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "app/cli/run_cli.h"
#include "tests/support/golden.h"

namespace moe::cli {
namespace {

constexpr std::string_view kIndent = "    ";
constexpr std::string_view kPrompt = "    $ moeplan ";

std::vector<std::string> linesOf(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// Words of a command line without quotes.
std::vector<std::string> arguments(const std::string& command) {
  std::vector<std::string> words;
  std::istringstream stream(command);
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

std::string runFromTheRoot(const std::vector<std::string>& args) {
  std::filesystem::current_path(MOEPLAN_SOURCE_DIR);
  std::ostringstream out;
  std::ostringstream err;
  EXPECT_EQ(runCli(args, out, err), 0) << err.str();
  return out.str();
}

std::string indented(const std::string& text) {
  std::string result;
  for (const std::string& line : linesOf(text)) {
    result += line.empty() ? "\n" : std::string(kIndent) + line + '\n';
  }
  return result;
}

/// The document with the output of every command line anew; `commands` counts them.
std::string withFreshOutput(const std::string& document, int& commands) {
  const std::vector<std::string> lines = linesOf(document);
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
    result += indented(runFromTheRoot(arguments(command))) + '\n';
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
  const std::string fresh = withFreshOutput(test::fileText(file), commands);
  EXPECT_GE(commands, 1) << "no command line was found";
  test::expectSameAsFile(fresh, file);
}

}  // namespace
}  // namespace moe::cli
