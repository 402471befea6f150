#pragma once

#include <optional>
#include <string>
#include <vector>

#include "data/basis.h"
#include "data/catalog/hardware_entry.h"
#include "data/units.h"

namespace moe {

/// One accelerator as the cost model sees it: data-sheet peaks (dense) and what of them is reached.
struct Accelerator {
  std::string name;
  std::vector<std::string> aliases;
  std::string vendor;
  Bytes memory;                     ///< as it is sold
  Bytes device_memory;              ///< as the driver reports it; the same where that is not known
  std::string kernel_tables;        ///< system whose measured kernels stand for it; empty: none
  std::vector<OwnKernels> kernels;  ///< measured on this very machine; before `kernel_tables`
  BytesPerSecond memory_bandwidth;
  FlopPerSecond peak_bf16;
  std::optional<FlopPerSecond> peak_f32;
  std::optional<FlopPerSecond> peak_fp8;
  std::optional<FlopPerSecond> peak_fp4;
  BytesPerSecond link_bandwidth;     ///< scale-up, one direction, per device
  int link_domain = 1;               ///< devices that the link joins
  BytesPerSecond network_bandwidth;  ///< between link domains, per device; 0: not known
  std::optional<UsdPerSecond> price;
  std::string price_date;
  std::string price_source;

  double compute_efficiency = 0.7;               ///< of the peak, in large matrix products
  std::optional<double> compute_efficiency_fp8;  ///< of the fp8 peak, where measured
  std::optional<double> compute_efficiency_fp4;
  double bandwidth_efficiency = 0.8;  ///< of the data-sheet bandwidth
  double link_efficiency = 0.8;
  Seconds fixed_per_layer{80e-6};  ///< launch, norms, router: everything the roofline lacks
  Seconds link_latency{10e-6};     ///< per all-reduce
  Basis efficiency_basis = Basis::kRoofline;
  std::string efficiency_source;
  std::string source;        ///< of the data-sheet figures
  std::string verification;  ///< how sure they are, as in the catalog
};

/// What the cost model needs of a catalog entry.
Accelerator acceleratorOf(const HardwareEntry& entry);

}  // namespace moe
