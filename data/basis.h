#pragma once

#include <string_view>

namespace moe {

/// What a number that is shown to a person rests on, from the firmest to the weakest.
enum class Basis { kMeasured, kInterpolated, kTransferred, kRoofline, kFitted, kExtrapolated };

std::string_view name(Basis basis);

}  // namespace moe
