#include "costmodel/verify/measure/processors.h"

#include <fmt/format.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <set>
#include <thread>

#include "costmodel/verify/measure/robust_time.h"
#include "costmodel/verify/measure/system_text.h"
#include "data/numbers.h"

namespace moe {
namespace {

constexpr int kMostProcessors = 1 << 20;

std::optional<int> processorNumber(std::string_view text) {
  const auto number = parseNumber(trimmed(text));
  if (!number || *number < 0 || *number >= kMostProcessors || *number != std::floor(*number))
    return std::nullopt;
  return static_cast<int>(*number);
}

/// The set of a process grows until the system's own fits in: more than 1024 processors do not fit
/// in a cpu_set_t.
std::vector<int> affinity() {
  for (int most = CPU_SETSIZE; most <= kMostProcessors; most *= 2) {
    const auto release = [](cpu_set_t* set) { CPU_FREE(set); };
    const std::unique_ptr<cpu_set_t, decltype(release)> set(CPU_ALLOC(most), release);
    const std::size_t bytes = CPU_ALLOC_SIZE(most);
    if (!set || sched_getaffinity(0, bytes, set.get()) != 0) continue;
    std::vector<int> processors;
    for (int processor = 0; processor < most; ++processor)
      if (CPU_ISSET_S(processor, bytes, set.get())) processors.push_back(processor);
    return processors;
  }
  return {};
}

double ownSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::map<int, ProcessorTime> processorTimes() {
  const double ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  return processorTimesIn(systemText("/proc/stat"), ticks);
}

/// "cpu0 user nice system idle iowait irq softirq steal"; guest time is in user already.
std::optional<std::pair<int, ProcessorTime>> processorTimeIn(std::string_view line,
                                                             double ticks_per_s) {
  constexpr std::size_t kSteal = 8, kIdle = 4, kWaiting = 5;
  const std::vector<std::string_view> words = wordsIn(line);
  if (words.size() <= kSteal || !words[0].starts_with("cpu")) return std::nullopt;
  const auto processor = processorNumber(words[0].substr(3));
  if (!processor) return std::nullopt;  // the sum of all
  ProcessorTime time;
  for (std::size_t i = 1; i <= kSteal; ++i)
    if (i != kIdle && i != kWaiting) time.busy_s += parseNumber(words[i]).value_or(0) / ticks_per_s;
  time.stolen_s = parseNumber(words[kSteal]).value_or(0) / ticks_per_s;
  return std::pair(*processor, time);
}

}  // namespace

std::vector<int> processorsIn(std::string_view list) {
  std::vector<int> processors;
  list = trimmed(list);
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    const std::string_view part = list.substr(0, comma);
    const auto dash = part.find('-');
    const auto first = processorNumber(part.substr(0, dash));
    const auto last =
        dash == std::string_view::npos ? first : processorNumber(part.substr(dash + 1));
    if (!first || !last) return {};
    for (int processor = *first; processor <= *last; ++processor) processors.push_back(processor);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return processors;
}

std::vector<int> usableProcessors() {
  std::vector<int> processors = affinity();
  if (!processors.empty()) return processors;
  const int count = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  for (int processor = 0; processor < count; ++processor) processors.push_back(processor);
  return processors;
}

std::vector<int> onePerCore(std::span<const int> processors,
                            const std::function<std::string(int)>& siblings) {
  std::vector<int> chosen;
  std::set<int> taken;  // processors of cores that one was chosen on
  for (const int processor : processors) {
    if (taken.contains(processor)) continue;
    chosen.push_back(processor);
    for (const int sibling : processorsIn(siblings(processor))) taken.insert(sibling);
  }
  return chosen;
}

std::string threadSiblings(int processor) {
  return systemText(
      fmt::format("/sys/devices/system/cpu/cpu{}/topology/thread_siblings_list", processor));
}

std::map<int, ProcessorTime> processorTimesIn(std::string_view stat, double ticks_per_s) {
  std::map<int, ProcessorTime> times;
  while (!stat.empty()) {
    const auto end = std::min(stat.find('\n'), stat.size());
    if (const auto time = processorTimeIn(stat.substr(0, end), ticks_per_s)) times.insert(*time);
    stat.remove_prefix(std::min(end + 1, stat.size()));
  }
  return times;
}

double foreignShareOf(const std::map<int, ProcessorTime>& before,
                      const std::map<int, ProcessorTime>& after, std::span<const int> processors,
                      double own_s, double elapsed_s) {
  if (!(elapsed_s > 0)) return 0;
  double busy_s = 0, most_stolen_s = 0, counted = 0;
  for (const int processor : processors) {
    const auto then = before.find(processor);
    const auto now = after.find(processor);
    if (then == before.end() || now == after.end()) continue;
    counted += 1;
    busy_s += now->second.busy_s - then->second.busy_s;
    most_stolen_s = std::max(most_stolen_s, now->second.stolen_s - then->second.stolen_s);
  }
  if (counted == 0) return 0;
  const double others = (busy_s - own_s) / (elapsed_s * counted);
  return std::clamp(std::max(others, most_stolen_s / elapsed_s), 0.0, 1.0);
}

LoadMeter::LoadMeter(std::vector<int> processors)
    : processors_(std::move(processors)),
      begin_s_(steadySeconds()),
      own_s_(ownSeconds()),
      times_(processorTimes()) {}

double LoadMeter::foreignShare() const {
  return foreignShareOf(times_, processorTimes(), processors_, ownSeconds() - own_s_,
                        steadySeconds() - begin_s_);
}

double loadAverage() {
  double load[1] = {0};
  return getloadavg(load, 1) == 1 ? load[0] : 0;
}

}  // namespace moe
