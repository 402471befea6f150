#pragma once

#include <optional>
#include <string>
#include <vector>

#include "costmodel/planner/plan.h"

namespace moe {

/// A figure that a paper prints beside what a law and a cost model give.
struct StudiedClaim {
  std::string claim;
  std::string where;  ///< in the paper
  Range printed;
  std::optional<Range> ours;  ///< at the budgets of the claim; none: there is no such model

  /// Our range touches the printed one.
  bool agrees() const { return ours && ours->low <= printed.high && ours->high >= printed.low; }
};

/// The claims of [Yun2024] on cost, size and training FLOP, one by one. Its law, traffic and shape
/// constant are not published, so nothing is expected to agree to the digit and nothing is tuned.
/// Abstract and introduction print different figures for the extra training of few experts: both
/// are listed. Law, shape, machine and traffic are those of `request`; its mode, budget, experts
/// and draws are not looked at.
std::vector<StudiedClaim> studiedYunClaims(const PlanRequest& request);

/// A cell of Table 2 of [Ludziejewski2025]: the number of experts with the least loss at a training
/// budget when weights and a cache of 16 000 tokens, both in bf16, must fit in memory.
struct MemoryCell {
  Flop budget;
  Bytes memory;
  double printed = 0;            ///< 32 is printed as "at least 32"
  double ours = 0;               ///< among 1, 2, 4, 8, 16, 32
  double excess_of_printed = 0;  ///< loss of the printed number above the least, nats
};

/// Cell by cell with the law's published coefficients and the paper's shape: h / layers = 64, gated
/// FFNs of 3 h, N with embeddings and head of 50 257 tokens.
std::vector<MemoryCell> ludziejewskiMemoryTable(const Law& law);

}  // namespace moe
