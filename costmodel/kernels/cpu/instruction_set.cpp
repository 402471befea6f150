#include "costmodel/kernels/cpu/instruction_set.h"

#include <fmt/format.h>

#include <oneapi/dnnl/dnnl.hpp>

namespace moe {

#if defined(__x86_64__)

namespace {

bool covers(dnnl::cpu_isa have, dnnl::cpu_isa wanted) {
  const auto bits = static_cast<unsigned>(wanted);
  return (static_cast<unsigned>(have) & bits) == bits;
}

std::string nameOf(dnnl::cpu_isa have) {
  using Isa = dnnl::cpu_isa;
  if (covers(have, Isa::avx512_core_amx)) return "avx512_core_amx";
  if (covers(have, Isa::avx512_core_bf16)) return "avx512_core_bf16";
  if (covers(have, Isa::avx512_core_vnni)) return "avx512_core_vnni";
  if (covers(have, Isa::avx512_core)) return "avx512_core";
  if (covers(have, Isa::avx2)) return "avx2";
  if (covers(have, Isa::avx)) return "avx";
  return "sse41";
}

}  // namespace

InstructionSet instructionSet() {
  const dnnl::cpu_isa have = dnnl::get_effective_cpu_isa();
  InstructionSet set;
  set.name = nameOf(have);
  set.avx512 = covers(have, dnnl::cpu_isa::avx512_core);
  set.bf16 = covers(have, dnnl::cpu_isa::avx512_core_bf16);
  set.amx_bf16 = covers(have, dnnl::cpu_isa::avx512_core_amx);
  return set;
}

const SimdKernels& simdKernels(const InstructionSet& set) {
  if (set.avx512) return avx512Kernels();
  return set.name == "avx2" ? avx2Kernels() : baselineKernels();
}

#else

InstructionSet instructionSet() {
  InstructionSet set;
  set.name = "generic";
  return set;
}

const SimdKernels& simdKernels(const InstructionSet&) { return baselineKernels(); }

#endif

std::string onednnVersion() {
  const dnnl_version_t* version = dnnl_version();
  return fmt::format("{}.{}.{}", version->major, version->minor, version->patch);
}

}  // namespace moe
