#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <stop_token>
#include <vector>

namespace moe {

/// Calls work(step, threads) once for every step, never before those that it needs have returned.
/// At most `threads` (0: as many as the machine has) are in use at any time: steps that can run at
/// once share them evenly, so that many steps get one each and a lone one gets all. Steps begin in
/// their order. Once stop is requested no further one begins. `needs[i]` holds the steps that step
/// i waits for; they must not wait for each other in a circle. The first
/// exception of `work` lets no further step begin and is thrown again here.
void runSchedule(std::span<const std::vector<std::size_t>> needs, int threads, std::stop_token stop,
                 const std::function<void(std::size_t step, int threads)>& work);

}  // namespace moe
