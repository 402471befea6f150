#pragma once

#include <string>

#include "data/catalog/hardware_entry.h"

namespace moe {

/// An entry as TOML that `readHardwareFile` and a user's hardware.toml read again: everything but
/// prices and costs of owning, which nobody measures, and the efficiencies that have the reader's
/// own value (`HardwareEfficiency`): a remark names those. Numbers in full precision; texts are
/// escaped. The text of a table of kernels must not hold three apostrophes.
std::string hardwareToml(const HardwareEntry& entry);

}  // namespace moe
