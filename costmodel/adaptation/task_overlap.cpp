#include "costmodel/adaptation/task_overlap.h"

#include <algorithm>
#include <cmath>

#include "costmodel/adaptation/expert_selection.h"

namespace moe {
namespace {

std::size_t sharedCount(const std::vector<int>& a, const std::vector<int>& b) {
  return static_cast<std::size_t>(std::count_if(a.begin(), a.end(), [&](int expert) {
    return std::find(b.begin(), b.end(), expert) != b.end();
  }));
}

/// The experts of highest score: as many as asked for.
std::vector<int> topExperts(std::span<const double> scores, std::size_t count) {
  std::vector<int> order = selectExperts(scores, HUGE_VAL);
  order.resize(std::min(count, order.size()));
  return order;
}

}  // namespace

SelectionOverlap selectionOverlap(const EsftConfig& a, const EsftConfig& b) {
  SelectionOverlap overlap;
  for (const auto& [layer, chosen] : a.experts) {
    const auto other = b.experts.find(layer);
    if (other == b.experts.end()) continue;
    const std::size_t shared = sharedCount(chosen, other->second);
    const std::size_t either = chosen.size() + other->second.size() - shared;
    overlap.shared_experts += static_cast<double>(shared);
    overlap.jaccard += either == 0 ? 1 : static_cast<double>(shared) / static_cast<double>(either);
    ++overlap.layers;
  }
  if (overlap.layers == 0) return overlap;
  overlap.shared_experts /= static_cast<double>(overlap.layers);
  overlap.jaccard /= static_cast<double>(overlap.layers);
  return overlap;
}

double topExpertOverlap(const ExpertScores& a, const ExpertScores& b, std::size_t count) {
  require(a.values.size() == b.values.size() && a.experts == b.experts,
          "overlap is of tasks of one model");
  double shared = 0;
  for (std::size_t layer = 0; layer < a.values.size(); ++layer)
    shared += static_cast<double>(
        sharedCount(topExperts(a.values[layer], count), topExperts(b.values[layer], count)));
  return a.values.empty() ? 0 : shared / static_cast<double>(a.values.size());
}

}  // namespace moe
