#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <string>

#include "tests/support/run_command.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tolerant_text.h"

namespace moe::cli {
namespace {

using testing::HasSubstr;

std::string wholeManual() {
  const test::Ended ended = test::runCommand("manual");
  EXPECT_EQ(ended.code, 0) << ended.err;
  return ended.out;
}

/// The part of the page below a heading, up to the next one.
std::string sectionOf(const std::string& whole, const std::string& heading) {
  const auto begin = whole.find('\n' + heading);
  if (begin == std::string::npos) return {};
  const auto end = whole.find("\n.S", begin + 1);
  return whole.substr(begin, end - begin);
}

std::string roffOption(std::string option) {
  return std::regex_replace(option, std::regex("-"), "\\-");
}

class ManualOfCommand : public testing::TestWithParam<std::string> {};

/// The page is made of the tree of options, the list that it is held against is the printed help.
TEST_P(ManualOfCommand, HasEveryOptionThatHelpLists) {
  static const std::regex kOption(R"(^  (-\w,)?(--[a-z0-9-]+))");
  const std::string section = sectionOf(wholeManual(), ".SS moeplan " + GetParam() + " ");
  ASSERT_NE(section, "");
  int options = 0;
  for (const std::string& row : test::linesOf(test::runCommand(GetParam() + " --help").out)) {
    std::smatch match;
    if (!std::regex_search(row, match, kOption)) continue;
    ++options;
    EXPECT_THAT(section, HasSubstr(roffOption(match[2])));
  }
  EXPECT_GE(options, 1);
}

std::vector<std::string> commandsOfManual() {
  std::vector<std::string> names;
  std::istringstream list(MOEPLAN_COMMANDS);
  for (std::string name; std::getline(list, name, ',');) names.push_back(name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(All, ManualOfCommand, testing::ValuesIn(commandsOfManual()),
                         [](const auto& parameter) { return parameter.param; });

TEST(Manual, TellsOfTheProgramOnce) {
  const std::string whole = wholeManual();
  EXPECT_THAT(sectionOf(whole, ".SH OPTIONS"), HasSubstr("\\-\\-catalog"));
  EXPECT_THAT(sectionOf(whole, ".SH EXAMPLES"), HasSubstr("70 our bug"));
  EXPECT_EQ(whole.find("Every command also takes"), std::string::npos);
}

TEST(Manual, KeepsQuotesAndHyphensAsTheyAreTyped) {
  // roff prints ' as a typographic quote and - as a hyphen unless they are escaped.
  EXPECT_THAT(sectionOf(wholeManual(), ".SS moeplan fit "),
              HasSubstr("\\-\\-filter \\(aqrouter=S\\-Base,Dense\\(aq"));
  for (const std::string& line : test::linesOf(wholeManual()))
    EXPECT_FALSE(line.starts_with('\'')) << line;
}

TEST(Manual, IsWrittenToAFile) {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "moeplan.1";
  EXPECT_EQ(test::runCommand({"manual", "--out", file.string()}).code, 0);
  EXPECT_THAT(test::fileText(file), HasSubstr(".TH MOEPLAN 1"));
}

TEST(CompletionScript, IsOfAShellThatIsKnown) {
  EXPECT_THAT(test::runCommand("completion bash").out, HasSubstr("complete -F _moeplan moeplan"));
  EXPECT_THAT(test::runCommand("completion zsh").out, HasSubstr("#compdef moeplan"));
  const test::Ended fish = test::runCommand("completion fish");
  EXPECT_EQ(fish.code, 2);
  EXPECT_EQ(fish.err, "moeplan: completion: 'fish' is neither bash nor zsh\n");
}

}  // namespace
}  // namespace moe::cli
