#include "costmodel/traffic/length_distribution.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace moe {
namespace {

constexpr double kMostTokens = 1e9;
constexpr double kMostVariation = 10;

struct WeightedTokens {
  double tokens = 0;
  double weight = 0;
};

/// The logarithm's deviation of a lognormal with this variation.
double sigmaOf(const LengthSpread& spread) {
  return std::sqrt(std::log1p(spread.variation * spread.variation));
}

/// From 6 deviations below to 6 above where the fourth moment has its mass, 4 sigma up.
std::vector<WeightedTokens> lognormalGrid(const LengthSpread& spread) {
  const double sigma = sigmaOf(spread);
  if (sigma == 0) return {{spread.mean_tokens, 1}};
  constexpr double kPerDeviation = 8;
  const int last = static_cast<int>(std::ceil((6 + 4 * sigma) * kPerDeviation));
  std::vector<WeightedTokens> grid;
  for (int i = static_cast<int>(-6 * kPerDeviation); i <= last; ++i) {
    const double z = i / kPerDeviation;
    grid.push_back({spread.mean_tokens * std::exp(sigma * z - sigma * sigma / 2),
                    std::exp(-z * z / 2) / std::sqrt(2 * M_PI) / kPerDeviation});
  }
  return grid;
}

Result<void> checkSpread(const LengthSpread& spread, const char* what) {
  if (!(spread.mean_tokens > 0 && spread.mean_tokens <= kMostTokens))
    return fail(ErrorKind::kUsage, fmt::format("{} tokens", what),
                fmt::format("the mean is {}; a number above 0 and up to 1e9 is needed",
                            spread.mean_tokens));
  if (!(spread.variation >= 0 && spread.variation <= kMostVariation))
    return fail(ErrorKind::kUsage, fmt::format("{} tokens", what),
                fmt::format("the coefficient of variation is {}; a number from 0 to {} is needed",
                            spread.variation, kMostVariation));
  return {};
}

/// Mean and deviation over mean of one side of weighted requests.
LengthSpread spreadOf(const std::vector<WeightedLength>& requests, double RequestLength::*side) {
  LengthSpread spread;
  double square = 0;
  for (const WeightedLength& request : requests)
    spread.mean_tokens += request.weight * (request.length.*side);
  for (const WeightedLength& request : requests)
    square += request.weight * std::pow(request.length.*side - spread.mean_tokens, 2);
  spread.variation = std::sqrt(square) / spread.mean_tokens;
  return spread;
}

Result<LengthDistribution> measuredLengths(const RequestLengths& measured) {
  if (measured.requests.empty())
    return fail(ErrorKind::kInput, measured.source, "holds no requests");
  LengthDistribution lengths;
  lengths.kind = LengthKind::kMeasured;
  lengths.source = measured.source;
  const double weight = 1 / static_cast<double>(measured.requests.size());
  for (const RequestLength& request : measured.requests)
    lengths.requests.push_back({request, weight});
  lengths.prompt = spreadOf(lengths.requests, &RequestLength::prompt_tokens);
  lengths.output = spreadOf(lengths.requests, &RequestLength::output_tokens);
  return lengths;
}

/// P(a lognormal length is above this).
double shareAbove(const LengthSpread& spread, double tokens) {
  if (tokens <= 0) return 1;
  const double sigma = sigmaOf(spread);
  if (sigma == 0) return spread.mean_tokens > tokens ? 1 : 0;
  const double z = (std::log(tokens / spread.mean_tokens) + sigma * sigma / 2) / sigma;
  return 0.5 * std::erfc(z * M_SQRT1_2);
}

double listedQuantile(const LengthDistribution& lengths, double q) {
  std::vector<WeightedTokens> totals;
  for (const auto& [length, weight] : lengths.requests)
    totals.push_back({length.prompt_tokens + length.output_tokens, weight});
  std::sort(totals.begin(), totals.end(),
            [](const WeightedTokens& a, const WeightedTokens& b) { return a.tokens < b.tokens; });
  double share = 0;
  for (const WeightedTokens& total : totals) {
    share += total.weight;
    if (share >= q * (1 - 1e-12)) return total.tokens;
  }
  return totals.back().tokens;
}

}  // namespace

std::string_view name(LengthKind kind) {
  switch (kind) {
    case LengthKind::kFixed:
      return "fixed";
    case LengthKind::kLognormal:
      return "lognormal";
    case LengthKind::kMeasured:
      return "measured";
  }
  require(false, "unknown kind of lengths");
  return {};
}

Result<LengthDistribution> lengthDistributionOf(const LengthAssumption& assumption) {
  if (assumption.kind == LengthKind::kMeasured) return measuredLengths(assumption.measured);
  if (auto valid = checkSpread(assumption.prompt, "prompt"); !valid)
    return tl::unexpected(valid.error());
  if (auto valid = checkSpread(assumption.output, "output"); !valid)
    return tl::unexpected(valid.error());
  LengthDistribution lengths{assumption.kind, assumption.prompt, assumption.output, {}, {}};
  if (assumption.kind == LengthKind::kFixed)
    lengths.prompt.variation = lengths.output.variation = 0;
  const auto prompts = lognormalGrid(lengths.prompt);
  const auto outputs = lognormalGrid(lengths.output);
  lengths.requests.reserve(prompts.size() * outputs.size());
  for (const WeightedTokens& prompt : prompts) {
    for (const WeightedTokens& output : outputs)
      lengths.requests.push_back({{prompt.tokens, output.tokens}, prompt.weight * output.weight});
  }
  return lengths;
}

Result<LengthAssumption> lengthPreset(std::string_view name, std::string_view option) {
  if (name == "sharegpt") return LengthAssumption{LengthKind::kLognormal, {161, 1.5}, {338, 1}, {}};
  return fail(ErrorKind::kUsage, std::string(option),
              fmt::format("there is no preset of lengths '{}'; known is sharegpt", name));
}

Workload meanWorkload(const LengthDistribution& lengths) {
  return {lengths.prompt.mean_tokens, lengths.output.mean_tokens};
}

double shareLongerThan(const LengthDistribution& lengths, double tokens) {
  double share = 0;
  if (lengths.kind != LengthKind::kLognormal) {
    for (const auto& [length, weight] : lengths.requests)
      share += length.prompt_tokens + length.output_tokens > tokens ? weight : 0;
    return std::min(share, 1.0);
  }
  for (const WeightedTokens& prompt : lognormalGrid(lengths.prompt))
    share += prompt.weight * shareAbove(lengths.output, tokens - prompt.tokens);
  return std::min(share, 1.0);
}

double totalTokensQuantile(const LengthDistribution& lengths, double q) {
  if (lengths.kind != LengthKind::kLognormal) return listedQuantile(lengths, q);
  double low = 0;
  double high = lengths.prompt.mean_tokens + lengths.output.mean_tokens;
  while (shareLongerThan(lengths, high) > 1 - q) high *= 2;
  while (high - low > 1e-7 * high) {
    const double middle = (low + high) / 2;
    (shareLongerThan(lengths, middle) > 1 - q ? low : high) = middle;
  }
  return high;
}

}  // namespace moe
