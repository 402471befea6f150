#pragma once

#include <optional>

namespace moe {

enum class RouterSelection {
  kTokensChoose,   ///< every token takes its best experts
  kExpertsChoose,  ///< every expert takes its best tokens [Zhou2022]
};

/// What the weights of the outputs are made of, in double precision from f32 logits.
enum class RouterScores {
  kSoftmax,            ///< over all experts, before the choice
  kSoftmaxOfChosen,    ///< over the k chosen logits, after the choice
  kSoftmaxOverTokens,  ///< over the tokens of a group, for each expert
  kSigmoid,            ///< of each logit by itself
};

enum class Renormalise {
  kNone,
  kBeforeDrop,  ///< over the k chosen, those that are dropped or declined included
  kAfterDrop,   ///< over those that were kept
  kByTakers,    ///< divided by how many experts took the token
};

enum class TokensPerExpert { kExact, kRoundedDown, kRoundedUp };
enum class CapacityRounding { kDown, kUp, kHalfToEven };
enum class TopKFactor { kNone, kBeforeRounding, kAfterRounding };

/// Most tokens of a group that an expert takes:
///
///     C = up(max(least, round(a f k1) k2), multiple_of)
///
/// with round(a f k1) k2 no more than the tokens of the group where `within_group` says so.
///
///   a  tokens of the group / experts, rounded first or not    f  capacity factor
///   k1, k2  top_k where `times_top_k` says so, else 1         up(x, m)  next multiple of m
///
/// In double precision, a k1 first and then times f: 1.1 times 10 tokens are 11,
/// not 11.000000000000002.
struct CapacityRule {
  std::optional<double> factor;  ///< none: no limit, unless `fixed` gives one
  std::optional<int> fixed;      ///< C itself; the rest is not used
  TokensPerExpert tokens_per_expert = TokensPerExpert::kExact;
  CapacityRounding rounding = CapacityRounding::kUp;
  TopKFactor times_top_k = TopKFactor::kNone;
  int least = 0;
  int multiple_of = 1;
  bool within_group = false;
};

/// In which order the choices of a group ask for the slots of their experts.
enum class SlotOrder {
  kAfterKeptFirst,  ///< first choices of all tokens, then second ones after those that were kept
  kAfterAllFirst,   ///< the same, but dropped first choices push second ones back as well
  kTokenByToken,    ///< all choices of a token before those of the next
};

/// Who is dropped when an expert has more choices than slots.
enum class DropOrder {
  kPosition,          ///< later tokens
  kBatchPrioritised,  ///< tokens whose largest probability is smaller (stable) [Riquelme2021]
  kProbability,       ///< per expert, smaller weights
  kLogit,   ///< per expert, smaller logits, where a token that did not choose it counts as logit 0
            ///< and can win: negative logits lose to it
  kRandom,  ///< per expert, drawn with the seed
};

/// Equal candidates for an expert's slots. kTorchTopK is what torch.topk 1.13 does on a CPU, which
/// promises nothing: std::nth_element over the tokens. It differs between standard libraries.
enum class TieOrder { kLowestIndex, kTorchTopK };

/// Whether the second and later choices are sent at all. A share is the choice's score over the sum
/// of the token's k scores.
enum class SecondChoice {
  kAll,
  kThreshold,  ///< where the share exceeds the threshold
  kRandom,     ///< with probability min(1, share / threshold)
  kSampled,    ///< all, but drawn among the other experts by their softmax (Gumbel noise)
};

/// Which choices count in f_e of the balance loss; all before anything is dropped.
enum class BalanceCount { kNone, kFirstChoice, kAllChoices };

/// How a router decides. Every convention in which implementations differ is a setting of its own;
/// `routerPreset` has those of the reference implementations.
struct RouterRule {
  RouterSelection selection = RouterSelection::kTokensChoose;
  int top_k = 1;  ///< experts per token; not used where experts choose
  RouterScores scores = RouterScores::kSoftmax;

  Renormalise renormalise = Renormalise::kNone;
  bool renormalise_single = false;  ///< with top_k 1 as well, where the weight becomes 1
  double divisor_added = 0;         ///< the divisor is max(sum + added, least)
  double divisor_least = 0;
  double scaling = 1;  ///< routed_scaling_factor: multiplies every weight at the end

  int group_tokens = 0;  ///< tokens that share the slots of an expert; 0: all
  /// Slots are counted by sequence: `group_tokens` must say how long one is.
  bool group_is_sequence = false;
  CapacityRule capacity;
  SlotOrder slot_order = SlotOrder::kAfterAllFirst;
  DropOrder drop = DropOrder::kPosition;
  TieOrder ties = TieOrder::kLowestIndex;

  SecondChoice second = SecondChoice::kAll;
  double second_threshold = 0.2;

  BalanceCount balance = BalanceCount::kFirstChoice;
  bool balance_per_choice = false;  ///< f divided by the choices that count: 1 where all is even
  double balance_added = 0;         ///< f and P are each divided by 1 + this
  int balance_tokens = 0;           ///< tokens of one sequence, each with its own loss; 0: all
  double balance_coefficient = 1;   ///< alpha
  double z_coefficient = 0;         ///< c_z
};

}  // namespace moe
