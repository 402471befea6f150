#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "costmodel/verify/measure/bench.h"
#include "costmodel/verify/measure/calibration_plan.h"
#include "data/catalog/hardware_entry.h"
#include "data/progress.h"

namespace moe {

/// A machine measured: an entry as any accelerator's, with its own tables.
struct Calibration {
  HardwareEntry entry;
  bool stopped = false;  ///< before the plan was done: the tables hold what was finished
  std::vector<Warning> warnings;
};

/// Measures what the plan asks for.
///
///   bandwidth   read and triad over working sets, with 1, 2, 4 .. all threads; the peak is the
///               read bandwidth of the largest set
///   FLOP/s      fastest large product per precision with hot weights, likewise; the peaks
///   gemm        weights from memory (Runnable::evict before each run). Widths of router_experts
///               are whole routers (softmax and top-k included), as nothing else is so narrow
///   attention   decode with keys and values from memory; prefill, which has just made its own
///   moe         routed experts with dispatch and combine, without router, routings handed in;
///               weights from memory
///
/// Nothing that was not measured is in the tables. Errors: kUnanswered when the kernels offer no
/// precision of the plan; kCancelled when stopped before the first product.
Result<Calibration> calibrate(const Bench& bench, const CalibrationPlan& plan,
                              const std::string& date, std::stop_token stop,
                              const ProgressSink& progress);

/// More than this share of all processors' time going to others, or this share of noisy timings,
/// makes a machine noisy.
inline constexpr double kNoisyForeignShare = 0.1;
inline constexpr double kNoisyTimings = 0.2;

/// What to tell the user of a noisy machine; empty when it was quiet.
std::vector<Warning> noiseWarnings(const HardwareMeasurement& measured);

}  // namespace moe
