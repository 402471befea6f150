#include "data/routing/task_routing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/data/routing/routing_text.h"
#include "tests/support/temporary_folder.h"

namespace moe {
namespace {

using test::scoresText;
using test::sequenceLine;
using test::TemporaryFolder;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr RoutedModel kSmallModel{.top_k = 2, .experts = 4};

const std::string kSequence = sequenceLine({0, 1, 2, 1}, {0.5, 0.25, 0.5, 0.25});
const std::string kScores = scoresText({{0.25, 0.5, 0.25, 0}});  // of that sequence

std::vector<std::string> namesIn(const std::filesystem::path& path) {
  std::vector<std::string> names;
  const auto tasks = readTaskRouting(path, kSmallModel);
  EXPECT_TRUE(tasks) << describe(tasks.error());
  if (tasks)
    for (const TaskRouting& task : *tasks) names.push_back(task.name);
  return names;
}

std::string routingProblem(const std::filesystem::path& path) {
  const auto tasks = readTaskRouting(path, kSmallModel);
  return tasks ? "no problem" : tasks.error().message;
}

TEST(TaskRouting, IsAFolderOfScoresOfATraceOrOfBoth) {
  const TemporaryFolder folder;
  folder.write("scores/summary.json", kScores);
  folder.write("text/expert_weights_1.txt", kSequence);
  folder.write("both/summary.json", kScores);
  folder.write("both/expert_weights_1.txt", kSequence);
  const auto tasks = readTaskRouting(folder.path(), kSmallModel);
  ASSERT_TRUE(tasks) << describe(tasks.error());
  ASSERT_THAT(namesIn(folder.path()), ElementsAre("both", "scores", "text"));
  EXPECT_TRUE((*tasks)[0].trace && (*tasks)[0].scores.token);
  EXPECT_FALSE((*tasks)[1].trace);
  EXPECT_FALSE((*tasks)[2].scores.token);
}

TEST(TaskRouting, IsEachTraceOfAFolder) {
  const TemporaryFolder folder;
  folder.write("meta.json",
               R"({"law": {"layers": 1, "tokens": 2, "k": 2, "experts": 4},
                   "code": {"layers": 1, "tokens": 1, "k": 2, "experts": 4}})");
  folder.write("law.ids.u8", std::string("\0\1\2\1", 4));
  folder.write("law.w1e4.u16le", std::string("\x88\x13\xc4\x09\x88\x13\xc4\x09", 8));
  folder.write("code.ids.u8", "\3\1");
  const auto tasks = readTaskRouting(folder.path(), kSmallModel);
  ASSERT_TRUE(tasks) << describe(tasks.error());
  ASSERT_EQ(tasks->size(), 2u);
  EXPECT_EQ(tasks->front().name, "code");
  EXPECT_TRUE(tasks->front().trace->gates.empty());
  EXPECT_THAT(tasks->back().trace->gates, ElementsAre(0.5, 0.25, 0.5, 0.25));
}

TEST(TaskRouting, IsNamedByItsFolderOrFile) {
  const TemporaryFolder folder;
  folder.write("law/summary.json", kScores);
  EXPECT_THAT(namesIn(folder.path() / "law"), ElementsAre("law"));
  EXPECT_THAT(namesIn(folder.path() / "law" / ""), ElementsAre("law"));
  EXPECT_THAT(namesIn(folder.path() / "law" / "summary.json"), ElementsAre("law"));
  folder.write("code.csv", "layer,token,expert_1,expert_2\n0,0,1,3\n");
  EXPECT_THAT(namesIn(folder.path() / "code.csv"), ElementsAre("code"));
}

TEST(TaskRouting, MayBeASelectionOrCounts) {
  const TemporaryFolder folder;
  folder.write("configs/law.json", R"({"experts": {"1": [3, 0]}})");
  const auto tasks = readTaskRouting(folder.path() / "configs", kSmallModel);
  ASSERT_TRUE(tasks) << describe(tasks.error());
  ASSERT_TRUE(tasks->front().config);
  EXPECT_THAT(tasks->front().config->experts.at(1), ElementsAre(3, 0));
  const auto counts = readTaskRouting(
      folder.write("counts.csv", "layer,expert,tokens\n0,0,3\n0,2,1\n"), kSmallModel);
  ASSERT_TRUE(counts) << describe(counts.error());
  EXPECT_THAT(counts->front().counts->tokens, ElementsAre(ElementsAre(3, 0, 1, 0)));
}

// One task whose scores and whose trace lie in different folders.
TEST(TaskRouting, JoinsWhatIsKnownOfATask) {
  const TemporaryFolder folder;
  folder.write("expert_configs/law.json", R"({"experts": {"1": [3]}})");
  folder.write("expert_scores/law/summary.json", kScores);
  folder.write("traces/meta.json", R"({"layers": 1, "tokens": 2, "k": 2, "experts": 4})");
  folder.write("traces/law.ids.u8", std::string("\0\1\2\1", 4));
  const auto tasks = readTaskRouting(folder.path(), kSmallModel);
  ASSERT_TRUE(tasks) << describe(tasks.error());
  ASSERT_EQ(tasks->size(), 1u);
  EXPECT_TRUE(tasks->front().trace && tasks->front().scores.token);
}

TEST(TaskRouting, JoinsTokenScoresAndGateScores) {
  const TemporaryFolder folder;
  folder.write("a/law/summary.json", kScores);
  std::string gates = kScores;
  gates.replace(gates.find("token_scores"), 12, "gate_scores");
  folder.write("b/law/summary.json", gates);
  const auto tasks = readTaskRouting(folder.path(), kSmallModel);
  ASSERT_TRUE(tasks) << describe(tasks.error());
  ASSERT_EQ(tasks->size(), 1u);
  EXPECT_TRUE(tasks->front().scores.token && tasks->front().scores.gate);
  folder.write("c/law/summary.json", gates);
  EXPECT_THAT(routingProblem(folder.path()), HasSubstr("are both called law"));
}

TEST(TaskRouting, RefusesWhatSaysNothingOfRouting) {
  const TemporaryFolder folder;
  folder.write("empty/notes.md", "nothing");
  EXPECT_THAT(routingProblem(folder.path() / "empty"), HasSubstr("holds no routing"));
  EXPECT_THAT(routingProblem(folder.path() / "missing"), HasSubstr("no such file"));
  EXPECT_THAT(routingProblem(folder.write("t/expert_weights_1.txt", kSequence)),
              HasSubstr("name the folder"));
  EXPECT_EQ(routingProblem(folder.write("k.csv", "layer,token,expert_1\n0,0,1\n")),
            "has 1 experts per token, the model 2");
}

TEST(TaskRouting, RefusesTwoTasksOfOneName) {
  const TemporaryFolder folder;
  folder.write("a/law/summary.json", kScores);
  folder.write("b/law/summary.json", kScores);
  EXPECT_THAT(routingProblem(folder.path()), HasSubstr("are both called law"));
}

TEST(RoutingCounts, AreThoseOfATraceOrInProportionToTokenScores) {
  const TemporaryFolder folder;
  folder.write("text/expert_weights_1.txt", kSequence);
  const auto counted = readRoutingCounts(folder.path() / "text", kSmallModel);
  ASSERT_TRUE(counted) << describe(counted.error());
  EXPECT_THAT(counted->tokens, ElementsAre(ElementsAre(1, 2, 1, 0)));
  const auto shares = readRoutingCounts(folder.write("law/summary.json", kScores), kSmallModel);
  ASSERT_TRUE(shares) << describe(shares.error());
  EXPECT_THAT(shares->tokens, ElementsAre(ElementsAre(0.25, 0.5, 0.25, 0)));
}

TEST(RoutingCounts, AreOfOneTask) {
  const TemporaryFolder folder;
  folder.write("a/summary.json", kScores);
  folder.write("b/summary.json", kScores);
  const auto counts = readRoutingCounts(folder.path(), kSmallModel);
  ASSERT_FALSE(counts);
  EXPECT_EQ(counts.error().message, "holds 2 tasks; name the folder or file of one");
  const auto selection =
      readRoutingCounts(folder.write("c.json", R"({"experts": {"1": [0]}})"), kSmallModel);
  ASSERT_FALSE(selection);
  EXPECT_THAT(selection.error().message, HasSubstr("says nothing of how many tokens"));
}

}  // namespace
}  // namespace moe
