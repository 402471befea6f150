#pragma once

// Internal: only the .cpp files of data/catalog include this header; it shows toml++.

#include <toml++/toml.h>

#include <string>
#include <vector>

#include "data/catalog/hardware_entry.h"
#include "data/error.h"

namespace moe::catalog {

/// [accelerator.measurement]: where the numbers of a calibrated machine come from.
Result<HardwareMeasurement> measurementOf(const toml::table& table, const std::string& where);

/// [accelerator.kernels]: tables as text, named by their operation.
Result<std::vector<OwnKernels>> kernelsOf(const toml::table& table, const std::string& where);

}  // namespace moe::catalog
