#include "costmodel/adaptation/adapted_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/costmodel/adaptation/adapted_fixture.h"

namespace moe {
namespace {

using test::esftOf;
using test::settingsOf;
using test::t5Xl;
using test::targets;
using test::trainedBy;
using testing::HasSubstr;

const ModelArchitecture& lite() {
  static const ModelArchitecture model = test::architecture("DeepSeek-V2-Lite");
  return model;
}

// Every catalog model's matrices add up to its counted parameters, or the model is refused.
TEST(ModelBlocks, HoldAllParametersOfAttentionAndFeedForwardLayers) {
  int counted = 0;
  for (const ModelEntry& entry : test::catalog().entries) {
    const auto model = architectureOf(entry);
    if (!model) continue;
    const auto blocks = modelBlocks(*model);
    if (!blocks) {
      EXPECT_EQ(blocks.error().kind, ErrorKind::kUnanswered) << entry.name;
      continue;
    }
    std::int64_t sum = 0;
    for (const ModelBlock& block : *blocks)
      for (const WeightMatrix& matrix : block.matrices) sum += matrix.params();
    const ParameterCount& params = model->params;
    EXPECT_EQ(sum + params.embedding + params.head + params.positions + params.norms,
              params.total())
        << entry.name;
    ++counted;
  }
  EXPECT_GT(counted, 50);
}

TEST(AdaptedModel, TrainsEverythingInFullFineTuning) {
  const auto whole = settingsOf(AdaptationMethod::kFull);
  EXPECT_EQ(trainedBy(lite(), whole), 15'706'484'224);  // [Wang2024, table 3]: 15.7 B
  EXPECT_EQ(trainedBy(t5Xl(), whole), 2'849'757'184);   // T5 v1.1 XL: 3 B
}

// Table 3 of the paper and the adapter of law, from the published configuration: one expert
// 3 x 2048 x 1408, shared experts 26 x 3 x 2048 x 2816.
TEST(AdaptedModel, CountsEsftAsThePaperDoes) {
  constexpr std::int64_t kExpert = 8'650'752;
  EXPECT_EQ(trainedBy(lite(), esftOf(lite(), 6)), 26 * 6 * kExpert);
  AdaptationSettings settings = esftOf(lite(), 0);
  settings.selection->shared_experts = true;
  EXPECT_EQ(trainedBy(lite(), settings), 449'839'104);  // 450 M
  settings.selection->non_expert_modules = true;
  EXPECT_EQ(trainedBy(lite(), settings), 15'706'484'224 - 26 * 64 * kExpert);  // 1.3 B
}

// By hand, r (in + out): 64 experts and shared, dense, attention and router of DeepSeek-V2-Lite,
// r = 8: 138 018 816 + 3 035 136 + 311 808 + 3 552 768 + 439 296.
TEST(AdaptedModel, CountsLoraOnEveryMatrix) {
  EXPECT_EQ(trainedBy(lite(), settingsOf(AdaptationMethod::kLora)), 145'357'824);
  AdaptationSettings frozen = settingsOf(AdaptationMethod::kLora);
  frozen.freeze_router = true;
  EXPECT_EQ(trainedBy(lite(), frozen), 145'357'824 - 439'296);
}

// [Zadouri2023, table 1] with its printed 3.0e9 parameters: 0.018 %, 0.3, 0.6 and 1.2 %; counts
// by hand from the architecture.
TEST(AdaptedModel, CountsT5AsInThePublishedTable) {
  EXPECT_EQ(trainedBy(t5Xl(), settingsOf(AdaptationMethod::kIa3)), 24 * (6 * 2048 + 2 * 5120));
  for (const int rank : {4, 8, 16}) {
    AdaptationSettings lora = settingsOf(AdaptationMethod::kLora);
    lora.rank = rank;
    EXPECT_EQ(trainedBy(t5Xl(), lora), 2'211'840 * rank);
    lora.targets = targets({"q", "k", "v", "o", "wi_0", "wo"});
    EXPECT_EQ(trainedBy(t5Xl(), lora), 1'867'776 * rank);
  }
}

// n vectors, and routers of the input's width at each of 24 x 8 places; in the released code 64 for
// keys and values each and 5120 for the FFN.
TEST(AdaptedModel, CountsMixturesWithTheirRouters) {
  AdaptationSettings mov = settingsOf(AdaptationMethod::kMov);
  mov.mixture = 30;
  const auto described = adaptModel(t5Xl(), mov).value();
  EXPECT_EQ(described.vectors, 30 * 540'672);
  EXPECT_EQ(described.mixture_routers, 30 * 24 * 8 * 2048);
  mov.mixture_router = MixtureRouter::kReleasedCode;
  EXPECT_EQ(trainedBy(t5Xl(), mov), 30 * (540'672 + 254'976));
  AdaptationSettings molora = settingsOf(AdaptationMethod::kMolora);
  molora.rank = 4;
  molora.mixture = 2;
  molora.targets = targets({"q", "k", "v", "o", "wi_0", "wo"});
  EXPECT_EQ(trainedBy(t5Xl(), molora), 2 * (7'471'104 + 933'888));
}

TEST(AdaptedModel, DividesTheModelAsStMoeDoes) {
  const auto trained = [](AdaptationMethod method) {
    return trainedBy(lite(), settingsOf(method));
  };
  const ParameterCount& params = lite().params;
  EXPECT_EQ(trained(AdaptationMethod::kNonMoe) + trained(AdaptationMethod::kMoe), params.total());
  EXPECT_EQ(trained(AdaptationMethod::kMoe), params.routers + params.experts * params.one_expert);
  EXPECT_EQ(trained(AdaptationMethod::kFfn), params.dense_ffn + params.shared_experts);
}

TEST(AdaptedModel, LeavesRoutersWhenTheyAreFrozen) {
  for (const AdaptationMethod method : {AdaptationMethod::kFull, AdaptationMethod::kMoe}) {
    AdaptationSettings settings = settingsOf(method);
    const std::int64_t all = trainedBy(lite(), settings);
    settings.freeze_router = true;
    EXPECT_EQ(all - trainedBy(lite(), settings), 26 * 64 * 2048);
  }
}

TEST(AdaptedModel, AddsUpOverItsParts) {
  for (const AdaptationMethod method : kAdaptationMethods) {
    AdaptationSettings settings = settingsOf(method);
    if (selectsExperts(method)) settings.selection = test::firstExperts(lite(), 5);
    const auto adapted = adaptModel(lite(), settings).value();
    std::int64_t sum = adapted.added();
    for (const std::int64_t part : adapted.own) sum += part;
    EXPECT_EQ(sum, adapted.trained()) << name(method);
    EXPECT_GT(sum, 0) << name(method);
    EXPECT_EQ(addsParameters(method), adapted.added() > 0) << name(method);
  }
}

TEST(AdaptedModel, RefusesWhatTrainsNothing) {
  const auto problem = [](const ModelArchitecture& model, const AdaptationSettings& settings) {
    const auto adapted = adaptModel(model, settings);
    return adapted ? "no problem" : describe(adapted.error());
  };
  const ModelArchitecture dense = test::architecture("Llama-3-8B");
  EXPECT_EQ(problem(dense, settingsOf(AdaptationMethod::kMoe)),
            "--method: st-moe-moe trains nothing in Llama-3-8B: it has no routed experts");
  EXPECT_EQ(problem(test::architecture("Mixtral-8x7B"), settingsOf(AdaptationMethod::kFfn)),
            "--method: st-moe-ffn trains nothing in Mixtral-8x7B: all its feed-forward layers are "
            "routed");
  EXPECT_EQ(problem(lite(), settingsOf(AdaptationMethod::kEsftToken)),
            "--routing: is required: esft-token chooses experts by a task's routing");
  AdaptationSettings settings = settingsOf(AdaptationMethod::kLora);
  settings.rank = 0;
  EXPECT_EQ(problem(lite(), settings), "--rank: is 0; from 1 to 65536 is possible");
  settings = esftOf(lite(), 1);
  settings.selection->experts[0] = {1};
  EXPECT_EQ(problem(lite(), settings),
            "DeepSeek-V2-Lite: does not route in layer 0 of the selection; it does in 26 layers "
            "from 1 to 26");
  settings = esftOf(lite(), 1);
  settings.selection->experts[1] = {64};
  EXPECT_EQ(problem(lite(), settings),
            "DeepSeek-V2-Lite: has no expert 64 (layer 1 of the selection)");
}

TEST(AdaptationMethod, IsReadByNameWithASuggestion) {
  for (const AdaptationMethod method : kAdaptationMethods)
    EXPECT_EQ(adaptationMethodOf(name(method), "--method").value(), method);
  const auto unknown = adaptationMethodOf("estf-token", "--method");
  ASSERT_FALSE(unknown);
  EXPECT_THAT(describe(unknown.error()),
              HasSubstr("--method: 'estf-token' is not known; did you mean esft-token"));
  const std::vector<std::string> names = {"qkv"};
  EXPECT_EQ(loraTargetsOf(names, "--targets").error().kind, ErrorKind::kUsage);
}

}  // namespace
}  // namespace moe
