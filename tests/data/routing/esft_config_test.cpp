#include "data/routing/esft_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace moe {
namespace {

using testing::ElementsAre;

// The form of the released files: layers in the order of their digits, one line, no line end.
constexpr const char* kReleasedForm =
    R"({"experts": {"1": [8, 26, 55], "10": [33], "2": []}, "shared_experts": false, )"
    R"("non_expert_modules": true})";

std::string configProblem(const std::string& text, std::size_t experts = 0) {
  const auto config = parseEsftConfig(text, "c.json", experts);
  return config ? "no problem" : describe(config.error());
}

TEST(EsftConfig, IsReadWithItsFlagsAndItsOrder) {
  const auto config = parseEsftConfig(kReleasedForm, "c.json");
  ASSERT_TRUE(config) << describe(config.error());
  EXPECT_THAT(config->experts.at(1), ElementsAre(8, 26, 55));
  EXPECT_THAT(config->experts.at(10), ElementsAre(33));
  EXPECT_FALSE(config->shared_experts);
  EXPECT_TRUE(config->non_expert_modules);
  EXPECT_EQ(trainedExperts(*config), 4u);
}

TEST(EsftConfig, IsWrittenByteForByteAsReleased) {
  EXPECT_EQ(esftConfigText(*parseEsftConfig(kReleasedForm, "c.json")), kReleasedForm);
}

TEST(EsftConfig, IsToldFromScores) {
  EXPECT_TRUE(looksLikeEsftConfig(kReleasedForm));
  EXPECT_FALSE(looksLikeEsftConfig(R"({"token_scores": {"1": {"0": 1}}})"));
}

TEST(EsftConfig, RefusesFaultsWithLayerAndCause) {
  const std::pair<const char*, const char*> rows[] = {
      {R"({"experts": {"1": [8, 2)", "c.json: is not a whole JSON object; is the file cut off?"},
      {"{}", "c.json: has no object \"experts\" with a list per layer"},
      {R"({"experts": {"a": [8]}})", "c.json: experts has \"a\"; numbers of layers are needed"},
      {R"({"experts": {"1": 8}})", "c.json: layer 1: is no list of experts"},
      {R"({"experts": {"1": [64]}})",
       "c.json: layer 1: expert 64 does not exist; the experts are 0 to 63"},
      {R"({"experts": {"1": [-1]}})",
       "c.json: layer 1: expert -1 does not exist; the experts are 0 to 63"},
      {R"({"experts": {"1": [3, 4, 3]}})", "c.json: layer 1: names expert 3 twice"},
      {R"({"experts": {"1": [3]}, "shared_experts": 1})",
       "c.json: shared_experts is 1; true or false is needed"},
  };
  for (const auto& [text, message] : rows) EXPECT_EQ(configProblem(text, 64), message) << text;
}

}  // namespace
}  // namespace moe
