#include "fitting/laws/families/families.h"

namespace moe::families {

LawFamily tied(LawFamily family, std::string_view name, std::string_view which,
               std::string_view with) {
  const int gone = family.parameterIndex(which);
  const int kept = family.parameterIndex(with);
  require(gone > kept && kept >= 0, "a tie needs two parameters, the later one to go");
  require(family.isPowerSum(), "effective variables know their parameters by place");
  const auto renumber = [&](int& parameter) {
    if (parameter == gone) parameter = kept;
    if (parameter > gone) --parameter;
  };
  for (Term& term : family.terms) {
    for (ExponentEntry& entry : term) renumber(entry.parameter);
  }
  for (ExponentEntry& entry : family.factor) renumber(entry.parameter);
  for (int* special : {&family.power, &family.e_start, &family.e_max}) renumber(*special);
  family.parameters.erase(family.parameters.begin() + gone);
  family.name = name;
  return family;
}

}  // namespace moe::families
