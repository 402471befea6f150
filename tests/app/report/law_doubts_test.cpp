#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "app/report/document/report_document.h"
#include "tests/support/temporary_folder.h"

namespace moe::report {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

/// A plan on a fit of Gemstones, of which published figures and `moeplan compare` say that skaling
/// describes it better than chinchilla.
std::string planOnGemstones(const std::string& laws, const std::string& law,
                            const std::string& budget, const std::string& bootstrap = "20") {
  return "[runs.gemstones]\nfiles = \"" MOEPLAN_SOURCE_DIR
         "/data/tables/runs/gemstones/runs.csv\"\nfilters = \"schedule=cool_end\"\n"
         "[fit.dense]\nruns = \"gemstones\"\nlaws = [" +
         laws + "]\nbootstrap = " + bootstrap + "\n[plan.size]\nlaw = \"" + law +
         "\"\nmode = \"loss-optimal\"\nexperts = 1\nbase_experts = 1\ncost_preset = \"probe-v2\"\n"
         "budget_flop = " +
         budget + "\n";
}

/// The callouts of the first page, in order.
std::vector<Callout> calloutsOf(const std::string& text) {
  const Project project = parseProject(text, "p.toml").value();
  const test::TemporaryFolder laws;
  const auto answers = answerProject(project, laws.path());
  const EvidenceOptions nothing{.curves = false, .assumptions = false, .accuracy = false};
  const auto evidence = gatherEvidence(project, "p.toml", answers, nothing).value();
  const Document document =
      reportDocument({project, answers, evidence, {"moeplan", "", "", "p.toml", ""}}, {"answer"});
  std::vector<Callout> callouts;
  eachBlock<Callout>(document,
                     [&](const Section&, const Callout& callout) { callouts.push_back(callout); });
  return callouts;
}

TEST(LawDoubts, StandRightBelowTheRecommendation) {
  const auto callouts = calloutsOf(planOnGemstones("\"chinchilla\"", "dense", "1e20"));
  ASSERT_GE(callouts.size(), 2u);
  EXPECT_EQ(callouts[0].kind, CalloutKind::kAnswer);
  EXPECT_THAT(callouts[0].title, StartsWith("Train a dense model"));
  EXPECT_EQ(callouts[1].kind, CalloutKind::kWarning);
  EXPECT_THAT(callouts[1].items.at(0),
              AllOf(StartsWith("Better law: skaling clearly beats chinchilla on these runs: "),
                    HasSubstr("add \"skaling\" to laws of [fit.dense] and law = \"dense:skaling\" "
                              "to this plan")));
}

TEST(LawDoubts, NameTheKeyWhereTheBetterLawIsThereAlready) {
  const auto callouts = calloutsOf(planOnGemstones("\"chinchilla\", \"skaling\"", "dense", "1e20"));
  EXPECT_THAT(callouts.at(1).items.at(0),
              HasSubstr("; law = \"dense:skaling\" in this plan takes it."));
}

TEST(LawDoubts, TellOfAnswersOutsideTheRunsAndWithoutIntervals) {
  const auto callouts =
      calloutsOf(planOnGemstones("\"chinchilla\"", "dense:chinchilla", "1e22", "0"));
  ASSERT_GE(callouts.size(), 2u);
  EXPECT_THAT(callouts[1].items, Contains(StartsWith("Extrapolated: the answer lies ")));
  EXPECT_THAT(callouts[1].items, Contains(StartsWith("No intervals: ")));
}

TEST(LawDoubts, AreNotOfTheLawThatBeatsTheOthers) {
  const auto callouts = calloutsOf(planOnGemstones("\"skaling\"", "dense", "1e20"));
  for (const Callout& callout : callouts)
    for (const std::string& item : callout.items) EXPECT_THAT(item, Not(HasSubstr("Better law")));
}

}  // namespace
}  // namespace moe::report
