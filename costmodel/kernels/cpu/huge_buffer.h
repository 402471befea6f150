#pragma once

#include <cstddef>
#include <utility>

namespace moe {

/// Zeroed memory on a 2 MiB boundary in large pages where the system grants them. Throws
/// std::bad_alloc.
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

/// A buffer cut into parts that begin on lines of 64 bytes: ask for the parts, then allocate.
class Arena {
 public:
  /// The offset of a new part.
  std::size_t add(std::size_t bytes) {
    const std::size_t begin = size_;
    size_ += (bytes + 63) / 64 * 64;
    return begin;
  }
  std::size_t size() const { return size_; }

 private:
  std::size_t size_ = 0;
};

}  // namespace moe
