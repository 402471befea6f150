#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace moe {

/// Which tokens every expert computes, with the weight of its output in the token's sum: the
/// assignments that were kept, grouped by expert, inside an expert in the order of its slots. Those
/// of expert e are first[e] <= i < first[e + 1].
struct Routing {
  int tokens = 0;
  int experts = 0;
  std::vector<std::int32_t> first;  ///< experts + 1
  std::vector<std::int32_t> token;  ///< per assignment
  std::vector<float> weight;        ///< per assignment
  std::size_t dropped = 0;          ///< assignments beyond an expert's capacity
  std::size_t tokens_without_expert = 0;

  std::span<const std::int32_t> tokensOf(int expert) const {
    return std::span(token).subspan(first[expert], first[expert + 1] - first[expert]);
  }
};

}  // namespace moe
