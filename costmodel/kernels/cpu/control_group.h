#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "data/units.h"

namespace moe {

/// What the control group of a process and all groups above it allow: containers and batch systems
/// set them. None: no limit.
struct ControlGroupLimits {
  std::optional<double> processors;  ///< quota over period; 1.5: one and a half
  std::optional<Bytes> memory;
  std::optional<Bytes> memory_free;  ///< limit - used, page cache that can be given back left out
};

/// Versions 1 and 2, and both side by side. `membership` is the text of /proc/self/cgroup, `root`
/// where the groups are mounted. A container may not see the path that it is told; the groups above
/// it, the mounted root among them, are read all the same.
ControlGroupLimits controlGroupLimits(std::string_view membership,
                                      const std::filesystem::path& root);

/// Of this process.
ControlGroupLimits controlGroupLimits();

}  // namespace moe
