#pragma once

#include <cstddef>
#include <utility>

#include "costmodel/kernels/cpu/evict.h"

namespace moe {

/// Zeroed memory on a line of 64 bytes; from 2 MiB on in large pages where the system grants them.
/// Throws std::bad_alloc.
class HugeBuffer {
 public:
  HugeBuffer() = default;
  explicit HugeBuffer(std::size_t bytes);
  ~HugeBuffer();
  HugeBuffer(HugeBuffer&& other) noexcept { swap(other); }
  HugeBuffer& operator=(HugeBuffer&& other) noexcept {
    HugeBuffer taken(std::move(other));
    swap(taken);
    return *this;
  }

  std::size_t bytes() const { return bytes_; }
  /// Takes all of it out of the machine's caches.
  void evict() const { moe::evict(data_, bytes_); }
  template <class T>
  T* as(std::size_t byte_offset = 0) const {
    return reinterpret_cast<T*>(static_cast<char*>(data_) + byte_offset);
  }

 private:
  void swap(HugeBuffer& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
  }

  void* data_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace moe
