#pragma once

// Parameter counts (billions, norms left out, cut or rounded to three decimals) and KV bytes per
// token in fp16 of the catalog's models, computed by an independent program from the publishers'
// configurations. Hybrids are left out: that program took their linear layers for attention.
// Switch-Large, ST-MoE-32B and GLaM are left out, too: it took their FFNs from the papers' tables,
// which print other ones than the released configurations have, or knew one kind of FFN only.

namespace moe {

struct CountedElsewhere {
  const char* model;
  double total_billions, active_billions, kv_bytes;
};

inline constexpr CountedElsewhere kCountedElsewhere[] = {
    {"Mixtral-8x7B", 46.703, 12.88, 131072},
    {"Mixtral-8x22B", 140.629, 39.161, 229376},
    {"DeepSeek-MoE-16B", 16.376, 2.829, 229376},
    {"DeepSeek-V2-Lite", 15.706, 2.661, 31104},
    {"DeepSeek-V2", 235.741, 21.375, 69120},
    {"DeepSeek-V3", 671.025, 37.551, 70272},
    {"DeepSeek-R1", 671.025, 37.551, 70272},
    {"DeepSeek-V3.2", 671.025, 37.551, 70272},
    {"Kimi-K2", 1026.407, 32.86, 70272},
    {"GLM-5", 743.179, 41.053, 89856},
    {"Qwen1.5-MoE-A2.7B", 14.315, 2.689, 196608},
    {"Qwen2-57B-A14B", 57.408, 14.249, 57344},
    {"Qwen3-30B-A3B", 30.532, 3.353, 98304},
    {"Qwen3-235B-A22B", 235.093, 22.19, 192512},
    {"Qwen3-Coder-480B-A35B", 480.154, 35.474, 253952},
    {"OLMoE-1B-7B", 6.919, 1.282, 131072},
    {"DBRX", 131.596, 36.469, 163840},
    {"Grok-1", 315.683, 83.755, 262144},
    {"Llama-2-7B", 6.738, 6.738, 524288},
    {"Llama-2-13B", 13.015, 13.015, 819200},
    {"Llama-2-70B", 68.975, 68.975, 327680},
    {"Llama-3-8B", 8.03, 8.03, 131072},
    {"Llama-3-70B", 70.552, 70.552, 327680},
    {"Llama-3.1-8B", 8.03, 8.03, 131072},
    {"Llama-3.1-70B", 70.552, 70.552, 327680},
    {"Llama-3.1-405B", 405.849, 405.849, 516096},
    {"Llama-3.2-1B", 1.236, 1.236, 32768},
    {"Llama-3.2-3B", 3.213, 3.213, 114688},
    {"Llama-3.3-70B", 70.552, 70.552, 327680},
    {"Mistral-7B", 7.241, 7.241, 131072},
    {"Qwen3-8B", 8.19, 8.19, 147456},
    {"Qwen3-32B", 32.761, 32.761, 262144},
    {"Llama-4-Scout", 107.769, 17.172, 196608},
    {"Llama-4-Maverick", 400.711, 17.184, 196608},
    {"gpt-oss-20b", 20.908, 4.186, 49152},
    {"gpt-oss-120b", 116.789, 5.71, 73728},
    {"GLM-4.5", 352.796, 33.63, 376832},
    {"GLM-4.5-Air", 106.851, 13.423, 188416},
    {"MiniMax-M2.5", 228.689, 11.03, 253952},
    {"Phi-3.5-MoE", 41.872, 6.64, 131072},
    {"Switch-Base-8", 0.619, 0.223, 36864},
    {"Switch-Base-128", 7.415, 0.224, 36864},
    {"Switch-XXL", 394.675, 11.147, 393216},
    {"Switch-C-2048", 1571.376, 1.795, 122880},
    {"Snowflake-Arctic", 478.584, 17.318, 143360},
};

}  // namespace moe
