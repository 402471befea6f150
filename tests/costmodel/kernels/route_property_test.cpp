#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "costmodel/kernels/routing/capacity.h"
#include "costmodel/kernels/routing/route.h"
#include "costmodel/kernels/routing/router_presets.h"
#include "tests/costmodel/kernels/golden_vectors.h"
#include "tests/costmodel/kernels/random_layer.h"

namespace moe {
namespace {

using test::denseWeights;
using test::normals;
using testing::Each;
using testing::ElementsAre;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

struct RandomBatch {
  int tokens = 0;
  int experts = 0;
  std::vector<float> logits;
};

RandomBatch randomBatch() {
  RandomBatch batch;
  batch.tokens = *rc::gen::inRange(1, 40);
  batch.experts = *rc::gen::inRange(1, 12);
  const auto seed = *rc::gen::inRange(0, 1 << 20);
  batch.logits = normals(static_cast<std::size_t>(batch.tokens) * batch.experts, seed, 2);
  if (*rc::gen::arbitrary<bool>())  // whole numbers: many ties
    for (float& logit : batch.logits) logit = std::round(logit);
  return batch;
}

/// The batch is one sequence, where a preset counts slots by sequence.
RouterRule forOneSequence(RouterRule rule) {
  rule.group_is_sequence = false;
  return rule;
}

RouterRule randomPreset(int experts) {
  const auto presets = routerPresets();
  RouterRule rule = forOneSequence(presets[*rc::gen::inRange<std::size_t>(0, presets.size())].rule);
  rule.top_k = std::min(*rc::gen::inRange(1, 5), experts);
  if (rule.selection == RouterSelection::kExpertsChoose || *rc::gen::arbitrary<bool>()) {
    rule.capacity.fixed.reset();
    rule.capacity.factor = *rc::gen::element(0.0, 0.5, 1.0, 1.25, 2.0);
    rule.capacity.least = *rc::gen::element(0, 4);
  }
  return rule;
}

std::vector<int> expertsPerToken(const Routing& routing) {
  std::vector<int> experts(routing.tokens, 0);
  for (const std::int32_t token : routing.token) ++experts[token];
  return experts;
}

RC_GTEST_PROP(Route, LosesNoAssignmentSilently, ()) {
  const RandomBatch batch = randomBatch();
  const RouterRule rule = randomPreset(batch.experts);
  const auto routed = *route(rule, batch.logits, batch.tokens, batch.experts, 3);
  const Routing& routing = routed.routing;
  const std::size_t kept = routing.token.size();
  RC_ASSERT(routing.first.front() == 0 && routing.first.back() == static_cast<int>(kept));
  RC_ASSERT(routing.weight.size() == kept);
  RC_ASSERT(std::is_sorted(routing.first.begin(), routing.first.end()));
  const auto experts = expertsPerToken(routing);
  RC_ASSERT(static_cast<std::size_t>(std::count(experts.begin(), experts.end(), 0)) ==
            routing.tokens_without_expert);
  const std::size_t chosen = std::accumulate(routed.chosen_per_expert.begin(),
                                             routed.chosen_per_expert.end(), std::size_t{0});
  RC_ASSERT(kept + routing.dropped == chosen);
  if (rule.selection == RouterSelection::kExpertsChoose) return;
  RC_ASSERT(chosen + routed.declined == static_cast<std::size_t>(batch.tokens) * rule.top_k);
  RC_ASSERT(*std::max_element(experts.begin(), experts.end()) <= rule.top_k);
}

RC_GTEST_PROP(Route, RespectsTheCapacity, ()) {
  const RandomBatch batch = randomBatch();
  const RouterRule rule = randomPreset(batch.experts);
  const auto routed = *route(rule, batch.logits, batch.tokens, batch.experts, 3);
  for (int e = 0; e < batch.experts; ++e) {
    const std::size_t kept = routed.routing.tokensOf(e).size();
    RC_ASSERT(!routed.capacity || kept <= static_cast<std::size_t>(*routed.capacity));
    // Slots stay empty only for lack of choices, or where the raw logits of others took them.
    if (rule.drop == DropOrder::kLogit || !routed.capacity) continue;
    RC_ASSERT(kept == std::min<std::size_t>(routed.chosen_per_expert[e], *routed.capacity));
  }
}

RC_GTEST_PROP(Route, MakesWeightsThatAddUpToOneWhereTheyAreRenormalised, ()) {
  const RandomBatch batch = randomBatch();
  RouterRule rule = randomPreset(batch.experts);
  if (rule.selection == RouterSelection::kExpertsChoose) rule = RouterRule{};
  rule.divisor_added = 0;
  rule.renormalise_single = true;
  rule.renormalise = Renormalise::kAfterDrop;
  const auto routed = *route(rule, batch.logits, batch.tokens, batch.experts, 3);
  const auto weights = denseWeights(routed.routing);
  const auto experts = expertsPerToken(routed.routing);
  for (int t = 0; t < batch.tokens; ++t) {
    double sum = 0;
    for (int e = 0; e < batch.experts; ++e) sum += weights[t * batch.experts + e];
    // Four f32 roundings of at most 6e-8; scores are far above the least divisor.
    RC_ASSERT(std::abs(sum - (experts[t] > 0 ? 1 : 0)) < 3e-7);
  }
}

// Without ties, and with drops that do not depend on numbers, names of experts mean nothing.
RC_GTEST_PROP(Route, PermutesWithTheExperts, ()) {
  RandomBatch batch = randomBatch();
  batch.logits = normals(batch.logits.size(), *rc::gen::inRange(0, 1 << 20), 2);
  RouterRule rule = randomPreset(batch.experts);
  if (rule.second == SecondChoice::kSampled) rule.second = SecondChoice::kAll;
  if (rule.drop == DropOrder::kRandom) rule.drop = DropOrder::kPosition;
  std::vector<int> new_name(batch.experts);
  std::iota(new_name.begin(), new_name.end(), 0);
  std::rotate(new_name.begin(), new_name.begin() + batch.experts / 2, new_name.end());
  std::vector<float> permuted(batch.logits.size());
  for (int t = 0; t < batch.tokens; ++t)
    for (int e = 0; e < batch.experts; ++e)
      permuted[t * batch.experts + new_name[e]] = batch.logits[t * batch.experts + e];
  const auto plain = *route(rule, batch.logits, batch.tokens, batch.experts, 3);
  const auto renamed = *route(rule, permuted, batch.tokens, batch.experts, 3);
  const auto weights = denseWeights(plain.routing);
  const auto other = denseWeights(renamed.routing);
  for (int t = 0; t < batch.tokens; ++t)
    for (int e = 0; e < batch.experts; ++e)
      RC_ASSERT(std::abs(weights[t * batch.experts + e] - other[t * batch.experts + new_name[e]]) <
                1e-6);
  RC_ASSERT(std::abs(plain.balance_loss - renamed.balance_loss) < 1e-9);
  RC_ASSERT(std::abs(plain.z_loss - renamed.z_loss) < 1e-9);
}

TEST(Route, DropsEverythingWithoutSlots) {
  for (const RouterPreset& preset : routerPresets()) {
    RouterRule rule = forOneSequence(preset.rule);
    rule.top_k = std::min(rule.top_k, 4);
    rule.capacity.fixed = 0;
    const auto routed = route(rule, normals(32, 1), 8, 4);
    ASSERT_TRUE(routed) << preset.name;
    EXPECT_TRUE(routed->routing.token.empty()) << preset.name;
    EXPECT_EQ(routed->routing.tokens_without_expert, 8u) << preset.name;
    if (rule.selection == RouterSelection::kTokensChoose) {
      EXPECT_EQ(routed->routing.dropped + routed->declined, 8u * rule.top_k) << preset.name;
    }
  }
}

TEST(Route, TakesOneTokenAndOneExpert) {
  for (const RouterPreset& preset : routerPresets()) {
    RouterRule rule = forOneSequence(preset.rule);
    rule.top_k = 1;
    rule.capacity.fixed = 1;
    const std::vector<float> logits{0.5F};
    const auto routed = route(rule, logits, 1, 1);
    ASSERT_TRUE(routed) << preset.name;
    EXPECT_THAT(routed->routing.token, ElementsAre(0)) << preset.name;
    const float weight = routed->routing.weight.at(0);
    // p is 1 with one expert; a sigmoid by itself is 1 / (1 + e^-0.5) = 0.62246.
    EXPECT_FLOAT_EQ(weight, preset.name == "megatron-sigmoid" ? 0.62245935F : 1.0F) << preset.name;
    EXPECT_NEAR(routed->z_loss, 0.25, 1e-12);
  }
}

// Switch with capacity 2 and six tokens that all want expert 1: the first two stay.
TEST(Route, DropsLaterTokensWhenAllWantOneExpert) {
  RouterRule rule = routerPreset("switch").value();
  rule.capacity.fixed = 2;
  std::vector<float> logits(18, 0.0F);
  for (int t = 0; t < 6; ++t) logits[t * 3 + 1] = 5;
  const auto routed = *route(rule, logits, 6, 3);
  EXPECT_THAT(routed.routing.first, ElementsAre(0, 0, 2, 2));
  EXPECT_THAT(routed.routing.token, ElementsAre(0, 1));
  EXPECT_EQ(routed.routing.dropped, 4u);
  EXPECT_THAT(routed.dropped_per_choice, ElementsAre(4u));
  EXPECT_THAT(routed.chosen_per_expert, ElementsAre(0u, 6u, 0u));
  EXPECT_EQ(routed.routing.tokens_without_expert, 4u);
  // f = 1 at one expert, P = e^5 / (e^5 + 2) = 0.986703; times E = 3.
  EXPECT_NEAR(routed.balance_loss, 3 * 0.98670342, 1e-6);
}

TEST(Route, BreaksTiesByTheLowerExpert) {
  RouterRule rule = routerPreset("hf-mixtral").value();
  const std::vector<float> logits(5, 1.0F);
  EXPECT_THAT(route(rule, logits, 1, 5)->routing.first, ElementsAre(0, 1, 2, 2, 2, 2));
  // In f32 the softmax of -200 and -300 is 0 twice; the logits still tell them apart.
  const std::vector<float> far{0, -300, -200};
  EXPECT_THAT(route(rule, far, 1, 3)->routing.first, ElementsAre(0, 1, 1, 2));
}

TEST(Route, LeavesUnroutableTokensOutOfEverything) {
  const std::vector<float> good = normals(12, 7);
  std::vector<float> logits(good.begin(), good.begin() + 4);
  logits.insert(logits.end(), {1, kNan, 0, 2, kInfinity, 0, 0, 0});
  logits.insert(logits.end(), {-kInfinity, -kInfinity, -kInfinity, -kInfinity});
  logits.insert(logits.end(), good.begin() + 4, good.end());
  for (const RouterPreset& preset : routerPresets()) {
    RouterRule rule = forOneSequence(preset.rule);
    rule.top_k = std::min(rule.top_k, 4);
    rule.capacity = {};
    rule.capacity.fixed = 2;
    rule.drop = DropOrder::kPosition;  // random draws go by the token's number
    if (rule.second != SecondChoice::kAll) rule.second = SecondChoice::kAll;
    const auto routed = *route(rule, logits, 6, 4);
    const auto without = *route(rule, good, 3, 4);
    EXPECT_EQ(routed.unroutable_tokens, 3u) << preset.name;
    std::vector<std::int32_t> tokens = without.routing.token;
    for (std::int32_t& token : tokens) token = token == 0 ? 0 : token + 3;
    EXPECT_EQ(routed.routing.token, tokens) << preset.name;
    EXPECT_EQ(routed.routing.weight, without.routing.weight) << preset.name;
    EXPECT_EQ(routed.routing.dropped, without.routing.dropped) << preset.name;
    EXPECT_DOUBLE_EQ(routed.balance_loss, without.balance_loss) << preset.name;
    EXPECT_DOUBLE_EQ(routed.z_loss, without.z_loss) << preset.name;
  }
}

TEST(Route, GivesMinusInfinityNoWeight) {
  RouterRule rule = routerPreset("hf-mixtral").value();
  const std::vector<float> logits{0, -kInfinity, -kInfinity};
  const auto routed = *route(rule, logits, 1, 3);
  EXPECT_THAT(routed.routing.weight, ElementsAre(1.0F, 0.0F));
  EXPECT_DOUBLE_EQ(routed.z_loss, 0);
}

TEST(Route, RoutesNothing) {
  for (const RouterPreset& preset : routerPresets()) {
    const auto routed = route(forOneSequence(preset.rule), {}, 0, 8);
    ASSERT_TRUE(routed) << preset.name << " " << describe(routed.error());
    EXPECT_THAT(routed->routing.first, Each(0));
    EXPECT_EQ(routed->balance_loss, 0);
    EXPECT_EQ(routed->z_loss, 0);
  }
}

// Groups of four tokens have slots and sequences of four a loss of their own, as routed apart.
TEST(Route, GroupsAreRoutedApart) {
  RouterRule rule = routerPreset("flaxformer-tokens-choose-bpr").value();
  rule.capacity.fixed = 2;
  const std::vector<float> logits = normals(24, 3);
  RouterRule grouped = rule;
  grouped.group_tokens = 4;
  grouped.balance_tokens = 4;
  const auto whole = *route(grouped, logits, 8, 3);
  const auto front = *route(rule, std::span(logits).first(12), 4, 3);
  const auto back = *route(rule, std::span(logits).subspan(12), 4, 3);
  EXPECT_EQ(whole.routing.dropped, front.routing.dropped + back.routing.dropped);
  EXPECT_GT(whole.routing.dropped, 0u);
  EXPECT_DOUBLE_EQ(whole.balance_loss, (front.balance_loss + back.balance_loss) / 2);
  for (int e = 0; e < 3; ++e) {
    std::vector<std::int32_t> tokens(front.routing.tokensOf(e).begin(),
                                     front.routing.tokensOf(e).end());
    for (const std::int32_t token : back.routing.tokensOf(e)) tokens.push_back(token + 4);
    EXPECT_TRUE(std::ranges::equal(whole.routing.tokensOf(e), tokens));
  }
}

// Shares of the second expert: 1/(1 + e^d) for logits that differ by d.
TEST(Route, SendsSecondChoicesByTheirShare) {
  RouterRule rule = routerPreset("gshard").value();
  constexpr int kTokens = 20000;
  std::vector<float> logits;
  for (int t = 0; t < kTokens; ++t) logits.insert(logits.end(), {1, 0});
  rule.capacity.fixed = kTokens;
  // Probability 2 / (1 + e) = 0.53788; the deviation of the share over 20000 tokens is 0.0035.
  const auto gshard = *route(rule, logits, kTokens, 2, 11);
  EXPECT_NEAR(1 - gshard.declined / double{kTokens}, 0.53788, 0.0106);
  rule.second_threshold = 0.2;  // 0.269 is above: all are sent, but for the random rule's rounding
  EXPECT_EQ(route(rule, logits, kTokens, 2, 11)->declined, 0u);
  rule.second = SecondChoice::kThreshold;
  EXPECT_EQ(route(rule, logits, kTokens, 2)->declined, 0u);
  rule.second_threshold = 0.27;
  EXPECT_EQ(route(rule, logits, kTokens, 2)->declined, std::size_t{kTokens});
}

// Drawn among experts 1 and 2 with odds e^1 to e^0; three standard deviations of 20000 draws:
// 0.0095.
TEST(Route, SamplesSecondChoicesByTheirSoftmax) {
  RouterRule rule = routerPreset("deepspeed-top2").value();
  constexpr int kTokens = 20000;
  std::vector<float> logits;
  for (int t = 0; t < kTokens; ++t) logits.insert(logits.end(), {3, 1, 0});
  rule.capacity.factor.reset();
  const auto routed = *route(rule, logits, kTokens, 3, 5);
  EXPECT_EQ(routed.chosen_per_expert[0], std::size_t{kTokens});
  EXPECT_NEAR(routed.chosen_per_expert[1] / double{kTokens}, 0.73106, 0.0095);
  EXPECT_NE(routed.routing.token, route(rule, logits, kTokens, 3, 6)->routing.token);
  EXPECT_EQ(routed.routing.token, route(rule, logits, kTokens, 3, 5)->routing.token);
}

// 100 slots for 400 tokens: at random about 25 of the first 100 stay, the deviation is 3.8.
TEST(Route, DropsAtRandomWhereTheRuleSaysSo) {
  RouterRule rule = routerPreset("deepspeed-top1").value();
  rule.capacity.fixed = 100;
  const std::vector<float> logits(400, 0.0F);
  const auto routed = *route(rule, logits, 400, 1, 9);
  ASSERT_EQ(routed.routing.token.size(), 100u);
  const auto early = std::ranges::count_if(routed.routing.token, [](int t) { return t < 100; });
  EXPECT_NEAR(static_cast<double>(early), 25, 12);
}

// A chosen token with a negative logit loses to one that did not choose the expert.
TEST(Route, LosesNegativeLogitsToZerosInDeepSpeed) {
  RouterRule rule = routerPreset("deepspeed-topk").value();
  rule.top_k = 1;
  rule.capacity.fixed = 1;
  const std::vector<float> logits{-1, -2, -3, -1};
  const auto routed = *route(rule, logits, 2, 2);
  EXPECT_TRUE(routed.routing.token.empty());
  EXPECT_EQ(routed.routing.dropped, 2u);
}

TEST(ExpertCapacity, FollowsEachReference) {
  const auto slots = [](const char* preset, double factor, int tokens, int experts, int top_k) {
    CapacityRule rule = routerPreset(preset)->capacity;
    rule.factor = factor;
    return *expertCapacity(rule, tokens, experts, top_k);
  };
  EXPECT_EQ(slots("flaxformer-tokens-choose", 1.25, 24, 4, 2), 8);   // round(7.5) to even
  EXPECT_EQ(slots("flaxformer-tokens-choose", 1.25, 40, 4, 2), 12);  // round(12.5) to even
  EXPECT_EQ(slots("flaxformer-tokens-choose", 1.25, 8, 4, 2), 4);    // at least 4
  EXPECT_EQ(slots("mesh-tf-top2", 1.25, 40, 4, 2), 12);              // int(12.5)
  EXPECT_EQ(slots("mesh-tf-top2", 9, 40, 4, 2), 40);                 // min(40, int(90))
  EXPECT_EQ(slots("mesh-tf-top2", 9, 3, 4, 2), 4);                   // at least 4 all the same
  EXPECT_EQ(slots("mesh-tf-expert-selection", 9, 40, 4, 2), 40);     // the same formula
  EXPECT_EQ(slots("deepspeed-top1", 1, 8, 4, 1), 4);                 // the MoE layer's default
  EXPECT_EQ(slots("praxis-top2", 1.25, 40, 4, 2), 12);               // 12 is a multiple of 4
  EXPECT_EQ(slots("praxis-top2", 1.25, 44, 4, 2), 16);               // int(13.75), then up
  EXPECT_EQ(slots("praxis-expert-choice", 1.5, 43, 4, 2), 15);       // int(10 * 1.5)
  EXPECT_EQ(slots("deepspeed-top2", 1.25, 40, 4, 2), 25);            // ceil(10 * 2 * 1.25)
  EXPECT_EQ(slots("deepspeed-top1", 1.1, 41, 4, 1), 12);             // ceil(11.275)
  EXPECT_EQ(slots("megatron", 1.25, 41, 4, 2), 26);                  // ceil(20.5 * 1.25)
  EXPECT_EQ(slots("megablocks", 1.25, 41, 4, 2), 25);                // int(25.6)
  EXPECT_EQ(slots("tutel", 1.25, 41, 4, 2), 26);                     // 2 int(1.25 * 11)
  EXPECT_EQ(slots("gshard", 1, 40, 4, 2), 20);                       // 2 T / E
  EXPECT_EQ(slots("switch", 1.1, 100, 10, 1), 11);                   // not 12
  EXPECT_EQ(slots("switch", 1e300, 100, 10, 1), std::numeric_limits<int>::max());
  EXPECT_EQ(expertCapacity(routerPreset("hf-switch")->capacity, 5, 2, 1), 64);
  EXPECT_EQ(expertCapacity(routerPreset("hf-mixtral")->capacity, 5, 2, 1), std::nullopt);
}

// "at least N" in a line is the rule's own number.
TEST(RouterPresets, SayTheirLeastCapacity) {
  std::size_t said = 0;
  for (const RouterPreset& preset : routerPresets()) {
    const auto at = preset.description.find("at least ");
    if (at == std::string_view::npos) continue;
    ++said;
    EXPECT_EQ(preset.description[at + 9], '0' + preset.rule.capacity.least) << preset.name;
  }
  EXPECT_EQ(said, 2u);
}

// Two sequences of four tokens that all want expert 0, two slots each: four stay. As one batch two
// would, so the rule does not run without the length of a sequence.
TEST(RouterPresets, OfHuggingFaceSwitchCountSlotsBySequence) {
  RouterRule rule = routerPreset("hf-switch").value();
  rule.capacity.fixed = 2;
  std::vector<float> logits(16, 0.0F);
  for (int t = 0; t < 8; ++t) logits[2 * t] = 1;
  const auto refused = route(rule, logits, 8, 2);
  ASSERT_FALSE(refused);
  EXPECT_EQ(describe(refused.error()),
            "group_tokens: is 0, but this router counts slots by sequence: set the tokens of one");
  rule.group_tokens = 4;
  EXPECT_THAT(route(rule, logits, 8, 2)->routing.token, ElementsAre(0, 1, 4, 5));
}

TEST(RouterPresets, HaveDifferentNamesAndLines) {
  std::vector<std::string_view> names;
  for (const RouterPreset& preset : routerPresets()) {
    names.push_back(preset.name);
    EXPECT_FALSE(preset.description.empty()) << preset.name;
  }
  EXPECT_EQ(names.size(), 26u);
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
}

std::string routeProblem(const RouterRule& rule, int tokens = 2, int experts = 4) {
  const std::vector<float> logits(8, 0.0F);
  const auto routed = route(rule, logits, tokens, experts);
  return routed ? "no problem" : describe(routed.error());
}

TEST(Route, RefusesWhatMakesNoSense) {
  EXPECT_EQ(describe(routerPreset("mixtral").error())
                .find("router: there is no preset mixtral; did "
                      "you mean hf-mixtral"),
            0u);
  RouterRule rule;
  EXPECT_EQ(routeProblem(rule, 3), "logits: are 8 numbers; 3 tokens and 4 experts need 12");
  EXPECT_EQ(routeProblem(rule, -1), "tokens: is -1; 0 or more is needed");
  EXPECT_EQ(routeProblem(rule, 2, 0), "experts: is 0; 1 or more is needed");
  rule.top_k = 5;
  EXPECT_EQ(routeProblem(rule), "top_k: is 5 of 4 experts; 1 to 4 are possible");
  rule = {};
  rule.capacity.factor = -1;
  EXPECT_EQ(routeProblem(rule), "capacity.factor: is -1; a number from 0 is needed");
  rule.capacity.factor = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(routeProblem(rule), "capacity.factor: is nan; a number from 0 is needed");
  rule = {};
  rule.capacity.fixed = -2;
  EXPECT_EQ(routeProblem(rule), "capacity.fixed: is -2; 0 or more is needed");
  rule = {};
  rule.capacity.multiple_of = 0;
  EXPECT_EQ(routeProblem(rule), "capacity.multiple_of: is 0; 1 or more is needed");
  rule = {};
  rule.group_tokens = 3;
  EXPECT_EQ(routeProblem(rule), "group_tokens: is 3, which does not divide 2 tokens");
  rule = {};
  rule.second_threshold = 0;
  EXPECT_EQ(routeProblem(rule), "second_threshold: is 0; a number above 0 is needed");
  rule = {};
  rule.selection = RouterSelection::kExpertsChoose;
  EXPECT_EQ(routeProblem(rule), "capacity: experts that choose tokens need one");
  rule.capacity.factor = 1;
  EXPECT_EQ(routeProblem(rule), "balance: experts that choose are balanced; there is no such loss");
}

}  // namespace
}  // namespace moe
