#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "app/cli/run_cli.h"
#include "data/numbers.h"
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

/// A figure of the text: "0.49", "1.87e8", "-0.29". None for words.
std::optional<double> figure(std::string word) {
  while (!word.empty() && std::string_view("(),;:%").find(word.back()) != std::string_view::npos)
    word.pop_back();
  while (!word.empty() && std::string_view("([+").find(word.front()) != std::string_view::npos)
    word.erase(0, 1);
  return parseNumber(word);
}

/// One unit in the last digit of a figure as it is written: 0.01 of "0.49", 1e7 of "1.87e9".
double lastDigit(const std::string& word) {
  const auto exponent = word.find('e');
  const auto point = word.find('.');
  const double scale = exponent == std::string::npos
                           ? 1
                           : std::pow(10, parseNumber(word.substr(exponent + 1)).value_or(0));
  if (point == std::string::npos) return scale;
  const auto end = word.find_first_not_of("0123456789", point + 1);
  const auto digits = (end == std::string::npos ? word.size() : end) - point - 1;
  return scale * std::pow(10, -static_cast<double>(digits));
}

/// The same words, and figures that agree to 3 %, to one unit in their last digit or, for the lower
/// end of an interval, to 0.1 % of the upper one: resamples and cross-validation differ by that
/// much between processors with and without AVX-512.
bool sameLine(const std::string& a, const std::string& b) {
  const std::vector<std::string> left = arguments(a);
  const std::vector<std::string> right = arguments(b);
  if (left.size() != right.size()) return false;
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (left[i] == right[i]) continue;
    const auto x = figure(left[i]);
    const auto y = figure(right[i]);
    if (!x || !y) return false;
    const bool interval = i + 2 < left.size() && left[i + 1] == "to";
    const double upper = interval ? figure(left[i + 2]).value_or(0) : 0;
    const double allowed =
        std::max({0.03 * std::abs(*x), 1.001 * lastDigit(left[i]), 0.001 * std::abs(upper)});
    if (std::abs(*x - *y) > allowed) return false;
  }
  return true;
}

TEST(Readme, ShowsWhatTheProgramReallyPrints) {
  const std::string file = MOEPLAN_SOURCE_DIR "/README.md";
  int commands = 0;
  const std::string written = test::fileText(file);
  const std::string fresh = withFreshOutput(written, commands);
  EXPECT_GE(commands, 1) << "no command line was found";
  if (test::updatesGolden()) return test::expectSameAsFile(fresh, file);
  const std::vector<std::string> expected = linesOf(written);
  const std::vector<std::string> found = linesOf(fresh);
  for (std::size_t i = 0; i < std::min(expected.size(), found.size()); ++i)
    EXPECT_TRUE(sameLine(expected[i], found[i]))
        << "README.md:" << i + 1 << " says\n"
        << expected[i] << "\nthe program prints\n"
        << found[i] << "\nif that is meant, run once with MOEPLAN_UPDATE_GOLDEN=1";
  EXPECT_EQ(expected.size(), found.size());
}

TEST(Readme, ADifferentFigureOrWordIsSeen) {
  EXPECT_TRUE(sameLine("error 0.49 %, 1.87e8", "error  0.50 %, 1.88e8"));
  EXPECT_FALSE(sameLine("error 0.49 %", "error 0.52 %"));
  EXPECT_FALSE(sameLine("error 0.49 %", "fault 0.49 %"));
  EXPECT_FALSE(sameLine("take 8 experts", "take 16 experts"));
  EXPECT_FALSE(sameLine("0.49", "0.49 more"));
}

}  // namespace
}  // namespace moe::cli
