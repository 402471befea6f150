#include "costmodel/verify/measure/machine.h"

#include <fmt/format.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <thread>

#include "costmodel/verify/measure/robust_time.h"
#include "data/numbers.h"

namespace moe {
namespace {

constexpr double kKibibyte = 1024;

std::string systemText(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The rest of the first line that begins with the key, after its colon.
std::string_view lineAfter(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    const auto colon = line.find(':');
    if (colon != std::string_view::npos && trimmed(line.substr(0, colon)) == key)
      return trimmed(line.substr(colon + 1));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return {};
}

std::vector<std::string_view> wordsIn(std::string_view text) {
  std::vector<std::string_view> words;
  while (!(text = trimmed(text)).empty()) {
    const auto end = std::min(text.find(' '), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return words;
}

/// "48K" or "2M" in bytes.
double cacheSize(std::string_view text) {
  text = trimmed(text);
  double unit = 1;
  if (text.ends_with('K')) unit = kKibibyte;
  if (text.ends_with('M')) unit = kKibibyte * kKibibyte;
  if (unit > 1) text.remove_suffix(1);
  return parseNumber(text).value_or(0) * unit;
}

std::vector<double> cachesOfFirstProcessor() {
  std::vector<double> sizes;
  for (int index = 0; index < 8; ++index) {
    const std::string folder = fmt::format("/sys/devices/system/cpu/cpu0/cache/index{}/", index);
    const std::string type = systemText(folder + "type");
    if (type.empty()) break;
    const double size = cacheSize(systemText(folder + "size"));
    if (!type.starts_with("Instruction") && size > 0) sizes.push_back(size);
  }
  if (!sizes.empty()) return sizes;
  for (const int level : {_SC_LEVEL1_DCACHE_SIZE, _SC_LEVEL2_CACHE_SIZE, _SC_LEVEL3_CACHE_SIZE})
    if (const long size = sysconf(level); size > 0) sizes.push_back(static_cast<double>(size));
  return sizes;
}

int usableProcessors() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

double ownSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double busySeconds() {
  const double ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  return busySecondsIn(systemText("/proc/stat"), ticks).value_or(0);
}

}  // namespace

std::string cpuNameIn(std::string_view cpuinfo) {
  const std::string_view name = lineAfter(cpuinfo, "model name");
  return name.empty() ? "unknown CPU" : std::string(name);
}

std::string instructionsIn(std::string_view cpuinfo) {
  constexpr std::array kChosenBy{"avx2",        "avx512f",  "avx512_vnni", "avx512_bf16",
                                 "avx512_fp16", "amx_bf16", "amx_int8"};
  const std::vector<std::string_view> flags = wordsIn(lineAfter(cpuinfo, "flags"));
  std::string found;
  for (const std::string_view flag : kChosenBy)
    if (std::find(flags.begin(), flags.end(), flag) != flags.end())
      found += fmt::format("{}{}", found.empty() ? "" : " ", flag);
  return found;
}

std::optional<double> memoryLineIn(std::string_view meminfo, std::string_view key) {
  const std::vector<std::string_view> words = wordsIn(lineAfter(meminfo, key));
  if (words.empty()) return std::nullopt;
  const auto kibibytes = parseNumber(words.front());
  return kibibytes ? std::optional(*kibibytes * kKibibyte) : std::nullopt;
}

MachineInfo machineInfo() {
  MachineInfo info;
  const std::string cpuinfo = systemText("/proc/cpuinfo");
  info.cpu = cpuNameIn(cpuinfo);
  info.instructions = instructionsIn(cpuinfo);
  info.processors = usableProcessors();
  info.cache_bytes = cachesOfFirstProcessor();
  const std::string meminfo = systemText("/proc/meminfo");
  const double pages = static_cast<double>(sysconf(_SC_PHYS_PAGES));
  double memory = pages * static_cast<double>(sysconf(_SC_PAGE_SIZE));
  double available = memoryLineIn(meminfo, "MemAvailable").value_or(memory / 2);
  const auto limit = parseNumber(trimmed(systemText("/sys/fs/cgroup/memory.max")));
  const auto used = parseNumber(trimmed(systemText("/sys/fs/cgroup/memory.current")));
  if (limit && *limit < memory) {
    memory = *limit;
    available = std::min(available, std::max(0.0, *limit - used.value_or(0)));
  }
  info.memory = Bytes(memory);
  info.available = Bytes(available);
  return info;
}

std::optional<double> busySecondsIn(std::string_view stat, double ticks_per_s) {
  const std::vector<std::string_view> words = wordsIn(stat.substr(0, stat.find('\n')));
  // cpu user nice system idle iowait irq softirq steal; guest time is in user already.
  constexpr std::size_t kSteal = 8;
  constexpr std::size_t kIdle = 4;
  constexpr std::size_t kWaiting = 5;
  if (words.size() <= kSteal || words[0] != "cpu") return std::nullopt;
  double ticks = 0;
  for (std::size_t i = 1; i <= kSteal; ++i)
    if (i != kIdle && i != kWaiting) ticks += parseNumber(words[i]).value_or(0);
  return ticks / ticks_per_s;
}

double foreignShareOf(double busy_s, double own_s, double elapsed_s, int processors) {
  if (!(elapsed_s > 0)) return 0;
  return std::clamp((busy_s - own_s) / (elapsed_s * processors), 0.0, 1.0);
}

LoadMeter::LoadMeter() : begin_s_(steadySeconds()), busy_s_(busySeconds()), own_s_(ownSeconds()) {}

double LoadMeter::foreignShare() const {
  const int processors = std::max(1, static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN)));
  return foreignShareOf(busySeconds() - busy_s_, ownSeconds() - own_s_, steadySeconds() - begin_s_,
                        processors);
}

double loadAverage() {
  double load[1] = {0};
  return getloadavg(load, 1) == 1 ? load[0] : 0;
}

}  // namespace moe
