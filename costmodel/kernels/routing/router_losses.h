#pragma once

#include "costmodel/kernels/routing/choices.h"

namespace moe {

/// Balance loss of the choices as they were made, before anything is dropped, without alpha:
///
///     L = E sum_e f_e P_e          mean over the sequences of rule.balance_tokens tokens
///
///   f_e  choices of e that count, per token; with balance_per_choice also / choices per token,
///        with balance_added also / (1 + balance_added), as P_e
///   P_e  mean probability of e over the tokens
///
/// For even routing 1, or the counting choices per token without balance_per_choice. Declined
/// second choices do not count. 0 for BalanceCount::kNone and where there is no routable token.
double balanceLoss(const RouterRule& rule, const TokenScores& scores, const RouterChoices& choices);

/// Mean over the routable tokens of (log sum_j exp x_j)^2 [Zoph2022].
double zLoss(const TokenScores& scores);

}  // namespace moe
