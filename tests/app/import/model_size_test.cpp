#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "app/workflows/import/model_size.h"

namespace moe {
namespace {

using testing::HasSubstr;
using Settings = std::vector<std::pair<std::string, std::string>>;

struct Sized {
  Result<ModelSize> size;
  std::vector<FoundFact> facts;
};

Sized sizeOf(const Settings& settings, std::string_view reader,
             const std::vector<std::string>& set = {}) {
  RunLog log({});
  std::size_t line = 0;
  for (const auto& [key, value] : settings) log.setting({key, value, ++line}, 0);
  ImportRequest request;
  request.preview = true;
  request.set = set;
  const ImportPlan plan = understandImport(request).value();
  std::vector<ImportedFile> files(1);
  files[0].name = "train.log";
  RunFacts facts(log, plan, files, "run", {"train.log"});
  Result<ModelSize> size = modelSize(facts, reader);
  return {std::move(size), facts.usedFacts()};
}

const Settings kMegatron355M{
    {"num_layers", "24"},           {"hidden_size", "1024"},
    {"num_attention_heads", "16"},  {"ffn_hidden_size", "4096"},
    {"seq_length", "2048"},         {"max_position_embeddings", "2048"},
    {"padded_vocab_size", "50304"}, {"position_embedding_type", "PositionEmbeddingType.absolute"}};

// By hand: 24 layers of 12 h^2 and 2 norms of h (their biases not counted), 50304 rows of
// embedding, 2048 of positions, a last norm.
// With experts divided among 8 devices a rank counts an eighth of them: no count of the model.
TEST(ModelSize, TakesNoCountOfARankThatHoldsSomeOfTheExperts) {
  Settings settings = kMegatron355M;
  settings.push_back(
      {"number of parameters on (tensor, pipeline) model parallel rank (0, 0)", "230000000"});
  const double alone = sizeOf(settings, "megatron").size.value().total_params;
  settings.push_back({"expert_model_parallel_size", "8"});
  const double divided = sizeOf(settings, "megatron").size.value().total_params;
  EXPECT_EQ(alone, 230000000);
  EXPECT_GT(divided, 350e6);
}

TEST(ModelSize, OfAMegatronLogIsExactFromLayersAndWidths) {
  const auto size = sizeOf(kMegatron355M, "megatron").size;
  ASSERT_TRUE(size) << size.error().message;
  const double h = 1024;
  const double blocks = 24 * (12 * h * h + 2 * h) + h;
  EXPECT_EQ(size->active_params, blocks + (50304 + 2048) * h);
  EXPECT_EQ(size->total_params, size->active_params);
  EXPECT_EQ(size->non_embedding_params, blocks);
  // What Megatron-DeepSpeed prints for this model, with biases: 355,919,872.
  EXPECT_NEAR(size->active_params, 355919872, 0.001 * 355919872);
}

TEST(ModelSize, TakesAStatedCountBeforeItsOwn) {
  Settings settings = kMegatron355M;
  settings.emplace_back("estimated model parameters", "0.355919872");
  const auto size = sizeOf(settings, "megatron").size;
  ASSERT_TRUE(size);
  EXPECT_EQ(size->active_params, 355919872);
  EXPECT_FALSE(size->warning);
  settings.back().second = "0.7";
  const auto other = sizeOf(settings, "megatron").size;
  ASSERT_TRUE(other->warning);
  EXPECT_EQ(other->warning->code, "parameter_counts_differ");
}

// A count per rank is the model's only when no rank shares a layer with another.
TEST(ModelSize, TakesTheCountOfARankOnlyWhenItIsTheWholeModel) {
  const Settings one{
      {"number of parameters on (tensor, pipeline) model parallel rank (0, 0)", "1000"}};
  EXPECT_EQ(sizeOf(one, "megatron").size->active_params, 1000);
  Settings shared = one;
  shared.emplace_back("tensor_model_parallel_size", "2");
  EXPECT_FALSE(sizeOf(shared, "megatron").size);
}

// Mixtral 8x7B as a Hugging Face configuration: its card says 46.7 B parameters, 12.9 B active.
TEST(ModelSize, OfAHuggingFaceConfigurationIsThatOfItsModel) {
  const auto size = sizeOf({{"config.model_type", "mixtral"},
                            {"config.num_hidden_layers", "32"},
                            {"config.hidden_size", "4096"},
                            {"config.intermediate_size", "14336"},
                            {"config.num_attention_heads", "32"},
                            {"config.num_key_value_heads", "8"},
                            {"config.num_local_experts", "8"},
                            {"config.num_experts_per_tok", "2"},
                            {"config.vocab_size", "32000"},
                            {"config.tie_word_embeddings", "False"}},
                           "wandb")
                        .size;
  ASSERT_TRUE(size) << size.error().message;
  EXPECT_NEAR(size->total_params, 46.7e9, 0.05e9);
  EXPECT_NEAR(size->active_params, 12.9e9, 0.05e9);
  EXPECT_EQ(size->experts, 8);
  EXPECT_EQ(size->top_k, 2);
}

// DeepSeekMoE's arguments in Megatron: experts of their own width, shared ones beside them.
TEST(ModelSize, CountsExpertsOfTheirOwnWidth) {
  Settings settings = kMegatron355M;
  settings.emplace_back("num_experts", "64");
  settings.emplace_back("moe_router_topk", "6");
  settings.emplace_back("moe_ffn_hidden_size", "1024");
  const auto size = sizeOf(settings, "megatron").size;
  ASSERT_TRUE(size) << size.error().message;
  const double h = 1024;
  const double without = 24 * (4 * h * h + 2 * h) + h + (50304 + 2048) * h + 24 * 64 * h;
  EXPECT_EQ(size->total_params, without + 24 * 64 * 2 * h * 1024);
  EXPECT_EQ(size->active_params, without + 24 * 6 * 2 * h * 1024);
  EXPECT_EQ(size->granularity, 4);
}

TEST(ModelSize, AsksForExpertsPerToken) {
  Settings settings = kMegatron355M;
  settings.emplace_back("num_experts", "[64]");
  const auto size = sizeOf(settings, "megatron").size;
  ASSERT_FALSE(size);
  EXPECT_THAT(size.error().message, HasSubstr("64 experts but no count of experts per token"));
  EXPECT_THAT(size.error().message, HasSubstr("--set top_k=K"));
}

TEST(ModelSize, SaysWhatItWouldTakeToComputeIt) {
  const auto size =
      sizeOf({{"n_layers", "12"}, {"d_model", "768"}, {"vocab_size", "50257"}}, "wandb").size;
  ASSERT_FALSE(size);
  EXPECT_EQ(size.error().where, "params");
  for (const char* word : {"gated", "tied", "--set n=COUNT"})
    EXPECT_THAT(size.error().message, HasSubstr(word));
}

TEST(ModelSize, IsWhatSetGives) {
  const auto sized = sizeOf(kMegatron355M, "megatron", {"n=1e6", "other*:n=5", "train*:n=2e6"});
  EXPECT_EQ(sized.size->active_params, 2e6);
  EXPECT_EQ(sized.size->total_params, 2e6);
  const auto routed = sizeOf({}, "csv", {"n=1e6", "experts=8", "top_k=2", "total_params=4e6"});
  ASSERT_TRUE(routed.size) << routed.size.error().message;
  EXPECT_EQ(routed.size->active_params, 1e6);
  EXPECT_EQ(routed.size->total_params, 4e6);
}

TEST(ModelSize, KeepsWhereEachNumberStands) {
  const auto sized = sizeOf(kMegatron355M, "megatron");
  const auto layers =
      std::find_if(sized.facts.begin(), sized.facts.end(),
                   [](const FoundFact& fact) { return fact.role == LogRole::kLayers; });
  ASSERT_NE(layers, sized.facts.end());
  EXPECT_EQ(layers->key, "num_layers");
  EXPECT_EQ(layers->where, "train.log:1");
}

}  // namespace
}  // namespace moe
