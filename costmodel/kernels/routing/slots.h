#pragma once

#include <optional>

#include "costmodel/kernels/routing/choices.h"

namespace moe {

/// Gives the choices of the tokens [begin, end), one group, their slots; who gets none is dropped.
/// Slots are numbered in the order in which they were asked for (DropOrder kPosition and
/// kBatchPrioritised), else by token.
void giveSlots(const RouterRule& rule, const TokenScores& scores, std::optional<int> capacity,
               int begin, int end, std::uint64_t seed, RouterChoices& choices);

/// Expert choice: every expert takes its `capacity` best tokens of [begin, end), the best in slot
/// 0, equal ones by token. Fills choices of width experts.
void takeTokens(const TokenScores& scores, int capacity, int begin, int end,
                RouterChoices& choices);

}  // namespace moe
