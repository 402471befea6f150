#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "data/error.h"

namespace moe {

/// What it is worth that a derived figure agrees with a published one.
enum class MatchKind {
  kExact,            ///< from a published configuration, table or file; nothing was tuned
  kInferred,         ///< rounds to the print, but one convention was picked because it fits
  kTolerance,        ///< close, not to the printed digits
  kNotDerivable,     ///< no formula found; the best attempt stands beside it
  kFitted,           ///< constants were fitted to the figure itself: no evidence
  kCircular,         ///< an input was worked back from the figure: no evidence
  kSelfMeasured,     ///< measured for moeplan, not published
  kNegativeControl,  ///< a wrong reading of the source, which must not match
};

/// "exact", "inferred", "tolerance", "not-derivable", "fitted", "circular", "self-measured",
/// "negative-control".
std::string_view name(MatchKind kind);

/// One figure that somebody printed, and how it is derived.
struct PublishedFigure {
  std::string system;
  std::string quantity;
  std::string published;  ///< as printed; its last digit says how it was rounded
  std::string unit;       ///< of published: "B", "M", "GB", "GiB", "GFLOP", "%", "experts", ...
  double rounded_to = 0;  ///< in that unit: one of the last printed digit unless the table says
  MatchKind kind = MatchKind::kNotDerivable;
  double tolerance_percent = 0;  ///< of kTolerance
  std::string derivation;        ///< name of the one that answers; empty: none
  std::vector<std::pair<std::string, std::string>> arguments;  ///< of the derivation, by name
  std::string convention;  ///< what was picked (kInferred), or what the inputs are
  std::string source;
  std::string note;
  std::string where;  ///< table and line
};

/// The published text as a number, in the unit. The reader has checked that it is one.
double publishedValue(const PublishedFigure& figure);

/// Reads a table with the columns of data/tables/published/SOURCE.md. Errors (kInput) name file,
/// line and column: a column that is missing, a value that is no number, an unknown kind, a
/// tolerance where there is none and the other way round, arguments that are no NAME=VALUE.
Result<std::vector<PublishedFigure>> parsePublishedFigures(std::string_view text,
                                                           const std::string& file);

/// The figures that ship with the program.
std::vector<PublishedFigure> shippedPublishedFigures();

}  // namespace moe
