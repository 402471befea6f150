#include "costmodel/accelerator.h"

namespace moe {
namespace {

void setEfficiency(Accelerator& accelerator, const HardwareEfficiency& efficiency) {
  accelerator.compute_efficiency = efficiency.compute;
  accelerator.compute_efficiency_fp8 = efficiency.compute_fp8;
  accelerator.compute_efficiency_fp4 = efficiency.compute_fp4;
  accelerator.bandwidth_efficiency = efficiency.bandwidth;
  accelerator.link_efficiency = efficiency.link;
  accelerator.fixed_per_layer = efficiency.fixed_per_layer;
  accelerator.link_latency = efficiency.link_latency;
  accelerator.efficiency_basis = efficiency.basis;
  accelerator.efficiency_source = efficiency.source;
}

}  // namespace

Accelerator acceleratorOf(const HardwareEntry& entry) {
  Accelerator accelerator;
  accelerator.name = entry.name;
  accelerator.aliases = entry.aliases;
  accelerator.vendor = entry.vendor;
  accelerator.memory = entry.memory;
  accelerator.device_memory = entry.device_memory.value_or(entry.memory);
  accelerator.kernel_tables = entry.kernel_tables;
  accelerator.kernels = entry.kernels;
  accelerator.memory_bandwidth = entry.memory_bandwidth;
  accelerator.peak_bf16 = entry.peak_bf16;
  accelerator.peak_f32 = entry.peak_f32;
  accelerator.peak_fp8 = entry.peak_fp8;
  accelerator.peak_fp4 = entry.peak_fp4;
  accelerator.link_bandwidth = entry.link_bandwidth.value_or(BytesPerSecond(0));
  accelerator.link_domain = entry.link_domain;
  accelerator.network_bandwidth = entry.network_bandwidth.value_or(BytesPerSecond(0));
  if (entry.price) {
    accelerator.price = entry.price->typical;
    accelerator.price_date = entry.price->date;
    accelerator.price_source = entry.price->source;
  }
  accelerator.source = entry.source;
  accelerator.verification = entry.verification;
  setEfficiency(accelerator, entry.efficiency);
  return accelerator;
}

}  // namespace moe
