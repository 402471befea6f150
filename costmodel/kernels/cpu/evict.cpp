#include "costmodel/kernels/cpu/evict.h"

#include <cstdint>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#else
#include <mutex>
#include <vector>
#endif

namespace moe {
namespace {

#if defined(__x86_64__)

constexpr std::size_t kLine = 64;

bool hasFlushInAnyOrder() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  constexpr unsigned kClflushopt = 1U << 23;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & kClflushopt) != 0;
}

__attribute__((target("clflushopt"))) void flushInAnyOrder(const char* at, const char* end) {
  for (; at < end; at += kLine) _mm_clflushopt(const_cast<char*>(at));
  _mm_sfence();
}

void flush(const char* at, const char* end) {
  static const bool any_order = hasFlushInAnyOrder();
  if (any_order) return flushInAnyOrder(at, end);
  for (; at < end; at += kLine) _mm_clflush(at);
  _mm_mfence();
}

#elif defined(__aarch64__)

constexpr std::size_t kLine = 64;  // the least of the field; a longer line is flushed twice

void flush(const char* at, const char* end) {
  for (; at < end; at += kLine) asm volatile("dc civac, %0" ::"r"(at) : "memory");
  asm volatile("dsb ish" ::: "memory");
}

#else

constexpr std::size_t kLine = 64;

void flush(const char*, const char*) {
  static std::mutex one_at_a_time;  // 256 MiB for each thread would be too much
  const std::lock_guard lock(one_at_a_time);
  static std::vector<std::uint64_t> other(std::size_t{32} << 20);
  for (std::size_t i = 0; i < other.size(); i += kLine / sizeof(other[0])) ++other[i];
}

#endif

}  // namespace

void evict(const void* begin, std::size_t bytes) {
  if (bytes == 0) return;
  const auto address = reinterpret_cast<std::uintptr_t>(begin);
  const auto first = address / kLine * kLine;
  flush(reinterpret_cast<const char*>(first), static_cast<const char*>(begin) + bytes);
}

}  // namespace moe
