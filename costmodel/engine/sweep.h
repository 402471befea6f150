#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "costmodel/engine/serving_point.h"

namespace moe {

/// Ways of dividing a model among so many devices that checkParallelism accepts: tensor parallel
/// with data-parallel attention (models with experts only), the experts split or not; pipeline
/// stages only when `pipeline` is set. Every split of the devices is listed.
std::vector<Parallelism> possibleParallelisms(const ModelEntry& model, int devices, bool pipeline);

/// What a service must hold.
struct ServingLimits {
  std::optional<double> ttft_s;
  std::optional<double> tpot_s;
};

/// Everything but the division and the concurrency.
struct SweepSetting {
  ModelArchitecture model;
  ModelFormats formats;
  Engine engine = Engine::kVllm;
  RouterSkew skew;
  bool overlap_exchange = false;
  /// For routing of its own: its load depends on how experts are divided.
  std::function<RouterSkew(const Parallelism&)> skew_of;
  MemoryRules rules;
  EngineConstants constants;
  ServingLoad load;  ///< its concurrency is not looked at
};

/// One deployment at one concurrency.
struct ServingOption {
  Parallelism parallelism;
  DeviceMemory memory;
  std::shared_ptr<const ServingModel> model;
  ServingPoint point;

  /// Device-seconds of an output token, prompts included: what the price is proportional to.
  double deviceSecondsPerToken() const { return parallelism.devices() / point.output_tokens_per_s; }
};

/// A deployment bound once, asked often; its point is not set yet.
ServingOption deploy(const SweepSetting& setting, const Parallelism& parallelism,
                     const KernelLibrary& kernels);
ServingPoint pointAt(const SweepSetting& setting, const ServingOption& option, double concurrency);

/// Concurrencies that a sweep tries up to a limit: powers of sqrt 2 in whole numbers, and the
/// limit.
std::vector<double> concurrencySteps(double limit);

bool within(const ServingLimits& limits, const ServingPoint& point);

/// The option's cheapest concurrency within the limits, at most `limit` and what the cache holds
/// (whole requests); none when it holds less than `least` or no concurrency keeps the limits.
std::optional<ServingOption> cheapestConcurrency(const SweepSetting& setting, ServingOption option,
                                                 double limit, double least,
                                                 const ServingLimits& limits);

/// Smallest concurrency (real-valued) at which the replica serves this many requests a second
/// [Little's law: C = rate x time of a request]; none when it cannot within `limit`.
std::optional<double> concurrencyForRate(const SweepSetting& setting, const ServingOption& option,
                                         double requests_per_s, double limit);

/// Options that no other beats in both tokens per second of a user (1/TPOT) and output tokens per
/// second of a device, fastest for the user first.
std::vector<ServingOption> frontierOf(std::vector<ServingOption> options);

}  // namespace moe
