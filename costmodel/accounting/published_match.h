#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "costmodel/accounting/derivation.h"

namespace moe {

/// How a published figure and ours stand to each other.
enum class MatchStatus {
  kReproduced,       ///< rounds to the printed digits (exact, inferred)
  kWithinTolerance,  ///< close, as its kind says
  kNotReproduced,    ///< published, and no formula gives it
  kNoEvidence,       ///< agreement would mean nothing (fitted, circular), or nothing is published
  kRefuted,          ///< a misreading that does not match, as it must not
  kMismatch,         ///< it had to match and does not; or a misreading does
  kNotRun,           ///< the derivation lacks something; the reason says what
};

/// "reproduced", "within-tolerance", "not-reproduced", "no-evidence", "refuted", "mismatch",
/// "not-run".
std::string_view name(MatchStatus status);

/// A published figure with what we make of it.
struct MatchedFigure {
  PublishedFigure figure;
  std::string formula;            ///< of its derivation
  std::optional<double> derived;  ///< in the figure's unit
  double difference_percent = 0;  ///< of the published value
  MatchStatus status = MatchStatus::kNotReproduced;
  std::string reason;  ///< why there is no derived value
};

/// 1e9 of "B" and "GB", 2^30 of "GiB", 0.01 of "%"; 1 of what is plain ("experts", "nats").
double unitScale(std::string_view unit);

/// Whether a value rounds to what is printed: within half of `rounded_to`, ends included.
bool roundsTo(double value, double printed, double rounded_to);

/// Derives one figure. Never an error: what cannot be derived says why. A derivation that lacks
/// something (kUnanswered) was not run; arguments or models that are wrong are a mismatch.
MatchedFigure matchFigure(const PublishedFigure& figure, std::span<const Derivation> derivations,
                          const ModelCatalog& models);

}  // namespace moe
