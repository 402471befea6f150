#include "costmodel/accounting/derivation.h"

#include <fmt/format.h>

#include <cmath>

#include "data/numbers.h"

namespace moe {

const std::string* DerivationInputs::find(std::string_view argument) const {
  for (const auto& [key, value] : figure_.arguments)
    if (key == argument) return &value;
  return nullptr;
}

Result<std::string> DerivationInputs::text(std::string_view argument) const {
  if (const std::string* value = find(argument)) return *value;
  return fail(ErrorKind::kInput, figure_.where,
              fmt::format("the derivation {} needs the argument {}", figure_.derivation, argument));
}

std::string DerivationInputs::textOr(std::string_view argument, std::string_view without) const {
  const std::string* value = find(argument);
  return value ? *value : std::string(without);
}

Result<double> DerivationInputs::number(std::string_view argument) const {
  const auto value = text(argument);
  if (!value) return tl::unexpected(value.error());
  const auto number = parseNumber(*value);
  if (number && std::isfinite(*number)) return *number;
  return fail(ErrorKind::kInput, figure_.where,
              fmt::format("the argument {} is '{}'; a number is expected", argument, *value));
}

Result<double> DerivationInputs::numberOr(std::string_view argument, double without) const {
  return find(argument) ? number(argument) : without;
}

Result<ModelArchitecture> DerivationInputs::model() const {
  const auto wanted = text("model");
  if (!wanted) return tl::unexpected(wanted.error());
  const auto entry = findModel(models_, *wanted, figure_.where);
  if (!entry) return tl::unexpected(entry.error());
  return architectureOf(*entry);
}

}  // namespace moe
