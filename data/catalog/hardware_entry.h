#pragma once

#include <optional>
#include <string>
#include <vector>

#include "data/basis.h"
#include "data/kernels/kernel_store.h"
#include "data/units.h"

namespace moe {

/// What a rented device costs. `low` and `high` are the range of offers seen.
struct HardwarePrice {
  UsdPerSecond typical;
  std::optional<UsdPerSecond> low;
  std::optional<UsdPerSecond> high;
  std::string date;
  std::string source;
};

/// What a device costs its owner, as a model of the total cost of ownership gives it. Not an offer.
struct OwningCost {
  UsdPerSecond hyperscaler;
  UsdPerSecond neocloud;
  UsdPerSecond three_year_rental;
  std::string note;  ///< source, and what it covers
};

/// Shares of the data-sheet peaks that are reached, and fixed times. What an entry does not say has
/// the values below, which are assumed whatever `basis` says of the others. `moeplan calibrate`
/// measures compute and bandwidth only: it times whole operators, so no fixed time is used beside
/// them, and one machine has no link.
struct HardwareEfficiency {
  double compute = 0.7;  ///< of the bf16 peak, in large matrix products
  std::optional<double> compute_fp8;
  std::optional<double> compute_fp4;
  double bandwidth = 0.8;
  double link = 0.8;
  Seconds fixed_per_layer{80e-6};
  Seconds link_latency{10e-6};  ///< per all-reduce
  Basis basis = Basis::kRoofline;
  std::string source = "assumed constants, as the entry gives none";
};

/// Bandwidth over a working set, with so many threads.
struct MeasuredBandwidth {
  Bytes working_set;
  int threads = 1;
  BytesPerSecond read;
  BytesPerSecond triad;  ///< a[i] = b[i] + s c[i], counted without write-allocate
};

/// The fastest large matrix product with so many threads.
struct MeasuredPeak {
  std::string format;  ///< as kernel tables write it, "f32"
  int threads = 1;
  FlopPerSecond speed;
};

/// Where the numbers of a calibrated machine come from.
struct HardwareMeasurement {
  std::string date;                 ///< "2026-11-26T03:40:00Z"
  std::string cpu;                  ///< as the system names it
  std::string instructions;         ///< of those that kernels choose by: "avx2 avx512f amx_bf16"
  std::string library;              ///< with its version
  int processors = 1;               ///< that the program may use
  int threads = 1;                  ///< that were used
  std::string placement;            ///< of the threads: "2 threads on 2 cores (4 processors), .."
  std::vector<double> cache_bytes;  ///< by level, as the system says; empty when it does not
  Bytes cached;                     ///< largest working set that is read clearly faster than memory
  double load_before = 0;           ///< processors that others kept busy when it began
  double foreign_share = 0;         ///< of the processors' time, while it lasted
  double median_spread = 0;         ///< interquartile range over median, of all timings
  int timings = 0;
  int noisy = 0;  ///< of them
  std::vector<MeasuredBandwidth> bandwidth;
  std::vector<MeasuredPeak> peaks;
};

/// One accelerator of the catalog. Peaks are dense data-sheet peaks; GB is 1e9 bytes.
struct HardwareEntry {
  std::string name;
  std::vector<std::string> aliases;
  std::string vendor;
  int year = 0;
  Bytes memory;                        ///< as it is sold
  std::optional<Bytes> device_memory;  ///< as the driver reports it, where known
  std::string kernel_tables;           ///< system whose measured kernels stand for it; empty: none
  std::vector<OwnKernels> kernels;     ///< tables of its own, from `moeplan calibrate`
  BytesPerSecond memory_bandwidth;
  FlopPerSecond peak_bf16;
  std::optional<FlopPerSecond> peak_f32;
  std::optional<FlopPerSecond> peak_fp8;
  std::optional<FlopPerSecond> peak_fp4;
  std::optional<BytesPerSecond> link_bandwidth;     ///< scale-up, one direction, per device
  int link_domain = 1;                              ///< devices that the link joins
  std::optional<BytesPerSecond> network_bandwidth;  ///< between link domains, per device
  std::optional<double> power_watt;
  std::optional<HardwarePrice> price;
  std::optional<OwningCost> owning;
  HardwareEfficiency efficiency;
  std::optional<HardwareMeasurement> measurement;  ///< who measured what, where it was calibrated
  std::string source;
  std::string verification;  ///< how sure the figures are
  std::string notes;
  std::string where;  ///< table and line of the entry
};

}  // namespace moe
