#pragma once

#include <string>
#include <vector>

#include "costmodel/operators/kernel_library.h"
#include "data/catalog/model_entry.h"

namespace moe {

/// One published figure of DeepSeek's own serving beside its prediction.
struct ServingFigure {
  std::string what;
  std::string unit;
  double published = 0;
  double without_overlap = 0;  ///< predicted, the exchange of tokens after the computation
  double with_overlap = 0;     ///< predicted, hidden behind a second micro-batch as far as it goes
};

/// DeepSeek-V3 on H800 nodes of eight at 2 USD per device-hour [DeepSeekInference2025]: prefill
/// with experts over 32 devices, 73.7k prompt tokens a second and node of which 56.3 % are cache
/// hits; decode over 144 devices, 14.8k tokens a second and node at 20 to 22 a user and 4989 tokens
/// of context. We take 128 devices for decode (144 need copies of experts), routing evened out by
/// copies as DeepSeek does, and prompts of 4096 tokens, which are not published. Speeds and the
/// prices that follow, from kernels measured on H100 and a roofline of the network.
std::vector<ServingFigure> deepSeekInference(const ModelEntry& deepseek_v3,
                                             const KernelLibrary& h800);

}  // namespace moe
