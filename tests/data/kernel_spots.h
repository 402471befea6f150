#pragma once

#include "data/kernels/kernel_store.h"

// Times read from the published files, three or more a table, chosen at random: github.com
// ai-dynamo/aiconfigurator@095f58a, aic-core/src/aiconfigurator_core/systems/data, the file named
// above each group with _perf.parquet at its end. They are in milliseconds there; here in
// microseconds with six digits. Of several rows of one shape (kernels, tensor-parallel
// labels, numbers of multiprocessors) the fastest stands here, as in the table. Counted by hand:
// context = step + 1 in decode, power_law_1.2 is skew 1.2, balanced and uniform are 0.

namespace moe::test {

struct KernelSpot {
  const char* system;
  KernelOperation operation;
  const char* shape;  ///< the keys of the table, comma-separated
  double axis;
  double microseconds;
};

inline constexpr KernelSpot kKernelSpots[] = {
    // a100_sxm/gemm/trtllm/1.0.0/gemm
    {"a100_sxm", KernelOperation::kGemm, "int4_wo,1536,2560", 8192, 292.864},
    {"a100_sxm", KernelOperation::kGemm, "bf16,3584,65536", 128, 333.585},
    {"a100_sxm", KernelOperation::kGemm, "int4_wo,3072,512", 1, 11.264},
    // a100_sxm/moe/trtllm/1.0.0/moe
    {"a100_sxm", KernelOperation::kMoe, "trtllm,bf16,1.2,7168,2048,256,8,32,4", 4, 90.112},
    {"a100_sxm", KernelOperation::kMoe, "trtllm,bf16,1.2,4096,14336,8,2,2,2", 16, 421.888},
    // a100_sxm/moe/vllm/0.14.0/moe
    {"a100_sxm", KernelOperation::kMoe, "vllm,bf16,1.2,2688,1856,128,6,1,16", 128, 253.632},
    {"a100_sxm", KernelOperation::kMoe, "vllm,bf16,1.2,7168,2048,256,8,4,1", 256, 3207.78},
    // a100_sxm/attention/trtllm/1.0.0/context_attention
    {"a100_sxm", KernelOperation::kPrefillAttention, "bf16,bf16,128,16,8,4", 1024, 212.651},
    {"a100_sxm", KernelOperation::kPrefillAttention, "bf16,bf16,128,48,1,2", 32, 15.5307},
    {"a100_sxm", KernelOperation::kPrefillAttention, "bf16,bf16,128,8,2,128", 1024, 2738.69},
    // a100_sxm/attention/trtllm/1.0.0/generation_attention
    {"a100_sxm", KernelOperation::kDecodeAttention, "bf16,128,128,8,64", 512, 77.824},
    {"a100_sxm", KernelOperation::kDecodeAttention, "bf16,128,96,2,1", 256, 15.872},
    {"a100_sxm", KernelOperation::kDecodeAttention, "bf16,128,32,4,256", 128, 80.0427},
    // a100_sxm/mla/trtllm/1.0.0/context_mla
    {"a100_sxm", KernelOperation::kPrefillMla, "bf16,1,8", 16, 15.36},
    {"a100_sxm", KernelOperation::kPrefillMla, "bf16,16,1", 64, 15.7013},
    {"a100_sxm", KernelOperation::kPrefillMla, "fp8,16,128", 64, 177.493},
    // a100_sxm/mla/trtllm/1.0.0/generation_mla
    {"a100_sxm", KernelOperation::kDecodeMla, "fp8,128,256", 4, 90.4533},
    {"a100_sxm", KernelOperation::kDecodeMla, "bf16,128,32", 256, 51.0293},
    {"a100_sxm", KernelOperation::kDecodeMla, "bf16,4,2", 65536, 7770.79},
    // a100_sxm/comm/trtllm/1.0.0/custom_allreduce
    {"a100_sxm", KernelOperation::kCollectives, "allreduce-trtllm,2,2", 262144, 7.84384},
    // a100_sxm/comm/nccl/2.27.3/nccl
    {"a100_sxm", KernelOperation::kCollectives, "alltoall,1,4", 262144, 16},
    {"a100_sxm", KernelOperation::kCollectives, "allreduce,2,4", 32768, 17.8},
    // h100_sxm/gemm/trtllm/1.3.0rc20/gemm
    {"h100_sxm", KernelOperation::kGemm, "bf16,1536,2560", 256, 7.9264},
    {"h100_sxm", KernelOperation::kGemm, "fp8_block,3584,5120", 4, 13.2231},
    {"h100_sxm", KernelOperation::kGemm, "fp8,51200,4096", 512, 180.277},
    // h100_sxm/moe/sglang/0.5.10/wideep_generation_moe
    {"h100_sxm", KernelOperation::kMoe, "deepep-decode,fp8_block,0.6,7168,2048,256,8,1,128", 16384,
     222.746},
    // h100_sxm/moe/sglang/0.5.10/wideep_context_moe
    {"h100_sxm", KernelOperation::kMoe, "deepep-prefill,fp8_block,0.6,7168,2048,256,8,1,32", 4096,
     464.68},
    // h100_sxm/moe/trtllm/1.3.0rc20/moe
    {"h100_sxm", KernelOperation::kMoe, "trtllm,bf16,0,5120,8192,16,1,8,1", 8192, 520.864},
    {"h100_sxm", KernelOperation::kMoe, "trtllm,fp8_block,0,7168,2048,256,8,1,32", 128, 148.283},
    // h100_sxm/moe/vllm/0.24.0/moe
    {"h100_sxm", KernelOperation::kMoe, "vllm,bf16,0,3072,1024,256,8,1,1", 2048, 1924.35},
    {"h100_sxm", KernelOperation::kMoe, "vllm,bf16,1.2,4096,14336,8,2,32,1", 16384, 1078.04},
    // h100_sxm/attention/trtllm/1.3.0rc20/context_attention
    {"h100_sxm", KernelOperation::kPrefillAttention, "bf16,bf16,128,64,8,64", 1024, 4409.66},
    {"h100_sxm", KernelOperation::kPrefillAttention, "bf16,bf16,64,32,1,4", 512, 53.0667},
    {"h100_sxm", KernelOperation::kPrefillAttention, "bf16,fp8,256,8,4,256", 1, 69.8347},
    // h100_sxm/attention/trtllm/1.3.0rc20/generation_attention
    {"h100_sxm", KernelOperation::kDecodeAttention, "fp8,256,64,64,1024", 16, 938.213},
    {"h100_sxm", KernelOperation::kDecodeAttention, "bf16,256,32,8,32", 16384, 1591.01},
    {"h100_sxm", KernelOperation::kDecodeAttention, "bf16,256,16,1,128", 4096, 211.381},
    // h100_sxm/mla/trtllm/1.3.0rc20/context_mla
    {"h100_sxm", KernelOperation::kPrefillMla, "fp8,16,32", 1536, 1255.65},
    {"h100_sxm", KernelOperation::kPrefillMla, "bf16,4,4", 3072, 144.677},
    {"h100_sxm", KernelOperation::kPrefillMla, "fp8,16,2", 3072, 260.501},
    // h100_sxm/mla/trtllm/1.3.0rc20/generation_mla
    {"h100_sxm", KernelOperation::kDecodeMla, "fp8,8,2", 16384, 22.5173},
    {"h100_sxm", KernelOperation::kDecodeMla, "bf16,32,1", 131072, 75.7493},
    {"h100_sxm", KernelOperation::kDecodeMla, "bf16,16,16", 8192, 69.712},
    // h100_sxm/comm/trtllm/1.3.0rc20/custom_allreduce
    {"h100_sxm", KernelOperation::kCollectives, "allreduce-trtllm,2,4", 256, 2.86432},
    // h100_sxm/comm/nccl/2.29.2/nccl
    {"h100_sxm", KernelOperation::kCollectives, "allreduce,2,2", 512, 5.85},
    {"h100_sxm", KernelOperation::kCollectives, "allgather,1,8", 65536, 13.07},
    // h100_sxm/comm/sglang/0.5.12/wideep_deepep_normal
    {"h100_sxm", KernelOperation::kDeepEp, "normal-dispatch,7168,256,8", 96, 42.5149},
    // h100_sxm/comm/sglang/0.5.12/wideep_deepep_ll
    {"h100_sxm", KernelOperation::kDeepEp, "low-latency-combine,6144,256,8", 128, 58.82},
    // h100_sxm/comm/sglang/0.5.12/wideep_deepep_normal
    {"h100_sxm", KernelOperation::kDeepEp, "normal-dispatch,7168,384,6", 65536, 6235.03},
    // h200_sxm/gemm/trtllm/1.3.0rc20/gemm
    {"h200_sxm", KernelOperation::kGemm, "bf16,1536,3072", 2, 6.97173},
    {"h200_sxm", KernelOperation::kGemm, "fp8,7168,51200", 2, 104.491},
    {"h200_sxm", KernelOperation::kGemm, "bf16,512,65536", 16384, 1404.43},
    // h200_sxm/moe/sglang/0.5.10/wideep_generation_moe
    {"h200_sxm", KernelOperation::kMoe, "deepep-decode,fp8_block,1.02,7168,2048,256,8,1,32", 2048,
     167.48},
    // h200_sxm/moe/sglang/0.5.10/wideep_context_moe
    {"h200_sxm", KernelOperation::kMoe, "deepep-prefill,fp8_block,1.02,7168,2048,256,8,1,32", 32768,
     1954.21},
    // h200_sxm/moe/trtllm/1.3.0rc20/moe
    {"h200_sxm", KernelOperation::kMoe, "trtllm,fp8_block,1.2,3072,1536,256,8,1,4", 16, 117.018},
    {"h200_sxm", KernelOperation::kMoe, "trtllm,fp8,1.2,6144,2048,256,8,1,2", 1024, 1447.67},
    // h200_sxm/moe/vllm/0.24.0/moe
    {"h200_sxm", KernelOperation::kMoe, "vllm,fp8,1.2,4096,1024,512,10,1,32", 2048, 490.278},
    {"h200_sxm", KernelOperation::kMoe, "vllm,fp8_block,0,4096,1536,128,8,1,64", 256, 44.656},
    // h200_sxm/attention/trtllm/1.3.0rc20/context_attention
    {"h200_sxm", KernelOperation::kPrefillAttention, "fp8,fp8,256,48,4,1", 1024, 93.3973},
    {"h200_sxm", KernelOperation::kPrefillAttention, "fp8,fp8,128,16,8,32", 256, 99.1147},
    {"h200_sxm", KernelOperation::kPrefillAttention, "bf16,fp8,64,16,1,32", 1024, 337.131},
    // h200_sxm/attention/trtllm/1.3.0rc20/generation_attention
    {"h200_sxm", KernelOperation::kDecodeAttention, "bf16,64,8,4,1", 64, 8.256},
    {"h200_sxm", KernelOperation::kDecodeAttention, "bf16,256,96,2,64", 4, 64.9493},
    {"h200_sxm", KernelOperation::kDecodeAttention, "bf16,64,8,1,16", 256, 9.00267},
    // h200_sxm/mla/trtllm/1.3.0rc20/context_mla
    {"h200_sxm", KernelOperation::kPrefillMla, "bf16,128,256", 32, 1047.86},
    {"h200_sxm", KernelOperation::kPrefillMla, "fp8,16,4", 256, 26.9493},
    {"h200_sxm", KernelOperation::kPrefillMla, "bf16,4,32", 64, 20.1867},
    // h200_sxm/mla/trtllm/1.3.0rc20/generation_mla
    {"h200_sxm", KernelOperation::kDecodeMla, "fp8,2,64", 16384, 213.035},
    {"h200_sxm", KernelOperation::kDecodeMla, "fp8,2,128", 64, 14.1547},
    {"h200_sxm", KernelOperation::kDecodeMla, "bf16,8,512", 256, 63.9627},
    // h200_sxm/comm/trtllm/1.3.0rc20/custom_allreduce
    {"h200_sxm", KernelOperation::kCollectives, "allreduce-trtllm,2,8", 262144, 17.7795},
    // h200_sxm/comm/nccl/2.29.2/nccl
    {"h200_sxm", KernelOperation::kCollectives, "allreduce,1,4", 512, 9.49},
    {"h200_sxm", KernelOperation::kCollectives, "alltoall,1,8", 67108864, 217.47},
    // h200_sxm/comm/sglang/0.5.12/wideep_deepep_ll
    {"h200_sxm", KernelOperation::kDeepEp, "low-latency-combine,7168,256,8", 64, 38.757},
    {"h200_sxm", KernelOperation::kDeepEp, "low-latency-dispatch,4096,512,10", 1024, 156.496},
    // h200_sxm/comm/sglang/0.5.12/wideep_deepep_normal
    {"h200_sxm", KernelOperation::kDeepEp, "normal-dispatch,6144,160,8", 24, 27.6513},
    // b200_sxm/gemm/trtllm/1.3.0rc20/gemm
    {"b200_sxm", KernelOperation::kGemm, "fp8_block,4096,1536", 64, 7.09973},
    {"b200_sxm", KernelOperation::kGemm, "fp8,1024,1024", 32, 14.9995},
    {"b200_sxm", KernelOperation::kGemm, "fp8_block,10240,3072", 8, 10.8533},
    // b200_sxm/moe/sglang/0.5.10/wideep_generation_moe
    {"b200_sxm", KernelOperation::kMoe, "deepep-decode,fp8_block,0.6,7168,2048,256,8,1,2", 64,
     841.519},
    // b200_sxm/moe/sglang/0.5.10/wideep_context_moe
    {"b200_sxm", KernelOperation::kMoe, "deepep-prefill,fp8_block,1.01,7168,2048,256,8,1,256",
     262144, 5719.62},
    // b200_sxm/moe/trtllm/1.3.0rc20/moe
    {"b200_sxm", KernelOperation::kMoe, "trtllm,fp8_block,1.2,3072,1024,256,8,1,256", 1, 25.6256},
    {"b200_sxm", KernelOperation::kMoe, "trtllm,bf16,0,4096,1536,128,8,2,2", 4, 77.232},
    // b200_sxm/attention/trtllm/1.3.0rc20/context_attention
    {"b200_sxm", KernelOperation::kPrefillAttention, "fp8,fp8,64,96,96,128", 512, 2141.15},
    {"b200_sxm", KernelOperation::kPrefillAttention, "fp8,fp8,128,16,4,8", 2048, 206.005},
    {"b200_sxm", KernelOperation::kPrefillAttention, "bf16,bf16,128,64,2,16", 64, 53.7867},
    // b200_sxm/attention/trtllm/1.3.0rc20/generation_attention
    {"b200_sxm", KernelOperation::kDecodeAttention, "fp8,128,64,1,1024", 16, 770.309},
    {"b200_sxm", KernelOperation::kDecodeAttention, "fp8,256,1,1,2", 8192, 13.088},
    {"b200_sxm", KernelOperation::kDecodeAttention, "fp8,256,16,1,2", 8192, 13.1307},
    // b200_sxm/mla/trtllm/1.3.0rc20/context_mla
    {"b200_sxm", KernelOperation::kPrefillMla, "fp8,2,1", 1024, 32.5013},
    {"b200_sxm", KernelOperation::kPrefillMla, "fp8,128,16", 32, 86.2613},
    {"b200_sxm", KernelOperation::kPrefillMla, "fp8,16,4", 16384, 3513.55},
    // b200_sxm/mla/trtllm/1.3.0rc20/generation_mla
    {"b200_sxm", KernelOperation::kDecodeMla, "fp8,16,16", 2048, 12.9653},
    {"b200_sxm", KernelOperation::kDecodeMla, "bf16,128,32", 8, 13.168},
    {"b200_sxm", KernelOperation::kDecodeMla, "bf16,16,1024", 32, 49.9627},
    // b200_sxm/comm/trtllm/1.3.0rc20/custom_allreduce
    {"b200_sxm", KernelOperation::kCollectives, "allreduce-trtllm,2,4", 262144, 7.15456},
    // b200_sxm/comm/nccl/2.29.2/nccl
    {"b200_sxm", KernelOperation::kCollectives, "allreduce,2,8", 524288, 30.14},
    {"b200_sxm", KernelOperation::kCollectives, "alltoall,2,4", 268435456, 825.16},
    // b200_sxm/comm/sglang/0.5.12/wideep_deepep_ll
    {"b200_sxm", KernelOperation::kDeepEp, "low-latency-combine,6144,8,2", 2, 16.802},
    {"b200_sxm", KernelOperation::kDeepEp, "low-latency-combine,6144,256,8", 8, 23.196},
    // b200_sxm/comm/sglang/0.5.12/wideep_deepep_normal
    {"b200_sxm", KernelOperation::kDeepEp, "normal-combine,6144,160,8", 24, 59.8753},
    // l40s/gemm/trtllm/1.3.0rc20/gemm
    {"l40s", KernelOperation::kGemm, "fp8,8192,2048", 4096, 438.34},
    {"l40s", KernelOperation::kGemm, "fp8,6144,2048", 16, 16.3499},
    {"l40s", KernelOperation::kGemm, "fp8_block,10240,2048", 2, 17.408},
    // l40s/moe/trtllm/1.3.0rc20/moe
    {"l40s", KernelOperation::kMoe, "trtllm,fp8,0,5120,8192,128,1,16,16", 8192, 441.323},
    {"l40s", KernelOperation::kMoe, "trtllm,bf16,1.2,5120,8192,128,1,4,16", 4, 40.5504},
    {"l40s", KernelOperation::kMoe, "trtllm,bf16,0,4096,14336,8,2,1,1", 256, 4372.82},
    // l40s/attention/trtllm/1.3.0rc20/context_attention
    {"l40s", KernelOperation::kPrefillAttention, "fp8,fp8,128,48,2,128", 64, 406.699},
    {"l40s", KernelOperation::kPrefillAttention, "bf16,fp8,64,96,1,8", 256, 116.197},
    {"l40s", KernelOperation::kPrefillAttention, "bf16,bf16,128,4,2,2", 1024, 51.3707},
    // l40s/attention/trtllm/1.3.0rc20/generation_attention
    {"l40s", KernelOperation::kDecodeAttention, "fp8,64,16,2,8", 32768, 270.165},
    {"l40s", KernelOperation::kDecodeAttention, "fp8,192,16,1,64", 1024, 43.3493},
    {"l40s", KernelOperation::kDecodeAttention, "bf16,256,8,1,32", 8192, 454.827},
    // l40s/mla/trtllm/1.0.0/context_mla
    {"l40s", KernelOperation::kPrefillMla, "fp8,64,2", 128, 18.7733},
    {"l40s", KernelOperation::kPrefillMla, "bf16,16,4", 2048, 619.179},
    {"l40s", KernelOperation::kPrefillMla, "fp8,2,32", 256, 29.184},
    // l40s/mla/trtllm/1.0.0/generation_mla
    {"l40s", KernelOperation::kDecodeMla, "bf16,128,16", 8192, 665.088},
    {"l40s", KernelOperation::kDecodeMla, "bf16,32,8", 64, 9.38667},
    {"l40s", KernelOperation::kDecodeMla, "bf16,64,256", 1024, 525.483},
    // l40s/comm/trtllm/1.3.0rc20/custom_allreduce
    {"l40s", KernelOperation::kCollectives, "allreduce-trtllm,2,2", 8388608, 839.544},
    // l40s/comm/nccl/2.27.3/nccl
    {"l40s", KernelOperation::kCollectives, "reducescatter,1,2", 512, 5.31},
    {"l40s", KernelOperation::kCollectives, "allreduce,1,2", 512, 8.8},
};

}  // namespace moe::test
