#include "costmodel/verify/measure/cold_copies.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace moe {
namespace {

std::string mebibytes(Bytes bytes) { return fmt::format("{:.0f} MiB", bytes.value() / 1048576); }

}  // namespace

ColdRule coldRule(Bytes cached, std::span<const double> reported_caches) {
  ColdRule rule;
  rule.cached = cached;
  rule.together = std::clamp(4 * cached, gibibytes(0.0625), gibibytes(0.5));
  for (const double reported : reported_caches)
    rule.reported = std::max(rule.reported, Bytes(reported));
  return rule;
}

std::string describe(const ColdRule& rule) {
  std::string text = rule.cached.value() > 0
                         ? fmt::format("caches hold about {} (measured)", mebibytes(rule.cached))
                         : "no working set was read clearly faster than memory";
  if (rule.reported.value() > 0)
    text += fmt::format(", the system names one of {}", mebibytes(rule.reported));
  text += fmt::format("; weights were used in turn over {}", mebibytes(rule.together));
  if (rule.cut())
    text +=
        ", the most that is made: less than four times what caches hold, so some may have come "
        "from a cache";
  return text;
}

int coldCopies(const ColdRule& rule, Bytes read, Bytes held, int most) {
  const double together = rule.together.value();
  const double wanted = std::ceil(together / std::max(read.value(), 1.0));
  const double needed = std::ceil(together / std::max(held.value(), 1.0));
  const double affordable = std::floor(2 * together / std::max(held.value(), 1.0));
  const double least = held >= rule.together ? 1 : 2;
  const double copies = std::max({std::min(wanted, affordable), needed, least});
  return static_cast<int>(std::min<double>(copies, std::max(most, 1)));
}

bool mayBeCached(const ColdRule& rule, int copies, Bytes read) {
  return copies * read < rule.cached;
}

}  // namespace moe
