#pragma once

#include <algorithm>
#include <utility>

#include "costmodel/kernels/layer_shape.h"

namespace moe::test {

/// What is wrong with the numbers of a machine's kernels.
enum class FakeFault {
  kNone,
  kAllNumbers,  ///< half as much again
  kLastToken,   ///< the last token of a batch is off by a tenth
  kLastExpert,  ///< so are the tokens of the expert with the highest number
  kNotANumber,  ///< one number in a token that nobody compares is NaN
  kRouting,     ///< tokens from the third on go past their best expert
  kAttention,   ///< a decode step misses the token before the last
  kCache,       ///< stored values are half as much again
};

/// A machine of which every time is known: work over a peak, the larger of FLOP and bytes, and a
/// fixed time a call. Its clock moves only when its kernels run.
struct FakeMachine {
  double bytes_per_s = 1e10;
  double flop_per_s = 1e11;
  double fixed_s = 1e-5;
  double noise = 0;  ///< every third piece of work takes so much of its time longer
  FakeFault fault = FakeFault::kNone;
  bool bf16 = true;
  double now = 0;
  long runs = 0;
  bool cold = true;       ///< weights come from memory; a run leaves them in the caches
  double warm_share = 1;  ///< of the bytes, read again from memory when they are in the caches

  void work(double flop, double bytes) {
    const double read = std::exchange(cold, false) ? bytes : warm_share * bytes;
    const double time = fixed_s + std::max(flop / flop_per_s, read / bytes_per_s);
    now += ++runs % 3 == 0 ? time * (1 + noise) : time;
  }
};

inline double bytesOf(LayerPrecision precision) {
  return precision == LayerPrecision::kF32 ? 4 : 2;
}

}  // namespace moe::test
