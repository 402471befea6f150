#include "costmodel/verify/measure/machine.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "costmodel/kernels/cpu/control_group.h"
#include "costmodel/kernels/kernel_set.h"
#include "costmodel/verify/measure/processors.h"
#include "costmodel/verify/measure/system_text.h"
#include "data/numbers.h"

namespace moe {
namespace {

constexpr double kKibibyte = 1024;

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

int defaultThreads(const MachineInfo& machine) {
  return std::clamp(std::min(machine.cores, machine.processors), 1, kMostThreads);
}

std::string placementOf(const MachineInfo& machine, int threads) {
  const auto count = [](std::size_t number, std::string_view what) {
    return fmt::format("{} {}{}", number, what, number == 1 ? "" : "s");
  };
  const auto usable = static_cast<std::size_t>(machine.processors);
  const std::size_t all = std::max(machine.processor_list.size(), usable);
  const std::string quota = usable < all ? fmt::format(", a quota of {}", usable) : "";
  return fmt::format(
      "{} on {} ({}{}), not bound to them", count(static_cast<std::size_t>(threads), "thread"),
      count(static_cast<std::size_t>(machine.cores), "core"), count(all, "processor"), quota);
}

MachineInfo machineInfo() {
  MachineInfo info;
  const std::string cpuinfo = systemText("/proc/cpuinfo");
  info.cpu = cpuNameIn(cpuinfo);
  info.instructions = instructionsIn(cpuinfo);
  const ControlGroupLimits limits = controlGroupLimits();
  info.processor_list = usableProcessors();
  const auto usable = static_cast<int>(info.processor_list.size());
  // Half a processor more is no second one.
  info.processors = limits.processors
                        ? static_cast<int>(std::clamp<double>(*limits.processors, 1, usable))
                        : usable;
  info.cores = static_cast<int>(onePerCore(info.processor_list, threadSiblings).size());
  info.cache_bytes = cachesOfFirstProcessor();
  const std::string meminfo = systemText("/proc/meminfo");
  const double pages = static_cast<double>(sysconf(_SC_PHYS_PAGES));
  double memory = pages * static_cast<double>(sysconf(_SC_PAGE_SIZE));
  double available = memoryLineIn(meminfo, "MemAvailable").value_or(memory / 2);
  if (limits.memory) memory = std::min(memory, limits.memory->value());
  if (limits.memory_free) available = std::min(available, limits.memory_free->value());
  info.memory = Bytes(memory);
  info.available = Bytes(std::min(available, memory));
  return info;
}

}  // namespace moe
