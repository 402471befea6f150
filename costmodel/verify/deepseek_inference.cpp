#include "costmodel/verify/deepseek_inference.h"

#include <cmath>

#include "costmodel/engine/engine_constants.h"
#include "costmodel/engine/serving_model.h"

namespace moe {
namespace {

constexpr double kNode = 8;
constexpr double kUsdPerNodeSecond = kNode * 2.0 / 3600;
constexpr double kPromptTokens = 4096;
constexpr double kPromptsTogether = 4;  // 16 384 tokens a device and pass, as its prefill profile
constexpr double kContext = 4989;
constexpr double kTokensPerUser = 21;  // a second, the middle of 20 to 22

ServingModel modelOn(int devices, bool overlap, const ModelEntry& entry,
                     const KernelLibrary& kernels) {
  ServingModel::Request request;
  request.model = *architectureOf(entry);
  request.parallelism = {.data_parallel = devices, .expert_parallel = devices};
  request.formats = *formatsOf(entry, Precision::kFp8, Precision::kBf16, kernels.target());
  request.engine = Engine::kSglang;
  request.skew.exponent = 0;
  request.overlap_exchange = overlap;
  return {request, kernels};
}

/// Prompt tokens that are computed, a second and node.
double prefillSpeed(bool overlap, const ModelEntry& entry, const KernelLibrary& kernels) {
  constexpr int kDevices = 32;
  const ServingModel model = modelOn(kDevices, overlap, entry, kernels);
  return kNode * kPromptsTogether * kPromptTokens /
         model.prefill(kPromptsTogether, kPromptTokens).total();
}

/// Output tokens a second and node when each user gets kTokensPerUser: the batch at which a step,
/// with the engine's host work, takes so long.
double decodeSpeed(bool overlap, const ModelEntry& entry, const KernelLibrary& kernels) {
  constexpr int kDevices = 128;
  const ServingModel model = modelOn(kDevices, overlap, entry, kernels);
  const EngineConstants constants = engineConstants(Engine::kSglang);
  const auto step = [&](double sequences) {
    return model.decode(kDevices * sequences, kContext).total() + constants.host_step_s +
           constants.host_sequence_s * sequences;
  };
  double low = 1;
  double high = 4096;
  for (int i = 0; i < 60; ++i) {
    const double middle = std::sqrt(low * high);
    (step(middle) * kTokensPerUser < 1 ? low : high) = middle;
  }
  return kNode * low * kTokensPerUser;
}

double usdPerMillion(double tokens_per_s_and_node) {
  return 1e6 * kUsdPerNodeSecond / tokens_per_s_and_node;
}

}  // namespace

std::vector<ServingFigure> deepSeekInference(const ModelEntry& deepseek_v3,
                                             const KernelLibrary& h800) {
  constexpr double kHits = 0.563;
  constexpr double kPrompt = 73.7e3 * (1 - kHits);
  constexpr double kOutput = 14.8e3;
  const double prefill[] = {prefillSpeed(false, deepseek_v3, h800),
                            prefillSpeed(true, deepseek_v3, h800)};
  const double decode[] = {decodeSpeed(false, deepseek_v3, h800),
                           decodeSpeed(true, deepseek_v3, h800)};
  return {
      {"prefill, tokens that are not in the cache", "tokens/s and node", kPrompt, prefill[0],
       prefill[1]},
      {"decode at 21 tokens/s a user", "tokens/s and node", kOutput, decode[0], decode[1]},
      {"uncached input", "USD per million tokens", usdPerMillion(kPrompt),
       usdPerMillion(prefill[0]), usdPerMillion(prefill[1])},
      {"output, decode nodes only", "USD per million tokens", usdPerMillion(kOutput),
       usdPerMillion(decode[0]), usdPerMillion(decode[1])},
  };
}

}  // namespace moe
