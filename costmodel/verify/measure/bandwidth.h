#pragma once

#include <stop_token>
#include <vector>

#include "data/catalog/hardware_entry.h"
#include "data/error.h"
#include "data/units.h"

namespace moe {

/// Reads (sum of doubles) and triad (a[i] = b[i] + s c[i]) over one working set that `threads`
/// threads divide, each touching its own part. Medians of passes within about `budget_s`.
/// Threads are those of the system; nothing binds them to processors. Errors (kInfeasible): no
/// memory for the working set, or a thread that the system refuses.
Result<MeasuredBandwidth> measureBandwidth(Bytes working_set, int threads, double budget_s);

/// Working sets of a curve: powers of four from 256 KiB to `most`.
std::vector<Bytes> bandwidthSets(Bytes most);

/// The largest working set that is read 1.2 times as fast as the largest of all, with the most
/// threads: what caches hold. 0 bytes when none is.
Bytes cachedSet(const std::vector<MeasuredBandwidth>& curve);

}  // namespace moe
