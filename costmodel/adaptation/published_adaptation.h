#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "costmodel/adaptation/adaptation_method.h"

namespace moe {

/// A quality that was published for a way of adapting a model. Never computed here.
struct PublishedQuality {
  std::string_view model;    ///< name in the catalog
  AdaptationMethod method;   ///< whose row it belongs to
  std::string_view variant;  ///< what was trained, in words
  std::string_view measure;  ///< "mean of 6 specialised tasks"
  std::string_view value;    ///< as printed
  std::string_view trained;  ///< parameters, as printed; empty: not stated
  std::string_view source;
};
std::span<const PublishedQuality> publishedQualities();

/// How well a published figure is derived.
enum class MatchKind {
  kExact,         ///< rounds to the print from published inputs, nothing chosen
  kInferred,      ///< rounds to the print with one convention that was chosen because it fits
  kTolerance,     ///< close, not to the printed digits
  kNotDerivable,  ///< no formula was found; the nearest attempt is shown
};
/// "exact", "inferred", "within tolerance", "not reproduced".
std::string_view name(MatchKind kind);

/// A published figure of adaptation beside what is computed here.
struct AdaptationCheck {
  std::string system;
  std::string quantity;
  std::string published;  ///< as printed
  std::string unit;
  double derived = 0;  ///< in the unit; NaN: nothing was derived
  MatchKind kind = MatchKind::kNotDerivable;
  std::string note;  ///< the convention, or why it does not match
  std::string source;

  /// Whether `derived` rounds to the printed digits.
  bool rounds() const;
};

/// The published figures of a model's adaptation, each derived from its architecture: of
/// DeepSeek-V2-Lite those of ESFT, of T5 v1.1 XL and XXL those of (IA)3, LoRA, MoV and MoLORA;
/// none of other models. Errors: those of adaptModel.
Result<std::vector<AdaptationCheck>> adaptationChecks(const ModelArchitecture& model);

}  // namespace moe
