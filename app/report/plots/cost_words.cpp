#include "app/report/plots/cost_words.h"

#include <algorithm>

namespace moe::report {

std::string partName(const std::string& op) {
  if (op == "dense_ffn") return "dense FFN";
  if (op == "prefill") return "others' prefill";
  std::string words = op;
  std::replace(words.begin(), words.end(), '_', ' ');
  return words;
}

}  // namespace moe::report
