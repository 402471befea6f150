#include "tests/bench/machine_peaks.h"

#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <thread>
#include <vector>

namespace moe::bench {
namespace {

using Clock = std::chrono::steady_clock;

/// Seconds until all threads have done work(thread).
double secondsOf(int threads, const std::function<void(int)>& work) {
  const auto start = Clock::now();
  std::vector<std::jthread> others;
  for (int thread = 1; thread < threads; ++thread) others.emplace_back(work, thread);
  work(0);
  others.clear();
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// The best of five, each long enough that starting the threads does not count.
double bestRate(int threads, double flop_per_thread, const std::function<void(int)>& work) {
  double best = 0;
  for (int i = 0; i < 5; ++i) {
    best = std::max(best, threads * flop_per_thread / secondsOf(threads, work));
  }
  return best;
}

constexpr long kSteps = 10'000'000;
volatile float sink = 0;

__attribute__((target("avx512f"))) void multiplyAdd512() {
  __m512 sums[16];
  for (auto& sum : sums) sum = _mm512_set1_ps(1);
  const __m512 factor = _mm512_set1_ps(0.999F);
  const __m512 term = _mm512_set1_ps(1e-3F);
  for (long step = 0; step < kSteps; ++step) {
#pragma GCC unroll 16
    for (auto& sum : sums) sum = _mm512_fmadd_ps(sum, factor, term);
  }
  for (const auto& sum : sums) sink = sink + _mm512_cvtss_f32(sum);
}

__attribute__((target("avx2,fma"))) void multiplyAdd256() {
  __m256 sums[12];
  for (auto& sum : sums) sum = _mm256_set1_ps(1);
  const __m256 factor = _mm256_set1_ps(0.999F);
  const __m256 term = _mm256_set1_ps(1e-3F);
  for (long step = 0; step < kSteps; ++step) {
#pragma GCC unroll 12
    for (auto& sum : sums) sum = _mm256_fmadd_ps(sum, factor, term);
  }
  for (const auto& sum : sums) sink = sink + _mm256_cvtss_f32(sum);
}

__attribute__((target("avx512f,avx512bf16"))) void dotBf16() {
  __m512 sums[16];
  for (auto& sum : sums) sum = _mm512_setzero_ps();
  const auto ones = reinterpret_cast<__m512bh>(_mm512_set1_epi32(0x3F803F80));
  for (long step = 0; step < kSteps; ++step) {
#pragma GCC unroll 16
    for (auto& sum : sums) sum = _mm512_dpbf16_ps(sum, ones, ones);
  }
  for (const auto& sum : sums) sink = sink + _mm512_cvtss_f32(sum);
}

constexpr long kTileSteps = 1'000'000;

__attribute__((target("amx-tile,amx-bf16"))) void tileBf16() {
  struct alignas(64) Config {
    unsigned char palette = 1, start_row = 0, reserved[14] = {};
    unsigned short row_bytes[16] = {};
    unsigned char rows[16] = {};
  } config;
  for (int tile = 0; tile < 8; ++tile) {
    config.row_bytes[tile] = 64;
    config.rows[tile] = 16;
  }
  // GCC 12 takes the intrinsic to read 8 bytes only, and may leave out the stores of the others.
  asm volatile("" : : "r"(&config) : "memory");
  _tile_loadconfig(&config);
  for (long step = 0; step < kTileSteps; ++step) {
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
  }
  _tile_release();
}

/// AMX needs a permission from Linux once per process (XTILEDATA is state component 18).
bool amxPermitted() {
  constexpr int kRequestPermission = 0x1023;
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  asm volatile("cpuid" : "=a"(a), "=b"(b), "=c"(c), "=d"(d) : "a"(7), "c"(0));
  const bool present = ((d >> 22) & 1U) != 0 && ((d >> 24) & 1U) != 0;
  return present && syscall(SYS_arch_prctl, kRequestPermission, 18) == 0;
}

using Vector = float __attribute__((vector_size(64), aligned(4)));

template <bool fetch>
__attribute__((target("avx2"))) void readThrough(std::span<const float> memory) {
  Vector sums[4] = {};
  for (std::size_t i = 0; i + 64 <= memory.size(); i += 64) {
    for (int j = 0; j < 4; ++j) {
      if constexpr (fetch) __builtin_prefetch(memory.data() + i + 16 * j + 256);
      sums[j] += *reinterpret_cast<const Vector*>(memory.data() + i + 16 * j);
    }
  }
  sink = sink + (sums[0] + sums[1] + sums[2] + sums[3])[0];
}

}  // namespace

double peakF32(int threads) {
  if (__builtin_cpu_supports("avx512f")) {
    return bestRate(threads, kSteps * 16.0 * 32, [](int) { multiplyAdd512(); });
  }
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return 0;
  return bestRate(threads, kSteps * 12.0 * 16, [](int) { multiplyAdd256(); });
}

double peakBf16(int threads) {
  if (!__builtin_cpu_supports("avx512bf16")) return 0;
  return bestRate(threads, kSteps * 16.0 * 64, [](int) { dotBf16(); });
}

double peakBf16Amx(int threads) {
  if (!amxPermitted()) return 0;
  return bestRate(threads, kTileSteps * 4.0 * 16 * 16 * 32 * 2, [](int) { tileBf16(); });
}

double readBandwidth(std::span<const float> memory, int threads, int repetitions) {
  double best = 0;
  for (int i = 0; i < 2 * repetitions; ++i) {
    const double seconds = secondsOf(threads, [&](int thread) {
      const std::size_t part = memory.size() / threads;
      const auto own = memory.subspan(thread * part, part);
      i % 2 == 0 ? readThrough<true>(own) : readThrough<false>(own);
    });
    best = std::max(best, static_cast<double>(memory.size_bytes()) / seconds);
  }
  return best;
}

}  // namespace moe::bench
