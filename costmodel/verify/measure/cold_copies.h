#pragma once

#include <span>
#include <string>

#include "data/units.h"

namespace moe {

/// How weights and KV caches come from memory while they are timed, as in a model, where other
/// layers run in between: several copies are used in turn.
///
///     together = 4 cached, at least 64 MiB and at most 512 MiB
///
/// `cached` is the largest working set of the bandwidth curve that is read clearly faster than the
/// largest of all. The sets of the curve rise by four, so 4 cached is the first that was seen to
/// come from memory. The sizes that the system reports are not used: a virtual machine names a
/// cache that it shares with its neighbours. The upper bound is there because copies take time and
/// memory to make.
struct ColdRule {
  Bytes together;  ///< that copies pass over before the first is used again
  Bytes cached;    ///< measured
  Bytes reported;  ///< the largest cache that the system names; 0: none

  /// Whether the upper bound left `together` below four times what was measured.
  bool cut() const { return together < 4 * cached; }
};
ColdRule coldRule(Bytes cached, std::span<const double> reported_caches);

/// What the rule assumes, as a sentence: sizes, and where they come from.
std::string describe(const ColdRule& rule);

/// Copies of something that holds `held` bytes, of which a run reads `read`: as many as pass over
/// `together` by what runs read, but no more than hold twice `together`, at most `most`, and at
/// least two unless one alone holds `together`.
int coldCopies(const ColdRule& rule, Bytes read, Bytes held, int most);

/// Whether so many copies pass over less than caches were measured to hold before one is used
/// again: what is timed may have come from a cache.
bool mayBeCached(const ColdRule& rule, int copies, Bytes read);

}  // namespace moe
