#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "costmodel/verify/accuracy_study.h"

namespace moe {

/// Why a set of core rows of the shipped points, named as the study names it, is predicted badly:
/// what is known or likely of how it was measured. Empty: nothing is known.
std::string_view knownReason(std::string_view group);

/// At least 20 rows with a mean error of TPOT above 25 %: such a set is not published without its
/// reason.
bool needsReason(const GroupAccuracy& group);

/// The names of sets anywhere in the study that need a reason and have none.
std::vector<std::string> groupsWithoutReason(const AccuracyStudy& study);

}  // namespace moe
