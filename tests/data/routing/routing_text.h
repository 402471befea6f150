#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

namespace moe::test {

/// One sequence as the ESFT authors' model writes it: experts, an empty field, gates.
inline std::string sequenceLine(const std::vector<int>& experts, const std::vector<double>& gates) {
  return fmt::format("{}\t\t{}\n", fmt::join(experts, "\t"), fmt::join(gates, "\t"));
}

/// {"1": {"0": 0.5, "1": 0.5}} for layers from 1 on.
inline std::string scoresObject(const std::vector<std::vector<double>>& layers) {
  std::string text;
  for (std::size_t layer = 0; layer < layers.size(); ++layer) {
    std::string scores;
    for (std::size_t expert = 0; expert < layers[layer].size(); ++expert)
      scores +=
          fmt::format("{}\"{}\": {}", scores.empty() ? "" : ", ", expert, layers[layer][expert]);
    text += fmt::format("{}\"{}\": {{{}}}", text.empty() ? "" : ", ", layer + 1, scores);
  }
  return "{" + text + "}";
}

inline std::string scoresText(const std::vector<std::vector<double>>& token_layers) {
  return "{\"token_scores\": " + scoresObject(token_layers) + "}";
}

}  // namespace moe::test
