#include "fitting/laws/law_file.h"

#include <gtest/gtest.h>

namespace moe {
namespace {

Law example() {
  Law law = *presetLaw("ludziejewski2025");
  law.posterior = {law.values, law.values};
  law.posterior[1][0] = 36.1234567890123456;
  law.variants = {{"earlier window", law.values}};
  law.warnings = {{"mid_schedule", "not annealed"}};
  law.unidentified = {"E_max"};
  return law;
}

TEST(LawFile, KeepsEveryBit) {
  const Law law = example();
  const Result<Law> back = lawFromJson(lawToJson(law), "law.json");
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->family, law.family);
  EXPECT_EQ(back->values, law.values);
  EXPECT_EQ(back->posterior, law.posterior);
  EXPECT_EQ(back->variants[0].values, law.variants[0].values);
  EXPECT_EQ(back->range.params->high, law.range.params->high);
  EXPECT_EQ(back->warnings[0].code, "mid_schedule");
  EXPECT_EQ(back->unidentified, law.unidentified);
}

std::string messageOf(std::string_view text) {
  const Result<Law> law = lawFromJson(text, "law.json");
  return law ? "accepted" : describe(law.error());
}

TEST(LawFile, OfAnotherKindIsRefused) {
  EXPECT_EQ(messageOf("{\"a\": 1}"),
            "law.json: not a law file: schema is '', expected 'moeplan.law/1' (write one with "
            "moeplan fit --save)");
}

TEST(LawFile, WithABrokenDrawIsRefused) {
  Law law = example();
  law.posterior[1].pop_back();
  EXPECT_EQ(messageOf(lawToJson(law)), "law.json: posterior draw 1 has 10 values, the law 11");
}

TEST(LawFile, WithAnAmplitudeThatIsNotPositiveIsRefused) {
  Law law = example();
  law.values[0] = 0;
  EXPECT_EQ(messageOf(lawToJson(law)), "law.json: a is 0; it must be positive");
}

TEST(LawFile, ThatIsMissingIsRefused) {
  EXPECT_EQ(describe(readLawFile("no/such/law.json").error()),
            "no/such/law.json: cannot be read; write a law with moeplan fit --save, or use "
            "--preset");
}

}  // namespace
}  // namespace moe
