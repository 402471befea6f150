#include "costmodel/presets.h"

namespace moe {
namespace {

Accelerator probeAccelerator() {
  Accelerator a;
  a.name = "A100-40GB SXM";
  a.vendor = "NVIDIA";
  a.memory = gigabytes(40);
  a.memory_bandwidth = BytesPerSecond(1555e9);
  a.peak_bf16 = FlopPerSecond(312e12);
  a.link_bandwidth = BytesPerSecond(300e9);
  a.link_domain = 8;
  a.price = usdPerHour(1.29);
  a.price_date = "2025-02-28";
  a.price_source = "Epoch AI hardware prices: Lambda, 1.29 USD/h";
  a.efficiency_source = "assumption of the reference tables: 0.7 of peak, 0.8 of bandwidth";
  a.source = "NVIDIA A100 data sheet";
  a.verification = "source-read";
  return a;
}

CostPreset probe(std::string name, std::string description, bool allreduce,
                 std::optional<double> limit) {
  CostPreset preset;
  preset.name = std::move(name);
  preset.description = std::move(description);
  preset.accelerator = probeAccelerator();
  preset.workload = {161, 338};
  preset.settings.allreduce = allreduce;
  preset.settings.max_concurrency = limit;
  return preset;
}

}  // namespace

std::vector<std::string> costPresetNames() {
  return {"yun2024", "probe-v0", "probe-v1", "probe-v2", "probe-v3"};
}

Result<CostPreset> costPreset(std::string_view name) {
  if (name == "yun2024")
    return probe(
        "yun2024",
        "the setting of [Yun2024]: up to 8 A100-40GB, vLLM with at most 256 requests, "
        "all-reduce; its measured latencies are not published and the roofline of probe-v2 "
        "stands for them",
        true, 256.0);
  if (name == "probe-v0")
    return probe("probe-v0", "no all-reduce, no limit on running requests", false, std::nullopt);
  if (name == "probe-v1") return probe("probe-v1", "all-reduce, no limit", true, std::nullopt);
  if (name == "probe-v2")
    return probe("probe-v2", "all-reduce, at most 256 running requests", true, 256.0);
  if (name == "probe-v3")
    return probe("probe-v3", "all-reduce, at most 64 running requests", true, 64.0);
  std::string known;
  for (const auto& known_name : costPresetNames())
    known += (known.empty() ? "" : ", ") + known_name;
  return fail(ErrorKind::kUsage, "--cost-preset",
              "there is no cost preset '" + std::string(name) + "'; known are " + known);
}

}  // namespace moe
