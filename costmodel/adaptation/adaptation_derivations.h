#pragma once

#include <filesystem>
#include <vector>

#include "costmodel/accounting/derivation.h"

namespace moe {

/// Derivations of published figures of adaptation, for the table of published figures:
///
///   ia3-share     model, of, experts (1): n x the vectors of (IA)3, over `of`
///   lora-share    model, of, rank, targets: attention+ffn, or released-code (without wi_1)
///   mov-share     model, of, experts, routers: described in the paper, else of the released code
///   molora-share  model, of, experts, rank, routers: the same, and without wi_1 as released
///   esft-selected-experts  task, threshold: experts by the token scores of `released`/
///                 expert_scores/TASK, where that folder is named and has them; they do not ship
///
/// `of` is the count that a share is of; the model's own unless given.
std::vector<Derivation> adaptationDerivations(const std::filesystem::path& released);

}  // namespace moe
