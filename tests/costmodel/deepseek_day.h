#pragma once

#include "costmodel/price/token_price.h"
#include "data/units.h"

namespace moe::test {

// DeepSeek's published day of serving V3 and R1, 2025-02-27 12:00 to 02-28 12:00 UTC+8
// (github.com/deepseek-ai/open-infra-index, 202502OpenSourceWeek/
// day_6_one_more_thing_deepseekV3R1_inference_system_overview.md, commit 56d8685). All of it is
// published; nothing here is ours.
inline constexpr double kNodes = 226.75;      // mean over the day
inline constexpr double kDevicesPerNode = 8;  // H800
inline constexpr double kUsdPerDeviceHour = 2;
inline constexpr double kInputTokens = 608e9;
inline constexpr double kCachedTokens = 342e9;  // "56.3%"
inline constexpr double kOutputTokens = 168e9;
inline constexpr double kPrefillTokensPerSecond = 73.7e3;  // a node, "including cache hits"
inline constexpr double kDecodeTokensPerSecond = 14.8e3;   // a node
inline constexpr double kBillUsd = 87'072;
inline constexpr double kRevenueUsd = 562'027;  // at R1's prices
inline constexpr double kMarginOnCost = 5.45;

/// The whole day as one request.
inline TokenTraffic dayOfTraffic() {
  return {kInputTokens, kOutputTokens, kCachedTokens / kInputTokens};
}

/// Cached tokens are read from disk and keep no device busy; the published rate of prefill counts
/// them, so the rate of computed tokens is 43.7 % of it.
inline TokenWork dayOfWork() {
  const double computed = 1 - kCachedTokens / kInputTokens;
  return {deviceSecondsPerToken(kDevicesPerNode, computed * kPrefillTokensPerSecond), Seconds(0),
          deviceSecondsPerToken(kDevicesPerNode, kDecodeTokensPerSecond)};
}

}  // namespace moe::test
