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
  int processors = 1;        ///< that this process may use
  std::vector<double> cache_bytes;  ///< data caches by level; empty when not told
  Bytes memory;     ///< that this process may use, limits of its control group included
  Bytes available;  ///< of it, without pushing others out
};

MachineInfo machineInfo();

/// "model name" and the chosen flags of /proc/cpuinfo's text.
std::string cpuNameIn(std::string_view cpuinfo);
std::string instructionsIn(std::string_view cpuinfo);
/// A line of /proc/meminfo in bytes; none when it is not there.
std::optional<double> memoryLineIn(std::string_view meminfo, std::string_view key);

/// How much of the processors' time went to others since it was made: other programs and, on a
/// virtual machine, its neighbours.
class LoadMeter {
 public:
  LoadMeter();
  /// 0 to 1 of all processors; 0 when the system does not tell.
  double foreignShare() const;

 private:
  double begin_s_ = 0;
  double busy_s_ = 0;
  double own_s_ = 0;
};

/// Seconds of work and stolen time of all processors in the first line of /proc/stat.
std::optional<double> busySecondsIn(std::string_view stat, double ticks_per_s);

/// Share of `processors` that others used: (busy - own) / (elapsed processors), within [0, 1].
double foreignShareOf(double busy_s, double own_s, double elapsed_s, int processors);

/// Processors kept busy on average over the last minute; 0 when the system does not tell.
double loadAverage();

}  // namespace moe
