#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/units.h"

namespace moe {

/// This machine as its operating system describes it.
struct MachineInfo {
  std::string cpu;           ///< "AMD EPYC 9654 96-Core Processor"; "unknown CPU" when not told
  std::string instructions;  ///< of those that kernels choose by, "avx2 avx512f amx_bf16"
  std::vector<int> processor_list;  ///< that this process may run on, rising
  int processors = 1;               ///< of them that it may keep busy, by its control group's quota
  int cores = 1;                    ///< physical ones that the processors belong to
  std::vector<double> cache_bytes;  ///< data caches by level; empty when not told
  Bytes memory;     ///< that this process may use, limits of its control group included
  Bytes available;  ///< of it, without pushing others out
};

MachineInfo machineInfo();

/// Threads that kernels use unless told: one on each physical core, as a second one shares its
/// units and caches, and no more than the processors that may be kept busy.
int defaultThreads(const MachineInfo& machine);

/// How so many threads lie on the machine, in words: "2 threads on 2 cores (4 processors), not
/// bound to them".
std::string placementOf(const MachineInfo& machine, int threads);

/// "model name" and the chosen flags of /proc/cpuinfo's text.
std::string cpuNameIn(std::string_view cpuinfo);
std::string instructionsIn(std::string_view cpuinfo);
/// A line of /proc/meminfo in bytes; none when it is not there.
std::optional<double> memoryLineIn(std::string_view meminfo, std::string_view key);

}  // namespace moe
