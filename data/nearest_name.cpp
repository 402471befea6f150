#include "data/nearest_name.h"

#include <algorithm>
#include <numeric>

namespace moe {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lowered(std::string_view text) {
  std::string small(text);
  std::transform(small.begin(), small.end(), small.begin(), lower);
  return small;
}

/// Twice the distance and one more, so that a contained name can count half and win ties.
std::size_t rank(const std::string& name, const std::string& candidate) {
  const std::size_t distance = editDistance(name, candidate);
  if (name.empty() || candidate.empty()) return 2 * distance + 1;
  const bool contained = candidate.find(name) != std::string::npos ||
                         (candidate.size() > 1 && name.find(candidate) != std::string::npos);
  return contained ? distance : 2 * distance + 1;
}

}  // namespace

std::size_t editDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (lower(a[i]) == lower(b[j]) ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

std::vector<std::string> nearestNames(std::string_view name,
                                      std::span<const std::string> candidates, std::size_t count) {
  const std::string wanted = lowered(name);
  std::vector<std::size_t> ranks;
  for (const std::string& candidate : candidates) ranks.push_back(rank(wanted, lowered(candidate)));
  std::vector<std::size_t> order(candidates.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&ranks](std::size_t a, std::size_t b) { return ranks[a] < ranks[b]; });
  order.resize(std::min(count, order.size()));
  std::vector<std::string> nearest;
  for (const std::size_t index : order) nearest.push_back(candidates[index]);
  return nearest;
}

std::string didYouMean(std::string_view name, std::span<const std::string> candidates,
                       std::size_t count) {
  const std::vector<std::string> names = nearestNames(name, candidates, count);
  if (names.empty()) return {};
  std::string text = "did you mean " + names.front();
  for (std::size_t i = 1; i < names.size(); ++i) {
    text += (i + 1 == names.size() ? " or " : ", ") + names[i];
  }
  return text + "?";
}

}  // namespace moe
