#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "costmodel/architecture.h"
#include "data/catalog/catalog.h"
#include "data/catalog/published_table.h"

namespace moe {

/// What a derivation may look at: the figure's arguments, and the models by name.
class DerivationInputs {
 public:
  DerivationInputs(const PublishedFigure& figure, const ModelCatalog& models)
      : figure_(figure), models_(models) {}

  /// An argument; errors (kInput) point at the figure: it is missing, or no finite number.
  Result<std::string> text(std::string_view argument) const;
  Result<double> number(std::string_view argument) const;
  /// The same, or `without` where the figure does not have it.
  std::string textOr(std::string_view argument, std::string_view without) const;
  Result<double> numberOr(std::string_view argument, double without) const;
  /// The model that the argument "model" names.
  Result<ModelArchitecture> model() const;

  const PublishedFigure& figure() const { return figure_; }
  const ModelCatalog& models() const { return models_; }

 private:
  const std::string* find(std::string_view argument) const;

  const PublishedFigure& figure_;
  const ModelCatalog& models_;
};

/// A way to a figure: a name in the table, the formula for people, and the function, which answers
/// in plain units (parameters, bytes, FLOP, shares). kUnanswered: it lacks something that does not
/// ship, and says what.
struct Derivation {
  std::string_view name;
  std::string_view formula;
  std::function<Result<double>(const DerivationInputs&)> derive;
};

/// Derivations of counts: parameters, bytes of storage, FLOP.
std::vector<Derivation> countDerivations();
/// Derivations of routing, messages and plain arithmetic on printed numbers.
std::vector<Derivation> figureDerivations();

}  // namespace moe
