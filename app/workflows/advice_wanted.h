#pragma once

namespace moe {

/// Whether an answer comes with what published designs say beside it. That simulates routing, a
/// tenth of a second; kNo leaves it empty, for answers that follow a slider or are compared in one
/// figure.
enum class AdviceWanted { kYes, kNo };

}  // namespace moe
