#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "costmodel/training/training_setup.h"
#include "data/units.h"

namespace moe {

/// What a training step spends time on. Each has one coefficient that measured rows decide.
enum class StepTerm : std::size_t {
  kMatrices,        ///< all matrix products, FLOP over the peak of their precision
  kNarrowExperts,   ///< the further cost of routed experts that are narrow, times 2048 / width
  kAttention,       ///< scores and weighted values, FLOP over the bf16 peak
  kActivations,     ///< activations written and read, bytes over memory bandwidth
  kDispatched,      ///< the same for the copies that go to experts
  kLaunches,        ///< fixed time of a layer per micro batch
  kExpertLaunches,  ///< the further fixed time of a layer that routes
  kTensorParallel,  ///< gather and scatter of activations
  kAllToAll,        ///< tokens to experts and back
  kGradients,       ///< reduce gradients and gather weights once a step
  kGathers,         ///< ZeRO-3: gather weights and reduce gradients for each micro batch
  kProgress,        ///< yearly gain of the programs in what routing costs
  kCount
};
inline constexpr std::size_t kStepTerms = static_cast<std::size_t>(StepTerm::kCount);
std::string_view name(StepTerm term);

using StepCoefficients = std::array<double, kStepTerms>;

/// Seconds per token and device of each term when its coefficient is 1.
///
/// Data parallel, tensor parallel and all-to-all go over the scale-up link inside its domain and
/// over the network outside. A token is sent once to each other domain that holds one of its
/// experts, D (1 - (1 - 1/D)^k) of D domains, and k times inside. Without a known network the link
/// stands for it.
struct StepTerms {
  std::array<double, kStepTerms> seconds{};
  double optimizer = 0;     ///< reads and writes 30 bytes a parameter; no coefficient
  double bubble = 1;        ///< 1 + (p - 1) / (m v): idle pipeline stages [Narayanan2021]
  double years = 0;         ///< of the program's release after November 2025, 0 without experts
  bool overlapped = false;  ///< all-to-all runs beside the computation
};

/// `month` as releaseMonth gives it.
StepTerms stepTerms(const ModelArchitecture& model, const Accelerator& accelerator,
                    const TrainingSetup& setup, int month);

/// Time per token and device, and how it divides among the terms: the parts and the optimizer add
/// up to it. With g the sum of what the device computes and sends, h of what the host launches,
///
///     t = sqrt(g^2 + h^2) bubble + gradients + gathers + optimizer
///
/// because launches run ahead of the device until they limit it. Overlapped all-to-all stands
/// beside h under the root. Each part is coefficient times d t / d coefficient.
struct StepTime {
  double seconds = 0;
  std::array<double, kStepTerms> parts{};
  /// d ln t / d ln coefficient; the progress term is no part of the time but has a slope.
  std::array<double, kStepTerms> slopes{};
};
StepTime stepTime(const StepTerms& terms, const StepCoefficients& coefficients);

}  // namespace moe
