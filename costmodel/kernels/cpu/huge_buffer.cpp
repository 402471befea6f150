#include "costmodel/kernels/cpu/huge_buffer.h"

#include <sys/mman.h>

#include <cstring>
#include <new>

namespace moe {
namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;

}  // namespace

HugeBuffer::HugeBuffer(std::size_t bytes) {
  bytes_ = (bytes + 63) / 64 * 64 + 64;
  // Small ones would waste most of a large page.
  const std::size_t boundary = bytes_ >= kHugePage ? kHugePage : 64;
  bytes_ = (bytes_ + boundary - 1) / boundary * boundary;
  data_ = ::operator new(bytes_, std::align_val_t(kHugePage));
  madvise(data_, bytes_, MADV_HUGEPAGE);
  std::memset(data_, 0, bytes_);
}

HugeBuffer::~HugeBuffer() {
  if (data_ != nullptr) ::operator delete(data_, std::align_val_t(kHugePage));
}

}  // namespace moe
