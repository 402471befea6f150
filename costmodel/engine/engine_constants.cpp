#include "costmodel/engine/engine_constants.h"

#include <cmath>
#include <iterator>

namespace moe {
namespace {

// 90 % quantiles of |ln(measured/predicted)| of points whose model and machine were left out of the
// fit, by concurrency class; printed again by `moeplan validate --accuracy-page`.
constexpr double kLeftOutQuantile[] = {0.148, 0.209, 0.318, 0.440};

// No core point is of a machine whose kernels are another's or a roofline's, so these factors are a
// judgement: the 66 points of GB200 and B300, all of them doubtful, are missed by 38 % on the mean,
// three times as much as core rows; rooflines in general by three to four times.
constexpr double kOtherAccelerator = 1.5;
constexpr double kRooflineOnly = 2.5;

}  // namespace

EngineConstants engineConstants(Engine engine) {
  EngineConstants constants;
  constants.prefill_share = 0.8798;
  constants.host_step_s = 0.0002992;
  constants.host_sequence_s = 1.79e-05;
  constants.multi_device_layer_s = 8.049e-06;
  switch (engine) {
    case Engine::kVllm:
      constants.first_s = 0.0585;
      constants.first_prefill = 1.008;
      constants.waiting_share = 0.0671;
      constants.contention_share = 0.09946;
      constants.first_steps = 0;
      break;
    case Engine::kSglang:
      constants.first_s = 0;
      constants.first_prefill = 0.583;
      constants.waiting_share = 0.1883;
      constants.contention_share = 0;
      constants.first_steps = 34.77;
      break;
    case Engine::kTensorRtLlm:
      constants.first_s = 0.09537;
      constants.first_prefill = 0.7181;
      constants.waiting_share = 0.05701;
      constants.contention_share = 0.06566;
      constants.first_steps = 4.66;
      break;
  }
  return constants;
}

std::string engineConstantsSource() {
  return "engine overheads: four constants of TPOT and five of TTFT per engine, fitted to 1187 "
         "measured points of seven model and machine pairs (data/tables/serving/ACCURACY.md)";
}

TimeInterval tpotInterval90(double concurrency, Basis basis, bool other_accelerator) {
  std::size_t place = 0;
  while (place < std::size(kIntervalClasses) && concurrency > kIntervalClasses[place]) ++place;
  double width = kLeftOutQuantile[place];
  if (basis == Basis::kRoofline) {
    width *= kRooflineOnly;
  } else if (other_accelerator) {
    width *= kOtherAccelerator;
  }
  return {std::exp(-width), std::exp(width)};
}

}  // namespace moe
