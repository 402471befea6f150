#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace moe {

/// Numbers in a list of the system, "0-3,8" as 0, 1, 2, 3, 8. What is no list gives none.
std::vector<int> processorsIn(std::string_view list);

/// The processors that this process may use, rising; any number of them.
std::vector<int> usableProcessors();

/// The first of these processors on each physical core. `siblings` gives the list of processors
/// that share a processor's core, empty where the system does not tell: then it has one of its own.
std::vector<int> onePerCore(std::span<const int> processors,
                            const std::function<std::string(int)>& siblings);

/// As /sys/devices/system/cpu/cpuN/topology/thread_siblings_list has it.
std::string threadSiblings(int processor);

/// What a processor did since the machine started.
struct ProcessorTime {
  double busy_s = 0;    ///< work, stolen time included
  double stolen_s = 0;  ///< in which a virtual machine's neighbours had it
};

/// Of the lines "cpu0 ..." in the text of /proc/stat.
std::map<int, ProcessorTime> processorTimesIn(std::string_view stat, double ticks_per_s);

/// Share of `processors` that others used between two readings, within [0, 1]: the larger of
///
///     (busy - own) / (elapsed processors)     over all of them: other programs and neighbours
///     stolen / elapsed                        of the one that lost most
///
/// `own_s` are the seconds of work of this process. A processor without a reading is left out.
double foreignShareOf(const std::map<int, ProcessorTime>& before,
                      const std::map<int, ProcessorTime>& after, std::span<const int> processors,
                      double own_s, double elapsed_s);

/// How much of the processors' time went to others since it was made.
class LoadMeter {
 public:
  /// Watches these processors; load elsewhere does not count.
  explicit LoadMeter(std::vector<int> processors);
  /// 0 when the system does not tell.
  double foreignShare() const;

 private:
  std::vector<int> processors_;
  double begin_s_ = 0;
  double own_s_ = 0;
  std::map<int, ProcessorTime> times_;
};

/// Processors kept busy on average over the last minute; 0 when the system does not tell.
double loadAverage();

}  // namespace moe
