#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "app/report/document/report_document.h"
#include "app/report/document/report_files.h"
#include "app/report/document/table_shape.h"
#include "tests/data/routing/routing_text.h"
#include "tests/support/temporary_folder.h"

namespace moe::report {
namespace {

using testing::IsEmpty;

/// Kinds of steps and of answers that the small project of the golden report lacks.
constexpr const char* kOtherKinds = R"(
[plan.life]
preset = "ludziejewski2025"
mode = "lifetime"
lifetime_tokens = 1e11
target_loss = 2.6
experts = [1, 8]
cost_preset = "probe-v2"
training_mfu = 0.4
draws = 20

[plan.front]
preset = "ludziejewski2025"
mode = "pareto"
budget_flop = 1e20
experts = [1, 8]
cost_preset = "probe-v2"
training_mfu = 0.4

[training.mixtral]
model = "mixtral-8x7b"
hardware = "h100-sxm"
devices = 256
train_tokens = 1e12
zero = 3
recompute = "full"

[adapt.lite]
model = "deepseek-v2-lite"
method = ["full", "lora", "esft-token"]
routing = "routing"
hardware = "a100-80gb"
devices = 8
adapters = 4
)";

Document documentOfOtherKinds() {
  const test::TemporaryFolder folder;
  const std::vector<double> even(64, 1.0 / 64);
  for (const char* task : {"routing/law/summary.json", "routing/code/summary.json"})
    folder.write(task, test::scoresText(std::vector<std::vector<double>>(26, even)));
  const Project project = parseProject(kOtherKinds, folder.path() / "p.toml").value();
  const auto answers = answerProject(project, folder.path());
  for (const AnsweredStep& step : answers)
    EXPECT_TRUE(step.answer) << stepId(step.step) << ": " << describe(step.answer.error());
  const EvidenceOptions nothing{.curves = false, .assumptions = false, .accuracy = false};
  const auto evidence = gatherEvidence(project, "p.toml", answers, nothing).value();
  return reportDocument({project, answers, evidence, {"moeplan", "", "", "p.toml", ""}},
                        {"answer", "plan", "cost", "adapt"});
}

TEST(StepTables, GiveEveryNumberItsUnitAndProgramsItsBits) {
  const Document document = documentOfOtherKinds();
  std::set<std::string> keys;
  eachBlock<TableBlock>(document, [&](const Section&, const TableBlock& block) {
    keys.insert(block.key);
    EXPECT_THAT(numbersWithoutUnit(block.table), IsEmpty()) << block.key;
    EXPECT_THAT(numbersAsTextAlone(block.table), IsEmpty()) << block.key;
  });
  for (const char* key :
       {"plan_life_designs", "plan_front_models", "training_mixtral_prices", "adapt_lite_methods",
        "adapt_lite_training", "adapt_lite_serving", "adapt_lite_token_layers"})
    EXPECT_TRUE(keys.contains(key)) << key;
}

}  // namespace
}  // namespace moe::report
