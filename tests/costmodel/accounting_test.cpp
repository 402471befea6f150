#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>
#include <string>

#include "costmodel/accounting/model_account.h"
#include "costmodel/accounting/published_match.h"
#include "tests/costmodel/shipped_models.h"

namespace moe {
namespace {

using test::architecture;

std::vector<Derivation> allDerivations() {
  std::vector<Derivation> all = countDerivations();
  for (Derivation& derivation : figureDerivations()) all.push_back(std::move(derivation));
  return all;
}

PublishedFigure figureOf(const std::string& cells) {
  return parsePublishedFigures(
             "published,unit,rounded_to,match_kind,tolerance_percent,derivation,arguments,"
             "convention,source,note,system,quantity\n" +
                 cells + ",c,b,n,S,q\n",
             "own.csv")
      .value()
      .front();
}

MatchedFigure matched(const std::string& cells) {
  return matchFigure(figureOf(cells), allDerivations(), test::catalog());
}

// [Wang2024], table 3 prints 15.7 B, 450 M and 1.3 B; the exact counts are by hand from the
// published configuration (d = 2048, 26 layers of 64 + 2 experts of 1408, V = 102400):
// an expert has 3 x 2048 x 1408 parameters, the two shared ones of a layer twice that.
TEST(ModelAccount, OfDeepSeekV2LiteHasThePublishedParts) {
  const ModelAccount account = accountOf(architecture("deepseek-v2-lite"));
  std::map<std::string_view, std::int64_t> total;
  std::int64_t sum = 0;
  for (const AccountGroup& group : account.groups) sum += total[group.name] = group.total;
  EXPECT_EQ(sum, 15'706'484'224);
  EXPECT_EQ(total["embedding"], 102'400LL * 2048);
  EXPECT_EQ(total["shared experts"], 26LL * 3 * 2048 * 2816);
  EXPECT_EQ(total["routed experts"], 26LL * 64 * 3 * 2048 * 1408);
  EXPECT_EQ(total["dense FFN"], 3LL * 2048 * 10'944);
  EXPECT_EQ(total["routers"], 26LL * 64 * 2048);
  EXPECT_EQ(total["attention"], 27LL * (13'763'072 - 512));
  EXPECT_EQ(account.activeWithoutLookup(), 2'451'435'008);
}

TEST(ModelAccount, GivesStorageInEveryPrecision) {
  const ModelAccount account = accountOf(architecture("deepseek-v2-lite"));
  std::map<Precision, double> bytes;
  for (const AccountMemory& memory : account.memory)
    bytes[memory.precision] = memory.weights.value();
  EXPECT_EQ(bytes.at(Precision::kBf16), 31'412'968'448.0);  // 31.41 GB on Hugging Face
  EXPECT_EQ(bytes.at(Precision::kF32), 2 * bytes.at(Precision::kBf16));
  EXPECT_EQ(bytes.at(Precision::kInt4), bytes.at(Precision::kBf16) / 4);
}

TEST(ModelAccount, GroupsAddUpToTheWholeForEveryModel) {
  for (const ModelEntry& entry : test::catalog().entries) {
    const auto model = architectureOf(entry);
    if (!model) continue;
    std::int64_t total = 0;
    std::int64_t active = 0;
    for (const AccountGroup& group : accountOf(*model).groups) {
      total += group.total;
      active += group.active;
      EXPECT_LE(group.active, group.total) << entry.name;
    }
    EXPECT_EQ(total, model->params.total()) << entry.name;
    EXPECT_EQ(active, model->params.active()) << entry.name;
  }
}

// By hand for a model of one layer a side: hidden 4, 2 heads of 3, plain FFN of 5, 7 words, tied.
// One attention has 4 x 4 x 6 = 96 parameters, an FFN 40. 10 encoder and 3 decoder tokens.
TEST(SequenceFlop, IsTheSumOfItsPartsByHand) {
  ModelEntry entry;
  entry.name = "tiny";
  entry.layers = entry.encoder_layers = entry.kv_layers = 1;
  entry.hidden = 4;
  entry.heads = entry.kv_heads = 2;
  entry.head_dim = 3;
  entry.dense_ffn = 5;
  entry.ffn_matrices = 2;
  entry.vocabulary = 7;
  entry.tied_embeddings = true;
  const SequenceFlop flop = sequenceFlop(architectureOf(entry).value(), {10, 3}).value();
  EXPECT_EQ(flop.encoder_layers, 2 * 10 * (96 + 40));
  EXPECT_EQ(flop.decoder_layers, 2 * 3 * (96 + 48 + 40));
  EXPECT_EQ(flop.cross_keys, 2 * 10 * 48);
  EXPECT_EQ(flop.scores, 4 * 6 * (10 * 10 + 3 * 13));
  EXPECT_EQ(flop.head, 2 * 3 * 28);
  EXPECT_EQ(flop.routers, 0);
  EXPECT_EQ(flop.asPrinted(0), 2 * (10 * 136 + 3 * (232 + 28)));
  EXPECT_EQ(flop.training(), 3 * flop.forward());
}

// [Zoph2022], table 11: 20.2 TFLOP for ST-MoE-32B and 6.3 for T5-XXL, there with all scores.
TEST(SequenceFlop, RoundsToWhatStMoePrints) {
  const auto printed = [](const char* model, double scores) {
    return sequenceFlop(architecture(model), {512, 114}).value().asPrinted(scores) / 1e12;
  };
  EXPECT_NEAR(printed("ST-MoE-32B", 0), 20.2, 0.05);
  EXPECT_NEAR(printed("t5-xxl", 1), 6.3, 0.05);
  EXPECT_GT(std::abs(printed("ST-MoE-32B", 1) - 20.2), 0.05);  // the convention matters
}

TEST(SequenceFlop, IsNotOfDecoderOnlyModels) {
  EXPECT_EQ(sequenceFlop(architecture("mixtral"), {}).error().kind, ErrorKind::kUnanswered);
  EXPECT_FALSE(accountOf(architecture("mixtral")).sequence_flop);
  EXPECT_FALSE(accountOf(architecture("t5-xl")).token_flop);
}

// T5-XL: 24 layers of 32 heads of 64, keys and values, of the decoder's and of the encoder's
// tokens.
TEST(ModelAccount, CountsTheCacheOfBothSidesOfAnEncoderDecoder) {
  const ModelAccount account = accountOf(architecture("t5-xl"));
  EXPECT_EQ(account.kv_elements_per_token, 2 * 24 * 32 * 64);
  EXPECT_EQ(account.cross_kv_elements_per_token, 2 * 24 * 32 * 64);
  EXPECT_EQ(account.kv_elements_of_sequence, 2 * 24 * 32 * 64 * (512 + 114));
}

TEST(RoundsTo, TakesHalfAUnitWithBothEnds) {
  EXPECT_TRUE(roundsTo(0.015625, 0.01563, 0.00001));  // half up, as ST-MoE prints it
  EXPECT_FALSE(roundsTo(0.0156249, 0.01563, 0.00001));
  EXPECT_TRUE(roundsTo(783.15, 780, 10));
  EXPECT_FALSE(roundsTo(785.1, 780, 10));
}

TEST(MatchFigure, IsAMismatchWhereThePrintIsMissed) {
  const std::string model = "total-params,model=mixtral-8x7b";
  EXPECT_EQ(matched("47,B,,exact,," + model).status, MatchStatus::kReproduced);
  EXPECT_EQ(matched("48,B,,exact,," + model).status, MatchStatus::kMismatch);
  EXPECT_EQ(matched("48,B,,inferred,," + model).status, MatchStatus::kMismatch);
  EXPECT_EQ(matched("48,B,,tolerance,3," + model).status, MatchStatus::kWithinTolerance);
  EXPECT_EQ(matched("48,B,,tolerance,2," + model).status, MatchStatus::kMismatch);
  EXPECT_EQ(matched("47,B,,negative-control,," + model).status, MatchStatus::kMismatch);
  EXPECT_EQ(matched("48,B,,negative-control,," + model).status, MatchStatus::kRefuted);
}

TEST(MatchFigure, NeverCallsEvidenceWhatIsNone) {
  const std::string model = "total-params,model=mixtral-8x7b";
  EXPECT_EQ(matched("47,B,,not-derivable,," + model).status, MatchStatus::kNotReproduced);
  EXPECT_EQ(matched("47,B,,fitted,," + model).status, MatchStatus::kNoEvidence);
  EXPECT_EQ(matched("47,B,,circular,," + model).status, MatchStatus::kNoEvidence);
}

TEST(MatchFigure, SaysWhyNothingWasDerived) {
  const MatchedFigure unknown = matched("47,B,,exact,,total-parms,model=mixtral");
  EXPECT_EQ(unknown.status, MatchStatus::kNotRun);
  EXPECT_EQ(unknown.reason, "there is no derivation total-parms");
  EXPECT_EQ(matched("47,B,,exact,,,").status, MatchStatus::kNotRun);
  const MatchedFigure model = matched("47,B,,exact,,total-params,model=mixtrel-8x7b");
  EXPECT_EQ(model.status, MatchStatus::kMismatch);
  EXPECT_NE(model.reason.find("the catalog has no model 'mixtrel-8x7b'"), std::string::npos);
  const MatchedFigure lacking = matched("3,experts,,exact,,touched-experts,experts=8; top_k=2");
  EXPECT_EQ(lacking.status, MatchStatus::kMismatch);
  EXPECT_EQ(lacking.reason, "own.csv:2: the derivation touched-experts needs the argument tokens");
}

TEST(MatchFigure, KeepsGigabytesAndGibibytesApart) {
  const std::string experts =
      ",GiB,,exact,,expert-bytes,"
      "model=deepseek-v2-lite; experts=159.5; bytes_per_param=2";
  EXPECT_EQ(matched("2.57" + experts).status, MatchStatus::kReproduced);
  EXPECT_EQ(matched("2.57,GB" + experts.substr(4)).status, MatchStatus::kMismatch);
}

/// Derivations of adaptation methods live in another room.
const std::set<std::string> kOfAdaptation{"esft-selected-experts", "ia3-share", "lora-share",
                                          "mov-share", "molora-share"};

TEST(PublishedFigures, ThatMustMatchDo) {
  const std::vector<Derivation> derivations = allDerivations();
  int reproduced = 0;
  for (const PublishedFigure& figure : shippedPublishedFigures()) {
    if (kOfAdaptation.contains(figure.derivation)) continue;
    const MatchedFigure match = matchFigure(figure, derivations, test::catalog());
    EXPECT_NE(match.status, MatchStatus::kMismatch)
        << figure.where << " " << figure.system << " " << figure.quantity << " "
        << match.derived.value_or(NAN) << " " << match.reason;
    EXPECT_NE(match.status, MatchStatus::kNotRun) << figure.where << " " << match.reason;
    reproduced += match.status == MatchStatus::kReproduced;
  }
  EXPECT_EQ(reproduced, 50);  // of 57 exact and inferred ones, without the 7 of adaptation
}

// The best attempts at figures that nothing derives, so that nobody takes them for reproduced.
TEST(PublishedFigures, ThatAreNotDerivableStayOff) {
  std::map<std::string, double> off;
  for (const PublishedFigure& figure : shippedPublishedFigures()) {
    const MatchedFigure match = matchFigure(figure, allDerivations(), test::catalog());
    if (figure.kind == MatchKind::kNotDerivable && match.derived)
      off[figure.system + " " + figure.quantity] = match.difference_percent;
  }
  EXPECT_NEAR(off.at("ST-MoE-L FLOPs/seq"), -15.29, 0.01);
  EXPECT_NEAR(off.at("Dense-L FLOPs/seq"), -21.80, 0.01);
  EXPECT_NEAR(off.at("ESFT FFT storage"), 2.29, 0.01);
  EXPECT_NEAR(off.at("FLAN ST_BASE total params"), -46.10, 0.01);
}

}  // namespace
}  // namespace moe
