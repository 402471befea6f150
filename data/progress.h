#pragma once

#include <functional>
#include <string_view>

namespace moe {

/// Called now and then by long work: what is being done and how far it is, from 0 to 1. May be
/// empty. Calls come from one thread at a time.
using ProgressSink = std::function<void(std::string_view what, double fraction)>;

}  // namespace moe
