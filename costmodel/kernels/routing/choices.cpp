#include "costmodel/kernels/routing/choices.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "data/counter_random.h"

namespace moe {
namespace {

/// Streams of random numbers, so that one setting does not change the draws of another.
constexpr std::uint64_t kSampleStream = 0x73616d706c65;
constexpr std::uint64_t kSendStream = 0x73656e64;

/// Evenly distributed in (0, 1).
double openUnit(std::uint64_t random) {
  return (static_cast<double>(random >> 12) + 0.5) * 0x1p-52;
}

double gumbelNoise(std::uint64_t seed, std::uint64_t place) {
  return -std::log(-std::log(openUnit(counterRandom(seed, kSampleStream, place))));
}

/// Puts the `count` experts of largest value first, the largest first, equal ones by number.
void bestFirst(std::vector<std::int32_t>& order, std::size_t from, std::size_t count,
               const std::vector<double>& value) {
  std::partial_sort(order.begin() + from, order.begin() + from + count, order.end(),
                    [&](std::int32_t a, std::int32_t b) {
                      return value[a] != value[b] ? value[a] > value[b] : a < b;
                    });
}

/// What experts are ranked by: logits, which order as softmax and sigmoid do without their ties.
void rankValues(const RouterRule& rule, const TokenScores& scores, int token,
                std::vector<double>& value) {
  if (rule.scores == RouterScores::kSoftmaxOverTokens) {
    const auto row = scores.scoresOf(token);
    value.assign(row.begin(), row.end());
  } else {
    const auto row = scores.logitsOf(token);
    value.assign(row.begin(), row.end());
  }
}

void setGates(const RouterRule& rule, const TokenScores& scores, int token,
              RouterChoices& choices) {
  const auto row = scores.scoresOf(token);
  double sum = 0;
  for (int i = 0; i < choices.width; ++i) {
    const double score = row[choices.expert[choices.at(token, i)]];
    sum += choices.gate[choices.at(token, i)] =
        rule.scores == RouterScores::kSoftmaxOfChosen
            ? std::exp(score - scores.logitsOf(token)[choices.expert[choices.at(token, 0)]])
            : score;
  }
  if (rule.scores == RouterScores::kSoftmaxOfChosen) {
    for (int i = 0; i < choices.width; ++i) choices.gate[choices.at(token, i)] /= sum;
    sum = 1;
  }
  choices.gate_sum[token] = sum;
}

bool isSent(const RouterRule& rule, double share, std::uint64_t seed, std::size_t place) {
  if (rule.second == SecondChoice::kThreshold) return share > rule.second_threshold;
  if (rule.second == SecondChoice::kRandom)
    return openUnit(counterRandom(seed, kSendStream, place)) < share / rule.second_threshold;
  return true;
}

void declineLaterChoices(const RouterRule& rule, int token, std::uint64_t seed,
                         RouterChoices& choices) {
  for (int i = 1; i < choices.width; ++i) {
    const std::size_t place = choices.at(token, i);
    const double sum = choices.gate_sum[token];
    if (isSent(rule, sum > 0 ? choices.gate[place] / sum : 0, seed, place)) continue;
    choices.expert[place] = RouterChoices::kNobody;
    ++choices.declined;
  }
}

}  // namespace

RouterChoices chooseExperts(const RouterRule& rule, const TokenScores& scores, std::uint64_t seed) {
  RouterChoices choices;
  choices.tokens = scores.tokens;
  choices.width = rule.top_k;
  const std::size_t size = choices.at(scores.tokens, 0);
  choices.expert.assign(size, RouterChoices::kNobody);
  choices.slot.assign(size, RouterChoices::kNobody);
  choices.gate.assign(size, 0.0);
  choices.gate_sum.assign(scores.tokens, 0.0);
  std::vector<double> value;
  std::vector<std::int32_t> order(scores.experts);
  for (int t = 0; t < scores.tokens; ++t) {
    if (!scores.valid[t]) continue;
    rankValues(rule, scores, t, value);
    std::iota(order.begin(), order.end(), 0);
    if (rule.second == SecondChoice::kSampled) {
      bestFirst(order, 0, 1, value);
      for (int e = 0; e < scores.experts; ++e)
        value[e] += gumbelNoise(seed, static_cast<std::uint64_t>(t) * scores.experts + e);
      bestFirst(order, 1, choices.width - 1, value);
    } else {
      bestFirst(order, 0, choices.width, value);
    }
    std::copy_n(order.begin(), choices.width, choices.expert.begin() + choices.at(t, 0));
    setGates(rule, scores, t, choices);
    declineLaterChoices(rule, t, seed, choices);
  }
  return choices;
}

}  // namespace moe
