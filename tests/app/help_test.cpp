#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "app/cli/run_cli.h"
#include "tests/support/golden.h"

namespace moe::cli {
namespace {

/// Help is a contract: every change shows as a difference to tests/golden/help, whose README says
/// how the files are made.
void expectHelp(const std::vector<std::string>& args, const std::string& name) {
  std::ostringstream out;
  std::ostringstream err;
  EXPECT_EQ(runCli(args, out, err), 0);
  EXPECT_EQ(err.str(), "");
  test::expectSameAsFile(out.str(), MOEPLAN_SOURCE_DIR "/tests/golden/help/" + name + ".txt");
}

/// The commands of this build, as app/CMakeLists.txt lists them.
std::vector<std::string> commands() {
  std::vector<std::string> names;
  std::istringstream list(MOEPLAN_COMMANDS);
  for (std::string name; std::getline(list, name, ',');) names.push_back(name);
  return names;
}

TEST(Help, OfTheProgramIsAsWritten) { expectHelp({"--help"}, "moeplan"); }

class HelpOfCommand : public testing::TestWithParam<std::string> {};

TEST_P(HelpOfCommand, IsAsWritten) { expectHelp({GetParam(), "--help"}, GetParam()); }

TEST_P(HelpOfCommand, HasExamples) {
  std::ostringstream out;
  std::ostringstream err;
  const std::vector<std::string> args{GetParam(), "--help"};
  EXPECT_EQ(runCli(args, out, err), 0);
  EXPECT_NE(out.str().find("moeplan " + GetParam() + " "), std::string::npos) << out.str();
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(HelpOfCommand);
INSTANTIATE_TEST_SUITE_P(All, HelpOfCommand, testing::ValuesIn(commands()),
                         [](const auto& parameter) { return parameter.param; });

}  // namespace
}  // namespace moe::cli
