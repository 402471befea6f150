#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "costmodel/verify/layers/layer_study.h"
#include "data/catalog/hardware_entry.h"
#include "data/error.h"
#include "data/progress.h"

namespace moe {

/// `verify`: layers on this machine beside their predictions. Fields are the options.
struct VerifyRequest {
  std::string hardware;  ///< file of `calibrate`, or a name in the catalog; empty: calibrate now
  bool quick = false;
  std::optional<int> rows = {};  ///< at most so many layers and so many blocks, evenly picked
  std::uint64_t seed = 0;
  int threads = 0;  ///< 0: as the machine was calibrated
  std::string catalog_dir;
};

struct VerifyOutcome {
  VerifyRequest request;
  HardwareEntry machine;
  bool calibrated_now = false;
  ColdRule cold;  ///< how weights were kept out of caches
  LayerStudy study;
  std::vector<std::string> sources;
  std::vector<Warning> warnings;
};

/// Without a machine it is calibrated first, quickly, and the calibration is not kept. Errors:
/// kInput for an entry that was not calibrated, or on another machine (processor, instructions,
/// number of processors), and for files that are wrong; kUsage for no rows.
Result<VerifyOutcome> runVerify(const VerifyRequest& request, const Bench& bench,
                                std::stop_token stop = {}, const ProgressSink& progress = {});

/// Why an entry does not describe the machine of the bench; none when it does.
std::optional<Error> otherMachine(const HardwareEntry& entry, const Bench& bench);

}  // namespace moe
