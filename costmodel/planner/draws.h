#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <stop_token>
#include <vector>

#include "fitting/laws/law.h"

namespace moe {

/// A 2.5 % percentile of fewer draws would be their minimum or less.
inline constexpr std::size_t kFewestDraws = 20;

/// What a draw has where there is no figure.
inline constexpr double kNoFigure = std::numeric_limits<double>::quiet_NaN();

/// Which of `available` draws are used: all of them in order when there are not more than `wanted`,
/// else a seeded choice without repeats, ascending.
std::vector<std::size_t> chosenDraws(std::size_t available, std::size_t wanted, std::uint64_t seed);

/// Percentiles 2.5 and 97.5 of the finite values, linear between order statistics. None when fewer
/// than kFewestDraws are finite.
std::optional<Range> intervalOf(std::vector<double> values);

/// Calls work(first, step, of_caller) on several threads, so that together they do first,
/// first + step, ... of `count` items; `of_caller` is true on the calling thread. `threads` 0: as
/// many as the machine has; never fewer than 8 items a thread.
void shareOut(std::size_t count, int threads,
              const std::function<void(std::size_t first, std::size_t step, bool of_caller)>& work);

}  // namespace moe
