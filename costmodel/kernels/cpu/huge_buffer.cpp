#include "costmodel/kernels/cpu/huge_buffer.h"

#include <sys/mman.h>

#include <cstring>
#include <new>

namespace moe {
namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;

/// Small buffers would waste most of a large page.
std::align_val_t boundaryOf(std::size_t bytes) {
  return std::align_val_t(bytes >= kHugePage ? kHugePage : 64);
}

}  // namespace

HugeBuffer::HugeBuffer(std::size_t bytes) : bytes_((bytes + 64) / 64 * 64) {
  data_ = ::operator new(bytes_, boundaryOf(bytes_));
#if defined(MADV_HUGEPAGE)
  if (bytes_ >= kHugePage) madvise(data_, bytes_, MADV_HUGEPAGE);
#endif
  std::memset(data_, 0, bytes_);
}

HugeBuffer::~HugeBuffer() {
  if (data_ != nullptr) ::operator delete(data_, boundaryOf(bytes_));
}

}  // namespace moe
