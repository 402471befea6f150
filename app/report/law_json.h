#pragma once

#include "app/report/json_document.h"
#include "fitting/laws/law.h"

// Only .cpp files of app/report include this header: JSON is no part of any contract.

namespace moe::report {

/// "extrapolation_decades", the largest over the law's variables, and
/// "extrapolation_decades_by_variable".
void addExtrapolation(const Extrapolation& extrapolation, Json& json);

}  // namespace moe::report
