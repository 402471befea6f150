#include "costmodel/traffic/running_request.h"

#include <algorithm>
#include <cmath>

namespace moe {
namespace {

/// Integrals over the tokens held, from none to x: of y rounded up to blocks, and of its square.
struct BlockIntegral {
  double mean = 0;
  double square = 0;
};

/// Over whole blocks the rounded length is B, 2 B, ..., each for B tokens; then q + 1 blocks.
BlockIntegral blockIntegral(double x, double block) {
  const double q = std::floor(x / block);
  const double rest = x - q * block;
  return {block * (block * q * (q + 1) / 2 + rest * (q + 1)),
          block * block * (block * q * (q + 1) * (2 * q + 1) / 6 + rest * (q + 1) * (q + 1))};
}

/// z of Phi(z) = 1 - q for 0 < q <= 0.5, by Newton's method on ln(1 - Phi), which is concave.
double upperNormalQuantile(double q) {
  double z = 0;
  for (int i = 0; i < 60; ++i) {
    const double above = 0.5 * std::erfc(z * M_SQRT1_2);
    const double density = std::exp(-z * z / 2) / std::sqrt(2 * M_PI);
    const double step = above / density * std::log(above / q);
    z += step;
    if (std::abs(step) < 1e-14) break;
  }
  return z;
}

}  // namespace

RunningRequest runningRequest(const LengthDistribution& lengths, int block_tokens) {
  require(block_tokens >= 1, "a block of the KV cache holds at least one token");
  double life = 0, first = 0, second = 0, third = 0;
  BlockIntegral blocks;
  for (const auto& [length, weight] : lengths.requests) {
    const double p = length.prompt_tokens;
    const double n = length.output_tokens;
    life += weight * n;
    first += weight * n * (p + n / 2);
    second += weight * n * (p * p + p * n + n * n / 3);
    third += weight * n * (p + n / 2) * (p * p + p * n + n * n / 2);
    const BlockIntegral end = blockIntegral(p + n, block_tokens);
    const BlockIntegral start = blockIntegral(p, block_tokens);
    blocks.mean += weight * (end.mean - start.mean);
    blocks.square += weight * (end.square - start.square);
  }
  const auto deviation = [](double square, double mean) {
    return std::sqrt(std::max(0.0, square - mean * mean));
  };
  RunningRequest request;
  request.block_tokens = block_tokens;
  request.mean_kv_tokens = first / life;
  request.deviation_kv_tokens = deviation(second / life, request.mean_kv_tokens);
  const double m = request.mean_kv_tokens;
  const double central = third / life - 3 * m * second / life + 2 * m * m * m;
  request.skewness = central / std::pow(request.deviation_kv_tokens, 3);
  request.mean_kv_tokens_in_blocks = blocks.mean / life;
  request.deviation_kv_tokens_in_blocks =
      deviation(blocks.square / life, request.mean_kv_tokens_in_blocks);
  return request;
}

HeldConcurrency heldConcurrency(double kv_tokens, const RunningRequest& request, double overrun) {
  require(overrun > 0 && overrun <= 0.5, "an overrun is a probability up to one half");
  const double block = request.block_tokens;
  const double room = std::max(0.0, std::floor(kv_tokens / block) * block);
  const double mean = request.mean_kv_tokens_in_blocks;
  const double deviation = request.deviation_kv_tokens_in_blocks;
  const double z = upperNormalQuantile(overrun);
  const double spare = room - deviation * request.skewness * (z * z - 1) / 6;
  HeldConcurrency held;
  held.expected = room / mean;
  held.overrun = overrun;
  if (spare > 0) {
    const double spread = z * deviation;
    const double root = (std::sqrt(spread * spread + 4 * mean * spare) - spread) / (2 * mean);
    held.safe = std::min(root * root, held.expected);
  }
  return held;
}

}  // namespace moe
