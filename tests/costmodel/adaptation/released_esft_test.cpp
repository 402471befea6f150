#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "costmodel/adaptation/expert_selection.h"
#include "costmodel/adaptation/routing_scores.h"
#include "costmodel/adaptation/task_overlap.h"
#include "data/readers/file_text.h"
#include "data/routing/esft_trace.h"
#include "data/routing/task_routing.h"

namespace moe {
namespace {

/// What the ESFT authors released of their tasks does not ship. MOEPLAN_ESFT_DIR names a folder
/// with expert_configs/TASK.json, expert_scores/TASK (scores and, if there, text traces) and, if
/// there, traces/TASK.ids.u8; every task in it is tried, also one that is not known here.
class ReleasedEsft : public testing::Test {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("MOEPLAN_ESFT_DIR");
    if (folder == nullptr)
      GTEST_SKIP() << "not run: MOEPLAN_ESFT_DIR names no folder with released selections";
    root = folder;
    for (const auto& entry : std::filesystem::directory_iterator(root / "expert_configs"))
      tasks.push_back(entry.path().stem().string());
    ASSERT_FALSE(tasks.empty());
  }

  EsftConfig released(const std::string& task) const {
    return readEsftConfig(root / "expert_configs" / (task + ".json"), 64).value();
  }
  ScoreTables stored(const std::string& task) const {
    return readExpertScores(root / "expert_scores" / task / "summary.json", 64).value();
  }
  /// Text beside the scores or bytes of our own; none where neither is there.
  std::optional<RoutingTrace> trace(const std::string& task) const {
    const auto text = root / "expert_scores" / task;
    const auto bytes = root / "traces" / (task + ".ids.u8");
    if (holdsEsftTrace(text)) return readEsftTrace(text, 6, 64).value();
    if (!std::filesystem::exists(bytes)) return std::nullopt;
    RoutingTrace routing = readRoutingTrace(bytes, 64).value();
    routing.layer_numbers = stored(task).token->layers;
    return routing;
  }

  std::filesystem::path root;
  std::vector<std::string> tasks;
};

int equalLayers(const EsftConfig& a, const EsftConfig& b) {
  int equal = 0;
  for (const auto& [layer, chosen] : a.experts)
    equal += b.experts.contains(layer) && b.experts.at(layer) == chosen;
  return equal;
}

TEST_F(ReleasedEsft, SelectionsFollowFromStoredScoresInAll26LayersInTheSameOrder) {
  for (const std::string& task : tasks) {
    const auto config = selectExperts(*stored(task).token, 0.2);
    ASSERT_TRUE(config) << task;
    EXPECT_EQ(equalLayers(*config, released(task)), 26) << task;
    EXPECT_EQ(*config, released(task)) << task;
  }
}

TEST_F(ReleasedEsft, SelectionsAreWrittenByteForByte) {
  for (const std::string& task : tasks) {
    const auto text = readFileBytes(root / "expert_configs" / (task + ".json"));
    EXPECT_EQ(esftConfigText(*selectExperts(*stored(task).token, 0.2)), *text) << task;
  }
}

TEST_F(ReleasedEsft, SelectionsFollowFromTracesAsWell) {
  for (const std::string& task : tasks) {
    const auto routing = trace(task);
    if (!routing) continue;
    const auto scores = expertScores(*routing, ScoreKind::kToken, {});
    ASSERT_TRUE(scores);
    EXPECT_TRUE(checkAgainstTrace(*stored(task).token, *scores)) << task;
    EXPECT_EQ(equalLayers(*selectExperts(*scores, 0.2), released(task)), 26) << task;
    const auto gates = expertScores(*routing, ScoreKind::kGate, {});
    ASSERT_TRUE(gates);
    EXPECT_TRUE(checkAgainstTrace(*stored(task).gate, *gates)) << task;
  }
}

struct ReleasedCount {
  const char* task;
  std::size_t token_experts;  ///< of the released selection
  std::int64_t gate_experts;  ///< p 0.1, counted by another program (derived_esft_selection.csv)
};

TEST_F(ReleasedEsft, SelectionsHaveAsManyExpertsAsPublished) {
  for (const ReleasedCount& row :
       {ReleasedCount{"intent", 124, 123}, ReleasedCount{"summary", 128, 193},
        ReleasedCount{"translation", 83, 77}}) {
    if (std::find(tasks.begin(), tasks.end(), row.task) == tasks.end()) continue;
    EXPECT_EQ(trainedExperts(*selectExperts(*stored(row.task).token, 0.2)), row.token_experts);
    const std::vector<double> p = {0.1};
    EXPECT_EQ(sweepThreshold(*stored(row.task).gate, p).front().experts, row.gate_experts);
  }
}

// Figure 3 of the paper: of the six experts of highest score, tasks share 0.4 to 1.5 a layer.
TEST_F(ReleasedEsft, TasksShareFewOfTheirExperts) {
  for (const std::string& a : tasks)
    for (const std::string& b : tasks) {
      if (a >= b) continue;
      const double shared = topExpertOverlap(*stored(a).token, *stored(b).token, 6);
      EXPECT_GT(shared, 0.35) << a << " " << b;
      EXPECT_LT(shared, 1.55) << a << " " << b;
    }
}

}  // namespace
}  // namespace moe
