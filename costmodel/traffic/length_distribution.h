#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "costmodel/serving.h"
#include "data/error.h"
#include "data/readers/request_lengths.h"

namespace moe {

enum class LengthKind { kFixed, kLognormal, kMeasured };

/// "fixed", "lognormal", "measured".
std::string_view name(LengthKind kind);

/// Mean and spread of a length. The coefficient of variation is deviation over mean.
struct LengthSpread {
  double mean_tokens = 0;
  double variation = 0;
};

/// What is assumed of the lengths of requests.
struct LengthAssumption {
  LengthKind kind = LengthKind::kFixed;
  LengthSpread prompt;      ///< its variation counts for kLognormal only
  LengthSpread output;      ///< independent of the prompt
  RequestLengths measured;  ///< for kMeasured: whole requests, so prompt and output stay together
};

/// A request and the share of requests that it stands for.
struct WeightedLength {
  RequestLength length;
  double weight = 0;
};

/// Prompt and output lengths of requests, ready for questions.
struct LengthDistribution {
  LengthKind kind = LengthKind::kFixed;
  LengthSpread prompt;
  LengthSpread output;
  std::string source;                    ///< of kMeasured: the file
  std::vector<WeightedLength> requests;  ///< weights add up to 1
};

/// Errors: kUsage for means that are not positive, more than 1e9, or variations outside 0..10;
/// kInput for a file without requests.
///
/// A lognormal is held as a product of two grids, mean e^(sigma z - sigma^2 / 2) for z in steps of
/// 1/8, weighted by the normal density. Sums over it are trapezoid rules on a Gaussian, so moments
/// up to the fourth are those of the lognormal to 1e-9.
Result<LengthDistribution> lengthDistributionOf(const LengthAssumption& assumption);

/// "sharegpt": 161 prompt and 338 output tokens on the mean [Kwon2023, cited from memory],
/// lognormal. The paper's spreads are not at hand: a variation of 1.5 for prompts and 1 for outputs
/// is our assumption. An error (kUsage) points at `option`.
Result<LengthAssumption> lengthPreset(std::string_view name, std::string_view option);

/// The means alone, for servingOn.
Workload meanWorkload(const LengthDistribution& lengths);

/// The length of prompt and output together that a share q of requests does not exceed, q above 0
/// and below 1: a step of the file for kMeasured, to 1e-6 for kLognormal.
double totalTokensQuantile(const LengthDistribution& lengths, double q);

/// Share of requests whose prompt and output together are longer than this (the model's context).
double shareLongerThan(const LengthDistribution& lengths, double tokens);

}  // namespace moe
