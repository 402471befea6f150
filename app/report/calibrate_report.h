#pragma once

#include <string>

#include "app/workflows/calibrate_workflow.h"
#include "data/units.h"

namespace moe::report {

/// Without a file: the entry itself, with what was found as remarks. With one: what was found.
std::string calibrateText(const CalibrateOutcome& outcome);

/// Schema moeplan.calibrate/1: machine, bandwidth, peaks, tables (cells each), noise.
std::string calibrateJson(const CalibrateOutcome& outcome, Seconds timing);

}  // namespace moe::report
