#pragma once

#include <cstddef>

namespace moe {

/// Takes memory out of every cache of the machine, so that the next read comes from memory: flushes
/// its lines (x86-64, AArch64). Elsewhere passes over 256 MB of other memory, which evicts it from
/// caches smaller than that.
void evict(const void* begin, std::size_t bytes);

}  // namespace moe
