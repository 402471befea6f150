#include "costmodel/verify/measure/bandwidth.h"

#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <cstddef>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <system_error>
#include <thread>

#include "costmodel/verify/measure/robust_time.h"

namespace moe {
namespace {

constexpr std::size_t kLine = 64;  // bytes of a cache line, and of a vector
constexpr std::size_t kUnroll = 8;
constexpr std::size_t kMostSamples = 10'000;

typedef double Vector __attribute__((vector_size(kLine)));

struct FreeMemory {
  void operator()(Vector* memory) const { std::free(memory); }
};
using Vectors = std::unique_ptr<Vector[], FreeMemory>;

/// In huge pages where the system has them: with small ones the translation of addresses limits
/// reading (12 instead of 18 GB/s a thread on a virtual Xeon). Empty when there is no memory; not
/// touched yet.
Vectors allocated(std::size_t vectors) {
  constexpr std::size_t kHugePage = std::size_t{2} << 20;
  const std::size_t bytes = (vectors * kLine + kHugePage - 1) / kHugePage * kHugePage;
  auto* memory = static_cast<Vector*>(std::aligned_alloc(kHugePage, bytes));
#if defined(MADV_HUGEPAGE)
  if (memory != nullptr) madvise(memory, bytes, MADV_HUGEPAGE);
#endif
  return Vectors(memory);
}

/// Sum of `count` vectors, a multiple of kUnroll, in as many independent chains as hide an
/// addition. Compiled once for each instruction set.
inline __attribute__((always_inline)) double readLoop(const Vector* from, std::size_t count) {
  Vector sum[kUnroll] = {};
  for (std::size_t i = 0; i < count; i += kUnroll)
    for (std::size_t j = 0; j < kUnroll; ++j) sum[j] += from[i + j];
  double total = 0;
  for (const Vector& part : sum) total += part[0];
  return total;
}

inline __attribute__((always_inline)) void triadLoop(Vector* to, const Vector* b, const Vector* c,
                                                     std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) to[i] = b[i] + 3.0 * c[i];
}

#if defined(__x86_64__)
__attribute__((target("avx512f"))) double readWide(const Vector* from, std::size_t count) {
  return readLoop(from, count);
}
__attribute__((target("avx2"))) double readHalf(const Vector* from, std::size_t count) {
  return readLoop(from, count);
}
__attribute__((target("avx512f"))) void triadWide(Vector* to, const Vector* b, const Vector* c,
                                                  std::size_t count) {
  triadLoop(to, b, c, count);
}
__attribute__((target("avx2"))) void triadHalf(Vector* to, const Vector* b, const Vector* c,
                                               std::size_t count) {
  triadLoop(to, b, c, count);
}

double readAll(const Vector* from, std::size_t count) {
  if (__builtin_cpu_supports("avx512f")) return readWide(from, count);
  if (__builtin_cpu_supports("avx2")) return readHalf(from, count);
  return readLoop(from, count);
}
void triadAll(Vector* to, const Vector* b, const Vector* c, std::size_t count) {
  if (__builtin_cpu_supports("avx512f")) return triadWide(to, b, c, count);
  if (__builtin_cpu_supports("avx2")) return triadHalf(to, b, c, count);
  triadLoop(to, b, c, count);
}
#else
double readAll(const Vector* from, std::size_t count) { return readLoop(from, count); }
void triadAll(Vector* to, const Vector* b, const Vector* c, std::size_t count) {
  triadLoop(to, b, c, count);
}
#endif

/// What one thread works on, and what it read so that reading cannot be left out.
struct Part {
  Vectors memory;
  std::size_t vectors = 0;  // a multiple of 3 kUnroll
  double sum = 0;
};

void readPart(Part& part) { part.sum += readAll(part.memory.get(), part.vectors); }

void triadPart(Part& part) {
  const std::size_t third = part.vectors / 3;
  Vector* memory = part.memory.get();
  triadAll(memory, memory + third, memory + 2 * third, third);
}

/// Runs work(thread) on so many threads, the calling one among them: all of them or none. False
/// when the system refuses a thread. Work throws nothing: nobody could catch it.
bool onThreads(int threads, const std::function<void(int)>& work) {
  enum Signal { kWait, kGo, kLeave };
  std::atomic<int> signal = kWait;
  std::vector<std::jthread> others;
  try {
    others.reserve(static_cast<std::size_t>(threads));
    for (int thread = 1; thread < threads; ++thread)
      others.emplace_back([&signal, &work, thread] {
        signal.wait(kWait);
        if (signal == kGo) work(thread);
      });
    signal = kGo;
  } catch (const std::system_error&) {
    signal = kLeave;
  }
  signal.notify_all();
  if (signal == kLeave) return false;
  work(0);
  return true;
}

/// Median seconds of one pass of all threads together; none when a thread is refused.
std::optional<double> passSeconds(std::vector<Part>& parts, void (*pass)(Part&), double budget_s,
                                  int least) {
  const int threads = static_cast<int>(parts.size());
  const std::size_t bytes = parts.front().vectors * kLine * parts.size();
  // So many passes in one timing that starting together does not show.
  const int inner = static_cast<int>(std::max<std::size_t>(1, (std::size_t{8} << 20) / bytes));
  std::vector<double> samples;
  samples.reserve(kMostSamples);  // nothing is allocated while others wait
  bool done = false;
  double begin = 0;
  std::barrier together(threads);
  const double start = steadySeconds();
  const auto work = [&](int thread) {
    while (true) {
      together.arrive_and_wait();
      if (done) return;
      if (thread == 0) begin = steadySeconds();
      for (int i = 0; i < inner; ++i) pass(parts[static_cast<std::size_t>(thread)]);
      together.arrive_and_wait();
      if (thread != 0) continue;
      const double end = steadySeconds();
      samples.push_back((end - begin) / inner);
      done = samples.size() == kMostSamples ||
             (static_cast<int>(samples.size()) > least && end - start > budget_s);
    }
  };
  if (!onThreads(threads, work)) return std::nullopt;
  samples.erase(samples.begin());  // the first pass brings memory into the caches
  return robustTime(samples).median_s;
}

}  // namespace

Result<MeasuredBandwidth> measureBandwidth(Bytes working_set, int threads, double budget_s) {
  constexpr std::size_t kStep = 3 * kUnroll;
  constexpr int kLeast = 5;
  const double share = working_set.value() / threads / kLine;
  const std::size_t vectors =
      std::max<std::size_t>(kStep, static_cast<std::size_t>(share) / kStep * kStep);
  const auto refused = [&](std::string_view what) {
    return fail(ErrorKind::kInfeasible, "bandwidth",
                fmt::format("the system refuses {} for {:.1f} GB and {} threads", what,
                            working_set.value() / 1e9, threads));
  };
  std::vector<Part> parts(static_cast<std::size_t>(threads));
  for (Part& part : parts) {
    part.memory = allocated(vectors);
    part.vectors = vectors;
    if (!part.memory) return refused("memory");
  }
  // Each thread touches its own part first: memory then lies near the processor that reads it.
  const bool touched = onThreads(threads, [&](int thread) {
    std::fill_n(parts[static_cast<std::size_t>(thread)].memory.get(), vectors, Vector{} + 1.0);
  });
  const auto read =
      touched ? passSeconds(parts, readPart, budget_s / 2, kLeast) : std::optional<double>();
  const auto triad =
      read ? passSeconds(parts, triadPart, budget_s / 2, kLeast) : std::optional<double>();
  if (!triad) return refused("a thread");
  const double bytes = static_cast<double>(vectors * kLine * parts.size());
  return MeasuredBandwidth{Bytes(bytes), threads, BytesPerSecond(bytes / *read),
                           BytesPerSecond(bytes / *triad)};
}

std::vector<Bytes> bandwidthSets(Bytes most) {
  std::vector<Bytes> sets;
  for (double bytes = 256.0 * 1024; bytes <= most.value(); bytes *= 4) sets.push_back(Bytes(bytes));
  return sets;
}

Bytes cachedSet(const std::vector<MeasuredBandwidth>& curve) {
  constexpr double kClearlyFaster = 1.2;
  Bytes cached(0);
  if (curve.empty()) return cached;
  int threads = 0;
  for (const MeasuredBandwidth& point : curve) threads = std::max(threads, point.threads);
  const MeasuredBandwidth* largest = nullptr;
  for (const MeasuredBandwidth& point : curve)
    if (point.threads == threads && (!largest || point.working_set > largest->working_set))
      largest = &point;
  for (const MeasuredBandwidth& point : curve)
    if (point.threads == threads && point.read.value() > kClearlyFaster * largest->read.value())
      cached = std::max(cached, point.working_set);
  return cached;
}

}  // namespace moe
