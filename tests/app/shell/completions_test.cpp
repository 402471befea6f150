#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <regex>
#include <string>
#include <vector>

#include "data/catalog/catalog.h"
#include "tests/support/run_command.h"
#include "tests/support/tolerant_text.h"

namespace moe::cli {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;

/// The words that a shell is offered, without their help. The last of `words` is the one to
/// complete.
std::vector<std::string> offered(std::vector<std::string> words) {
  words.insert(words.begin(), "complete");
  const test::Ended ended = test::runCommand(words);
  EXPECT_EQ(ended.code, 0);
  EXPECT_EQ(ended.err, "");
  std::vector<std::string> lines;
  for (const std::string& line : test::linesOf(ended.out))
    lines.push_back(line.substr(0, line.find('\t')));
  return lines;
}

std::vector<std::string> commandsOfThisBuild() {
  std::vector<std::string> names;
  std::istringstream list(MOEPLAN_COMMANDS);
  for (std::string name; std::getline(list, name, ',');) names.push_back(name);
  return names;
}

/// What the help of a command line lists. CLI11 writes the help; the completion does not.
std::vector<std::string> optionsInHelp(const std::vector<std::string>& command) {
  static const std::regex kOption(R"(^  (-\w,)?(--[a-z0-9-]+))");
  std::vector<std::string> line = command;
  line.push_back("--help");
  std::vector<std::string> options;
  for (const std::string& row : test::linesOf(test::runCommand(line).out)) {
    std::smatch match;
    if (std::regex_search(row, match, kOption)) options.push_back(match[2]);
  }
  return options;
}

TEST(Completions, OfferEveryCommandThatHelpLists) {
  EXPECT_THAT(offered({""}), testing::UnorderedElementsAreArray(commandsOfThisBuild()));
}

TEST(Completions, OfferEveryOptionOfTheProgram) {
  const std::vector<std::string> options = optionsInHelp({});
  EXPECT_THAT(options, IsSupersetOf({"--json", "--catalog", "--version"}));
  EXPECT_THAT(offered({"--"}), testing::UnorderedElementsAreArray(options));
}

class CompletionsOfCommand : public testing::TestWithParam<std::string> {};

TEST_P(CompletionsOfCommand, OfferEveryOptionThatHelpListsAndThoseOfTheProgram) {
  const std::vector<std::string> words = offered({GetParam(), "--"});
  const std::vector<std::string> options = optionsInHelp({GetParam()});
  EXPECT_THAT(options, Contains("--help"));
  EXPECT_THAT(words, IsSupersetOf(options));
  EXPECT_THAT(words, IsSupersetOf({"--json", "--out", "--threads"}));
}

INSTANTIATE_TEST_SUITE_P(All, CompletionsOfCommand, testing::ValuesIn(commandsOfThisBuild()),
                         [](const auto& parameter) { return parameter.param; });

TEST(Completions, GoOnFromWhatIsTyped) {
  EXPECT_THAT(offered({"ca"}), ElementsAre("calibrate", "catalog"));
  EXPECT_THAT(offered({"fit", "--boot"}), ElementsAre("--bootstrap", "--bootstrap-by"));
  EXPECT_THAT(offered({"fit", "--unheard-of"}), IsEmpty());
}

TEST(Completions, FindTheCommandBehindOptionsAndTheirValues) {
  EXPECT_THAT(offered({"--json", "--out", "fit", "cost", "--conc"}), ElementsAre("--concurrency"));
}

TEST(Completions, OfferWordsThatTheHelpOfTheOptionNames) {
  EXPECT_THAT(offered({"cost", "--engine", ""}), ElementsAre("sglang", "trtllm", "vllm"));
  EXPECT_THAT(offered({"cost", "--weights", "f"}), ElementsAre("f32", "fp4", "fp8"));
  // moeplan plan does not serve f32.
  EXPECT_THAT(offered({"plan", "--weights", "f"}), ElementsAre("fp4", "fp8"));
}

TEST(Completions, UnderstandAnEqualsSignWholeAndAsBashCutsIt) {
  EXPECT_THAT(offered({"cost", "--engine=v"}), ElementsAre("--engine=vllm"));
  EXPECT_THAT(offered({"cost", "--engine", "=", "v"}), ElementsAre("vllm"));
  EXPECT_THAT(offered({"cost", "--engine", "="}), ElementsAre("sglang", "trtllm", "vllm"));
}

TEST(Completions, GoOnInListsBehindTheComma) {
  EXPECT_THAT(offered({"fit", "--law", "yun2024,ludz"}), ElementsAre("yun2024,ludziejewski2025"));
}

TEST(Completions, OfferNamesThatTheCatalogKnows) {
  const auto models = loadModels({});
  const auto hardware = loadHardware({});
  ASSERT_TRUE(models && hardware);
  const std::vector<std::string> model_words = offered({"catalog", "models", ""});
  const std::vector<std::string> hardware_words = offered({"catalog", "hardware", ""});
  EXPECT_EQ(model_words.size(), models->entries.size());
  EXPECT_EQ(hardware_words.size(), hardware->entries.size());
  for (const std::string& word : model_words) EXPECT_TRUE(findModel(*models, word)) << word;
  for (const std::string& word : hardware_words) EXPECT_TRUE(findHardware(*hardware, word)) << word;
  EXPECT_THAT(hardware_words, IsSupersetOf({"h100-sxm", "gb200", "rtx-4090"}));
  EXPECT_THAT(offered({"cost", "--model", "Mixtral-8x7"}), ElementsAre("mixtral-8x7b", ":files"));
}

TEST(Completions, LeaveFilesToTheShell) {
  EXPECT_THAT(offered({"fit", ""}), ElementsAre(":files"));
  EXPECT_THAT(offered({"fit", "a.csv", ""}), ElementsAre(":files"));
  EXPECT_THAT(offered({"fit", "--save", ""}), ElementsAre(":files"));
  EXPECT_THAT(offered({"predict", ""}), IsEmpty());
}

TEST(Completions, HaveNoNamesWhenACatalogIsBroken) {
  EXPECT_THAT(offered({"--catalog", "no-such-folder", "cost", "--model", ""}),
              ElementsAre(":files"));
}

TEST(Completions, AreNoCommandInHelp) {
  EXPECT_THAT(offered({"c"}), Not(Contains("complete")));
  const test::Ended unknown = test::runCommand("complet");
  EXPECT_EQ(unknown.err.find("complete"), std::string::npos) << unknown.err;
}

}  // namespace
}  // namespace moe::cli
