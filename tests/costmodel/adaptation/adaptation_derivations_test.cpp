#include "costmodel/adaptation/adaptation_derivations.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

#include "costmodel/accounting/published_match.h"
#include "costmodel/adaptation/published_quality.h"
#include "tests/costmodel/adaptation/adapted_fixture.h"
#include "tests/data/routing/routing_text.h"
#include "tests/support/temporary_folder.h"

namespace moe {
namespace {

/// The figures of the shipped table that these derivations answer.
std::vector<MatchedFigure> answered(const std::filesystem::path& released = {}) {
  const auto derivations = adaptationDerivations(released);
  std::vector<MatchedFigure> matches;
  for (const PublishedFigure& figure : shippedPublishedFigures())
    for (const Derivation& derivation : derivations)
      if (derivation.name == figure.derivation)
        matches.push_back(matchFigure(figure, derivations, test::catalog()));
  return matches;
}

// (IA)3 and LoRA of rank 4, 8 and 16 on T5-XL with the printed 3.0e9 parameters; the released code
// and every mixture print something that no formula gives.
TEST(AdaptationDerivations, ReproduceWhatThePaperExplainsAndNothingElse) {
  std::map<MatchStatus, int> statuses;
  for (const MatchedFigure& match : answered()) {
    ++statuses[match.status];
    EXPECT_NE(match.status, MatchStatus::kMismatch) << match.figure.where << " " << match.reason;
  }
  EXPECT_EQ(statuses[MatchStatus::kReproduced], 4);
  EXPECT_EQ(statuses[MatchStatus::kNotReproduced], 3 + 3 + 3 + 1);
  EXPECT_EQ(statuses[MatchStatus::kNoEvidence], 3 + 3);  // what others fitted constants to
  EXPECT_EQ(statuses[MatchStatus::kNotRun], 3);          // released selections
}

// By another program, in published_checks: shares in percent.
TEST(AdaptationDerivations, GiveTheSharesThatWereCountedElsewhere) {
  const std::pair<std::string, double> counted[] = {
      {"(IA)3% params T5-3B", 0.0180224},
      {"LoRA% params rank 4 T5-3B", 0.294912},
      {"LoRA% params rank 8 T5-3B", 0.589824},
      {"LoRA% params rank 16 T5-3B", 1.17965},
      {"LoRA (released code)% params rank 4 T5-3B", 0.249037},
      {"LoRA (released code)% params rank 8 T5-3B", 0.498074},
      {"LoRA (released code)% params rank 16 T5-3B", 0.996147},
      {"MoV (released code)% params MoV-10 T5-3B", 0.279199},
      {"MoV (released code)% params MoV-30 T5-3B", 0.837596},
      {"MoV (released code)% params MoV-60 T5-3B", 1.67519},
      {"MoLORA (released code)% params MoLORA-2 r4 T5-3B", 0.589874},
      {"MoLORA (released code)% params MoLORA-10 r4 T5-3B", 2.94937},
      {"MoLORA (released code)% params MoLORA-15 r4 T5-3B", 4.42406},
      {"MoV% params MoV-60 T5-11B", 0.589824}};
  std::map<std::string, double> derived;
  for (const MatchedFigure& match : answered())
    if (match.derived && match.status != MatchStatus::kNoEvidence)
      derived[match.figure.system + match.figure.quantity] = *match.derived;
  EXPECT_EQ(derived.size(), std::size(counted));
  // Half a unit of the sixth digit.
  for (const auto& [figure, share] : counted)
    EXPECT_NEAR(derived[figure] / share, 1, 2e-6) << figure;
}

// As the paper describes mixtures, by hand: MoV-10 is 10 x 24 x (22 528 + 8 x 2048) parameters,
// MoLORA-2 of rank 4 is 2 x (8 847 360 + 24 x 43 008). The printed 0.32 and 0.75 % are others.
TEST(AdaptationDerivations, CountMixturesAsDescribedBesideThePrint) {
  std::map<std::string, double> derived;
  for (const MatchedFigure& match : answered())
    if (match.status == MatchStatus::kNoEvidence) derived[match.figure.quantity] = *match.derived;
  EXPECT_NEAR(derived.at("% params MoV-10 T5-3B"), 100 * 9'338'880 / 3.0e9, 1e-9);
  EXPECT_NEAR(derived.at("% params MoLORA-2 r4 T5-3B"), 100 * 19'759'104 / 3.0e9, 1e-9);
}

TEST(AdaptationDerivations, SayWhatIsMissingForReleasedSelections) {
  for (const MatchedFigure& match : answered())
    if (match.figure.derivation == "esft-selected-experts") {
      EXPECT_EQ(match.status, MatchStatus::kNotRun);
      EXPECT_NE(match.reason.find("MOEPLAN_ESFT_DIR"), std::string::npos) << match.reason;
    }
}

// Two layers, thresholds reached by two and by one expert: three in all, not the published 124.
TEST(AdaptationDerivations, CountTheExpertsOfScoresThatAreThere) {
  const test::TemporaryFolder folder;
  folder.write("expert_scores/intent/summary.json",
               test::scoresText({{0.15, 0.15, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1},
                                 {0.6, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05}}));
  int found = 0;
  for (const MatchedFigure& match : answered(folder.path())) {
    if (match.figure.published != "124") continue;
    EXPECT_EQ(match.derived, 3);
    EXPECT_EQ(match.status, MatchStatus::kMismatch);
    ++found;
  }
  EXPECT_EQ(found, 1);
}

TEST(AdaptationDerivations, GiveTheReleasedSelections) {
  const char* released = std::getenv("MOEPLAN_ESFT_DIR");
  if (released == nullptr)
    GTEST_SKIP() << "not run: MOEPLAN_ESFT_DIR names no folder with released selections";
  for (const MatchedFigure& match : answered(released))
    if (match.figure.derivation == "esft-selected-experts") {
      EXPECT_EQ(match.status, MatchStatus::kReproduced) << match.figure.quantity << match.reason;
    }
}

TEST(PublishedQuality, NamesItsSourceAndAModelOfTheCatalog) {
  for (const PublishedQuality& quality : publishedQualities()) {
    EXPECT_FALSE(quality.source.empty() || quality.value.empty());
    if (!quality.model.empty()) {
      EXPECT_TRUE(findModel(test::catalog(), quality.model)) << quality.model;
    }
  }
}

}  // namespace
}  // namespace moe
