#include "app/workflows/run/step_needs.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "app/workflows/run/answer_step.h"
#include "data/name_pattern.h"
#include "data/nearest_name.h"

namespace moe {
namespace {

std::vector<std::string> idsOf(std::span<const ProjectStep> steps) {
  std::vector<std::string> ids;
  for (const ProjectStep& step : steps) ids.push_back(stepId(step));
  return ids;
}

}  // namespace

std::vector<std::vector<std::size_t>> stepNeeds(std::span<const ProjectStep> steps) {
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < steps.size(); ++i) places.emplace(stepId(steps[i]), i);
  std::vector<std::vector<std::size_t>> needs(steps.size());
  for (std::size_t i = 0; i < steps.size(); ++i)
    if (const auto needed = places.find(stepNeeded(steps[i])); needed != places.end())
      needs[i].push_back(needed->second);
  return needs;
}

Result<std::vector<ProjectStep>> chosenSteps(const Project& project,
                                             std::span<const std::string> patterns) {
  if (patterns.empty()) return project.steps;
  const std::vector<std::string> ids = idsOf(project.steps);
  std::set<std::string> chosen;
  for (const std::string& pattern : patterns) {
    const auto matches = [&](const std::string& id) { return matchesPattern(id, pattern); };
    if (std::none_of(ids.begin(), ids.end(), matches))
      return fail(ErrorKind::kUsage, "--only",
                  fmt::format("no step is named '{}'; {}", pattern, didYouMean(pattern, ids)));
    std::copy_if(ids.begin(), ids.end(), std::inserter(chosen, chosen.end()), matches);
  }
  for (const ProjectStep& step : project.steps)
    if (chosen.contains(stepId(step)) && !stepNeeded(step).empty()) chosen.insert(stepNeeded(step));
  std::vector<ProjectStep> steps;
  std::copy_if(project.steps.begin(), project.steps.end(), std::back_inserter(steps),
               [&](const ProjectStep& step) { return chosen.contains(stepId(step)); });
  return steps;
}

}  // namespace moe
