#include <array>

#include "fitting/laws/families/families.h"
#include "fitting/laws/law_family.h"

namespace moe {

std::span<const LawFamily* const> lawFamilies() {
  static const std::array<LawFamily, 16> kFamilies = {
      chinchillaFamily(),          chinchillaTiedFamily(), skalingFamily(),
      skalingTiedFamily(),         gadre2024Family(),      muennighoff2023Family(),
      muennighoff2023TiedFamily(), kumar2024Family(),      yun2024Family(),
      yun2024PlainFamily(),        clark2022Family(),      clark2022PlainFamily(),
      ludziejewski2025Family(),    abnar2025Family(),      krajewski2024Family(),
      krajewski2024DenseFamily()};
  static const auto kAll = [] {
    std::array<const LawFamily*, kFamilies.size()> all{};
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = &kFamilies[i];
    return all;
  }();
  return kAll;
}

const LawFamily* findLawFamily(std::string_view name) {
  for (const LawFamily* family : lawFamilies()) {
    if (family->name == name) return family;
  }
  return nullptr;
}

}  // namespace moe
