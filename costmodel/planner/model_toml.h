#pragma once

#include <string>

#include "data/catalog/model_entry.h"

namespace moe {

/// The entry as a file that readModelFile and `moeplan cost --model FILE.toml` read: every size
/// that is not its default, in the order of the shipped catalog. Aliases are left out.
std::string modelToml(const ModelEntry& entry);

}  // namespace moe
