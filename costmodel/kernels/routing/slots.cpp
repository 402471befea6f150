#include "costmodel/kernels/routing/slots.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "data/counter_random.h"

namespace moe {
namespace {

constexpr std::uint64_t kDropStream = 0x64726f70;

std::vector<int> tokensInOrder(DropOrder drop, const TokenScores& scores, int begin, int end) {
  std::vector<int> order(end - begin);
  std::iota(order.begin(), order.end(), begin);
  if (drop != DropOrder::kBatchPrioritised) return order;
  std::vector<double> largest(end - begin);
  for (int t = begin; t < end; ++t) {
    const auto row = scores.probabilitiesOf(t);
    largest[t - begin] = *std::max_element(row.begin(), row.end());
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](int a, int b) { return largest[a - begin] > largest[b - begin]; });
  return order;
}

/// Hands out slots one after another; who comes when an expert is full is dropped.
class SlotCounter {
 public:
  SlotCounter(int experts, int capacity, RouterChoices& choices)
      : asked_(experts, 0), capacity_(capacity), choices_(choices) {}

  void ask(int token, int choice) {
    const std::size_t place = choices_.at(token, choice);
    const std::int32_t expert = choices_.expert[place];
    if (expert == RouterChoices::kNobody) return;
    if (asked_[expert] < capacity_) choices_.slot[place] = asked_[expert];
    ++asked_[expert];
  }
  void forgetDropped() {
    for (int& asked : asked_) asked = std::min(asked, capacity_);
  }

 private:
  std::vector<int> asked_;
  int capacity_;
  RouterChoices& choices_;
};

void giveSlotsInOrder(const RouterRule& rule, const std::vector<int>& order, int experts,
                      int capacity, RouterChoices& choices) {
  SlotCounter counter(experts, capacity, choices);
  if (rule.slot_order == SlotOrder::kTokenByToken) {
    for (const int token : order)
      for (int i = 0; i < choices.width; ++i) counter.ask(token, i);
    return;
  }
  for (int i = 0; i < choices.width; ++i) {
    for (const int token : order) counter.ask(token, i);
    if (rule.slot_order == SlotOrder::kAfterKeptFirst) counter.forgetDropped();
  }
}

/// What an expert ranks its candidates by; all alike where position decides.
double candidateValue(const RouterRule& rule, const TokenScores& scores, std::uint64_t seed,
                      int token, std::int32_t expert, double gate) {
  switch (rule.drop) {
    case DropOrder::kProbability:
      return gate;
    case DropOrder::kLogit:
      return scores.logitsOf(token)[expert];
    case DropOrder::kRandom: {
      const auto place = static_cast<std::uint64_t>(token) * scores.experts + expert;
      return static_cast<double>((counterRandom(seed, kDropStream, place) >> 11) + 1) * 0x1p-53;
    }
    case DropOrder::kPosition:
    case DropOrder::kBatchPrioritised:
      break;
  }
  return 1;
}

struct Candidate {
  double value = 0;
  int token = 0;
};

/// Moves the `count` best to the front.
void selectBest(TieOrder ties, int count, std::vector<Candidate>& candidates) {
  if (count <= 0 || count >= static_cast<int>(candidates.size())) return;
  if (ties == TieOrder::kTorchTopK) {
    std::nth_element(candidates.begin(), candidates.begin() + count - 1, candidates.end(),
                     [](const Candidate& a, const Candidate& b) { return a.value > b.value; });
  } else {
    std::nth_element(candidates.begin(), candidates.begin() + count - 1, candidates.end(),
                     [](const Candidate& a, const Candidate& b) {
                       return a.value != b.value ? a.value > b.value : a.token < b.token;
                     });
  }
}

/// Each expert keeps its `capacity` best of all tokens, of which those that did not choose it are
/// worth nothing (kLogit, torch.topk: 0).
void giveSlotsByValue(const RouterRule& rule, const TokenScores& scores, int capacity, int begin,
                      int end, std::uint64_t seed, RouterChoices& choices) {
  const bool others_count = rule.drop == DropOrder::kLogit || rule.ties == TieOrder::kTorchTopK;
  const double other = others_count ? 0 : -std::numeric_limits<double>::infinity();
  const int tokens = end - begin;
  std::vector<std::vector<std::int32_t>> choice_of(scores.experts);  // of the tokens that chose it
  std::vector<std::vector<int>> chosen_by(scores.experts);
  for (int t = begin; t < end; ++t) {
    for (int i = 0; i < choices.width; ++i) {
      const std::int32_t expert = choices.expert[choices.at(t, i)];
      if (expert == RouterChoices::kNobody) continue;
      chosen_by[expert].push_back(t);
      choice_of[expert].push_back(i);
    }
  }
  std::vector<Candidate> candidates(tokens);
  std::vector<char> selected(tokens);
  for (int e = 0; e < scores.experts; ++e) {
    for (int t = 0; t < tokens; ++t) candidates[t] = {other, begin + t};
    for (std::size_t i = 0; i < chosen_by[e].size(); ++i) {
      const int token = chosen_by[e][i];
      const double gate = choices.gate[choices.at(token, choice_of[e][i])];
      candidates[token - begin].value = candidateValue(rule, scores, seed, token, e, gate);
    }
    const int count = std::min(capacity, tokens);
    selectBest(rule.ties, count, candidates);
    std::fill(selected.begin(), selected.end(), 0);
    for (int i = 0; i < count; ++i) selected[candidates[i].token - begin] = 1;
    std::int32_t slot = 0;
    for (std::size_t i = 0; i < chosen_by[e].size(); ++i) {
      const int token = chosen_by[e][i];
      if (selected[token - begin]) choices.slot[choices.at(token, choice_of[e][i])] = slot++;
    }
  }
}

}  // namespace

void giveSlots(const RouterRule& rule, const TokenScores& scores, std::optional<int> capacity,
               int begin, int end, std::uint64_t seed, RouterChoices& choices) {
  const int slots = capacity.value_or(std::numeric_limits<int>::max());
  const bool in_order = rule.drop == DropOrder::kBatchPrioritised ||
                        (rule.drop == DropOrder::kPosition && rule.ties == TieOrder::kLowestIndex);
  if (in_order || !capacity) {
    giveSlotsInOrder(rule, tokensInOrder(rule.drop, scores, begin, end), scores.experts, slots,
                     choices);
  } else {
    giveSlotsByValue(rule, scores, slots, begin, end, seed, choices);
  }
}

void takeTokens(const TokenScores& scores, int capacity, int begin, int end,
                RouterChoices& choices) {
  std::vector<int> order;
  for (int t = begin; t < end; ++t)
    if (scores.valid[t]) order.push_back(t);
  const int taken = std::min(capacity, static_cast<int>(order.size()));
  for (int e = 0; e < scores.experts; ++e) {
    std::partial_sort(order.begin(), order.begin() + taken, order.end(), [&](int a, int b) {
      const double of_a = scores.scoresOf(a)[e];
      const double of_b = scores.scoresOf(b)[e];
      return of_a != of_b ? of_a > of_b : a < b;
    });
    for (int slot = 0; slot < taken; ++slot) {
      const std::size_t place = choices.at(order[slot], e);
      choices.expert[place] = e;
      choices.gate[place] = scores.scoresOf(order[slot])[e];
      choices.slot[place] = slot;
    }
  }
}

}  // namespace moe
