#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "costmodel/verify/layers/layer_row.h"

namespace moe {

enum class ClaimVerdict {
  kHolds,
  kFails,
  kCannotTell,  ///< it rests on too few rows
};
/// "holds", "fails", "cannot tell".
std::string_view name(ClaimVerdict verdict);

/// A claim is judged on so many rows at least, in so many families of layers that differ in nothing
/// but what is compared: one row that is off does not decide it.
inline constexpr std::size_t kFewestClaimRows = 6;
inline constexpr std::size_t kFewestClaimFamilies = 2;

/// A statement of the paper about MoE layers, held against this machine.
struct LayerClaim {
  std::string claim;
  ClaimVerdict verdict = ClaimVerdict::kCannotTell;
  std::string evidence;      ///< the figures, or why there are none
  std::size_t rows = 0;      ///< that it rests on
  std::size_t families = 0;  ///< of layers that these rows form
};

/// For each precision, over rows with the same widths, top-k and even routing that are trusted:
///
///   small batches  the time of a batch that touches at most half of the experts grows with the
///                  experts it touches: the slope of ln time over ln touched experts of one layer
///                  is 0.5 to 1.5 (1: in proportion)
///   large batches  it does not: with 100 tokens an expert and more, layers of 8 to 64 experts
///                  differ by less than 1.5 in the time of the same tokens
///   total size     when every expert is touched (95 % of them) by few tokens each (at most 4),
///                  time follows the size of the layer: the slope of ln time over ln experts is
///                  0.75 to 1.25
///
/// A family is three rows or more. With fewer rows or families than the two constants nothing is
/// claimed either way, and the evidence says on how many.
std::vector<LayerClaim> layerClaims(const std::vector<VerifyRow>& rows);

/// Least-squares slope of y over x; at least two different x.
double slopeOf(const std::vector<double>& x, const std::vector<double>& y);

}  // namespace moe
