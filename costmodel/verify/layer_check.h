#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "costmodel/kernels/layer_shape.h"

namespace moe {

enum class CheckVerdict { kPassed, kFailed };

/// Largest error of a token at which a kernel still passes: 1e-5 in f32; 2e-2 in bf16 and with int8
/// weights.
double layerTolerance(LayerPrecision precision);

/// How far the output of a kernel is from the reference.
///
///     error of token t = |y_t - r_t| / |r_t|            (Euclidean norm of the row)
///
/// A row that should be 0 has error 0 if it is, else infinity. Elements where both are NaN, or the
/// same infinity, are left out of the norms; where only one of the two is, the error is infinity: a
/// NaN in one token must not reach another.
struct LayerCheck {
  CheckVerdict verdict = CheckVerdict::kFailed;
  double tolerance = 0;
  double worst_error = 0;
  std::size_t worst_token = 0;  ///< the first with that error
  std::size_t failed_tokens = 0;
  std::size_t tokens = 0;
  std::string
      reason;  ///< empty when passed: a sentence with the worst token and its largest element

  bool passed() const { return verdict == CheckVerdict::kPassed; }
};

/// Both [tokens, hidden]. Outputs of different sizes, or of no token, fail with that reason:
/// nothing was checked. `names` are the tokens' numbers in the reason when they are some out of a
/// batch; none: 0, 1, ...
LayerCheck checkLayer(std::span<const float> output, std::span<const double> reference,
                      std::size_t hidden, double tolerance, std::span<const int> names = {});

}  // namespace moe
