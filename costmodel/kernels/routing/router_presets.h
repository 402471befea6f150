#pragma once

#include <span>
#include <string_view>

#include "costmodel/kernels/routing/router_rule.h"
#include "data/error.h"

namespace moe {

/// The conventions of a paper or a reference implementation.
struct RouterPreset {
  std::string_view name;
  std::string_view description;  ///< one line
  RouterRule rule;
};

/// All of them, implementations by name after the papers. Where the caller of a reference sets the
/// capacity factor or top_k, the rule has a usual one, to be replaced.
std::span<const RouterPreset> routerPresets();

/// Error (kUsage): no such name; suggests the nearest.
Result<RouterRule> routerPreset(std::string_view name);

}  // namespace moe
