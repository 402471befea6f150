#pragma once

#include <string>
#include <vector>

#include "data/error.h"
#include "fitting/laws/law_family.h"
#include "fitting/objective.h"

namespace moe {

/// Law families by their names. Errors (kUsage): an unknown name with the nearest ones, a name
/// twice, none at all.
Result<std::vector<const LawFamily*>> familiesNamed(const std::vector<std::string>& names,
                                                    const char* option);

/// "huber" or "l2" on ln L, "huber-raw" or "l2-raw" on L, with Huber's delta. Errors: kUsage.
Result<Objective> parseObjective(const std::string& kind, double delta);

}  // namespace moe
