#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/workflows/project/project.h"
#include "data/error.h"

namespace moe {

/// For each step, the places of those whose answers it needs, as runSchedule takes them.
std::vector<std::vector<std::size_t>> stepNeeds(std::span<const ProjectStep> steps);

/// The steps of a project that any pattern names ("fit.*", "plan.cheap"; all when there are none)
/// with those that they need, in the order of the project. Errors (kUsage): a pattern that no step
/// matches, with the likeliest meant.
Result<std::vector<ProjectStep>> chosenSteps(const Project& project,
                                             std::span<const std::string> patterns);

}  // namespace moe
