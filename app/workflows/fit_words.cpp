#include "app/workflows/fit_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "data/nearest_name.h"

namespace moe {

Result<std::vector<const LawFamily*>> familiesNamed(const std::vector<std::string>& names,
                                                    const char* option) {
  std::vector<const LawFamily*> families;
  std::vector<std::string> known;
  for (const LawFamily* family : lawFamilies()) known.emplace_back(family->name);
  for (const std::string& name : names) {
    const LawFamily* family = findLawFamily(name);
    if (family == nullptr) {
      return fail(ErrorKind::kUsage, option,
                  fmt::format("unknown law '{}'; {}", name, didYouMean(name, known)));
    }
    if (std::find(families.begin(), families.end(), family) != families.end()) {
      return fail(ErrorKind::kUsage, option, fmt::format("{} is asked for twice", name));
    }
    families.push_back(family);
  }
  if (families.empty()) return fail(ErrorKind::kUsage, option, "no law is asked for");
  return families;
}

Result<Objective> parseObjective(const std::string& kind, double delta) {
  if (!(delta > 0) || !std::isfinite(delta)) {
    return fail(ErrorKind::kUsage, "--delta",
                fmt::format("is {:g}; it must be positive and finite", delta));
  }
  const bool on_loss = kind.ends_with("-raw");
  const ResidualScale scale = on_loss ? ResidualScale::kLoss : ResidualScale::kLogLoss;
  const std::string base = on_loss ? kind.substr(0, kind.size() - 4) : kind;
  if (base == "huber") return Objective{ObjectiveKind::kHuber, delta, scale};
  if (base == "l2") return Objective{ObjectiveKind::kLeastSquares, delta, scale};
  return fail(ErrorKind::kUsage, "--objective",
              fmt::format("'{}' is none of huber, l2, huber-raw and l2-raw", kind));
}

}  // namespace moe
