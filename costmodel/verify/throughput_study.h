#pragma once

#include <string>
#include <vector>

#include "costmodel/verify/accuracy.h"
#include "costmodel/verify/published_throughput.h"

namespace moe {

/// Errors of a set of published rows, of predicted over measured.
struct ThroughputAccuracy {
  std::string name;
  ErrorSummary error;
};

/// How much faster a newer release was measured than an older one in the same configuration (model
/// shape, machine, precision, devices, lengths): nothing of it is predicted. A model made of the
/// kernels of one release cannot be right for both.
struct ReleaseGain {
  std::string older, newer;  ///< engines
  std::size_t pairs = 0;
  double median = 1;  ///< of newer over older throughput
  double p10 = 1;
  double p90 = 1;
};

/// Published throughputs against the cost model. Times to first token are apart.
struct ThroughputStudy {
  ThroughputAccuracy all, dense, routed, first_token;
  std::vector<ThroughputAccuracy> releases;  ///< by source, dense and routed models apart
  std::vector<ThroughputAccuracy> machines;  ///< by machine and precision
  std::vector<ThroughputAccuracy> devices;   ///< by machine and devices
  std::vector<ThroughputAccuracy> models;    ///< by model and source
  std::vector<ReleaseGain> gains;            ///< between releases with shared configurations
  std::vector<std::string> skipped;          ///< reasons with the number of their rows
};

ThroughputStudy studyThroughput(const PredictedThroughputs& predicted);

}  // namespace moe
