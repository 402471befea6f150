#include "costmodel/accounting/published_match.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace moe {
namespace {

/// 0.015625 is printed as 0.01563: half a unit away but for the last bits of both numbers.
constexpr double kHalfUnitSlack = 1e-9;

MatchStatus matchedStatus(const PublishedFigure& figure, double derived) {
  const double printed = publishedValue(figure);
  const bool rounds = roundsTo(derived, printed, figure.rounded_to);
  switch (figure.kind) {
    case MatchKind::kExact:
    case MatchKind::kInferred:
      return rounds ? MatchStatus::kReproduced : MatchStatus::kMismatch;
    case MatchKind::kTolerance:
      return std::abs(derived - printed) <= figure.tolerance_percent / 100 * std::abs(printed)
                 ? MatchStatus::kWithinTolerance
                 : MatchStatus::kMismatch;
    case MatchKind::kNotDerivable:
      return MatchStatus::kNotReproduced;
    case MatchKind::kFitted:
    case MatchKind::kCircular:
    case MatchKind::kSelfMeasured:
      return MatchStatus::kNoEvidence;
    case MatchKind::kNegativeControl:
      return rounds ? MatchStatus::kMismatch : MatchStatus::kRefuted;
  }
  require(false, "unknown kind of match");
  return {};
}

/// What a figure without a derivation stands for. One that must match is not passed over.
MatchStatus underivedStatus(const PublishedFigure& figure) {
  switch (figure.kind) {
    case MatchKind::kNotDerivable:
      return MatchStatus::kNotReproduced;
    case MatchKind::kFitted:
    case MatchKind::kCircular:
    case MatchKind::kSelfMeasured:
      return MatchStatus::kNoEvidence;
    default:
      return MatchStatus::kNotRun;
  }
}

}  // namespace

std::string_view name(MatchStatus status) {
  switch (status) {
    case MatchStatus::kReproduced:
      return "reproduced";
    case MatchStatus::kWithinTolerance:
      return "within-tolerance";
    case MatchStatus::kNotReproduced:
      return "not-reproduced";
    case MatchStatus::kNoEvidence:
      return "no-evidence";
    case MatchStatus::kRefuted:
      return "refuted";
    case MatchStatus::kMismatch:
      return "mismatch";
    case MatchStatus::kNotRun:
      return "not-run";
  }
  require(false, "unknown status of a match");
  return {};
}

double unitScale(std::string_view unit) {
  constexpr std::pair<std::string_view, double> kScales[] = {
      {"M", 1e6},  {"B", 1e9},     {"MB", 1e6},     {"GB", 1e9},   {"GiB", 1073741824.0},
      {"%", 1e-2}, {"GFLOP", 1e9}, {"TFLOP", 1e12}, {"GB/s", 1e9},
  };
  for (const auto& [name, scale] : kScales)
    if (name == unit) return scale;
  return 1;
}

bool roundsTo(double value, double printed, double rounded_to) {
  return std::abs(value - printed) <= rounded_to / 2 * (1 + kHalfUnitSlack);
}

MatchedFigure matchFigure(const PublishedFigure& figure, std::span<const Derivation> derivations,
                          const ModelCatalog& models) {
  MatchedFigure match;
  match.figure = figure;
  match.status = underivedStatus(figure);
  if (figure.derivation.empty()) {
    if (match.status == MatchStatus::kNotRun) match.reason = "it names no derivation";
    return match;
  }
  const auto derivation =
      std::ranges::find(derivations, std::string_view(figure.derivation), &Derivation::name);
  if (derivation == derivations.end()) {
    match.status = MatchStatus::kNotRun;
    match.reason = fmt::format("there is no derivation {}", figure.derivation);
    return match;
  }
  match.formula = derivation->formula;
  const auto value = derivation->derive(DerivationInputs(figure, models));
  if (!value) {
    const bool lacking = value.error().kind == ErrorKind::kUnanswered;
    match.status = lacking ? MatchStatus::kNotRun : MatchStatus::kMismatch;
    match.reason = describe(value.error());
    return match;
  }
  const double printed = publishedValue(figure);
  match.derived = *value / unitScale(figure.unit);
  if (printed != 0) match.difference_percent = 100 * (*match.derived / printed - 1);
  match.status = matchedStatus(figure, *match.derived);
  return match;
}

}  // namespace moe
