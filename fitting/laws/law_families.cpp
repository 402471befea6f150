#include <array>

#include "fitting/laws/families/families.h"
#include "fitting/laws/law_family.h"

namespace moe {

std::span<const LawFamily* const> lawFamilies() {
  static const LawFamily kChinchilla = chinchillaFamily();
  static const LawFamily kYun = yun2024Family();
  static const LawFamily kYunPlain = yun2024PlainFamily();
  static const LawFamily kClark = clark2022Family();
  static const LawFamily kClarkPlain = clark2022PlainFamily();
  static const LawFamily kLudziejewski = ludziejewski2025Family();
  static const LawFamily kKrajewski = krajewski2024Family();
  static const LawFamily kKrajewskiDense = krajewski2024DenseFamily();
  static const std::array<const LawFamily*, 8> kAll = {
      &kChinchilla, &kYun,          &kYunPlain,  &kClark,
      &kClarkPlain, &kLudziejewski, &kKrajewski, &kKrajewskiDense};
  return kAll;
}

const LawFamily* findLawFamily(std::string_view name) {
  for (const LawFamily* family : lawFamilies()) {
    if (family->name == name) return family;
  }
  return nullptr;
}

}  // namespace moe
