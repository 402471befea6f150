#include "costmodel/engine/deployment.h"

#include <fmt/format.h>

namespace moe {
namespace {

/// Heads divide among devices, or devices among heads (then heads are copied).
bool divides(int whole, int parts) { return whole % parts == 0 || parts % whole == 0; }

Result<void> checkAttention(const Parallelism& p, const ModelEntry& model) {
  if (model.heads % p.tensor_parallel != 0)
    return usageError("--tensor-parallel",
                      fmt::format("is {}; {} has {} attention heads, which that "
                                  "does not divide",
                                  p.tensor_parallel, model.name, model.heads));
  const bool mla = model.attention == AttentionKind::kMla;
  if (!mla && model.kv_heads > 0 && !divides(model.kv_heads, p.tensor_parallel))
    return usageError(
        "--tensor-parallel",
        fmt::format("is {}; {} has {} KV heads, which can be neither divided nor copied "
                    "evenly",
                    p.tensor_parallel, model.name, model.kv_heads));
  if (p.data_parallel > 1 && model.experts == 0)
    return usageError(
        "--data-parallel",
        fmt::format("is {}; {} has no experts, so give it replicas instead (attention data "
                    "parallel shares only the experts)",
                    p.data_parallel, model.name));
  if (p.pipeline_parallel > model.layers)
    return usageError(
        "--pipeline-parallel",
        fmt::format("is {}; {} has {} layers", p.pipeline_parallel, model.name, model.layers));
  return {};
}

Result<void> checkExperts(const Parallelism& p, const ModelEntry& model) {
  if (model.experts == 0) {
    if (p.expert_parallel > 1)
      return usageError("--expert-parallel",
                        fmt::format("is {}; {} has no experts", p.expert_parallel, model.name));
    return {};
  }
  if (p.moe_tensor_parallel * p.expert_parallel != p.stageDevices())
    return usageError(
        "--expert-parallel",
        fmt::format("is {}; the {} devices of a stage must be expert parallel x the tensor "
                    "parallel of experts, so it must divide {}",
                    p.expert_parallel, p.stageDevices(), p.stageDevices()));
  if (model.experts % p.expert_parallel != 0)
    return usageError("--expert-parallel",
                      fmt::format("is {}; {} has {} experts, which that does not "
                                  "divide",
                                  p.expert_parallel, model.name, model.experts));
  if (model.expert_ffn % p.moe_tensor_parallel != 0)
    return usageError(
        "--expert-parallel",
        fmt::format("leaves {} devices per expert; the width {} of an expert of {} is not "
                    "divided by that",
                    p.moe_tensor_parallel, model.expert_ffn, model.name));
  return {};
}

NumberFormat fp8Of(const ModelEntry& model) {
  return model.native_precision == "fp8_block" ? NumberFormat::kFp8Block : NumberFormat::kFp8;
}

ModelFormats fp4Of(const ModelEntry& model, const Accelerator& accelerator) {
  if (model.native_precision == "mxfp4")
    return {NumberFormat::kBf16, NumberFormat::kBf16,
            accelerator.peak_fp4 ? NumberFormat::kMxfp4Fp8 : NumberFormat::kMxfp4, 2};
  if (model.attention == AttentionKind::kMla)
    return {NumberFormat::kBf16, NumberFormat::kNvfp4, NumberFormat::kNvfp4, 1};
  return {NumberFormat::kNvfp4, NumberFormat::kNvfp4, NumberFormat::kNvfp4, 1};
}

ModelFormats all(NumberFormat format) {
  return {.attention = format, .dense = format, .experts = format};
}

}  // namespace

std::string_view name(Engine engine) {
  switch (engine) {
    case Engine::kVllm:
      return "vllm";
    case Engine::kSglang:
      return "sglang";
    case Engine::kTensorRtLlm:
      return "trtllm";
  }
  require(false, "unknown engine");
  return {};
}

Result<Engine> engineOf(std::string_view text, std::string_view option) {
  for (const Engine engine : {Engine::kVllm, Engine::kSglang, Engine::kTensorRtLlm})
    if (name(engine) == text) return engine;
  return fail(ErrorKind::kUsage, std::string(option),
              fmt::format("'{}' is not known; use vllm, sglang or trtllm", text));
}

Parallelism tensorParallel(int devices) {
  return {.tensor_parallel = devices, .moe_tensor_parallel = devices};
}

std::string nameOf(const Parallelism& p) {
  std::string text;
  const auto add = [&](const char* what, int count) {
    if (count > 1) text += fmt::format("{}{}{}", text.empty() ? "" : " ", what, count);
  };
  add("tp", p.tensor_parallel);
  add("dp", p.data_parallel);
  add("ep", p.expert_parallel);
  add("pp", p.pipeline_parallel);
  return text.empty() ? "one device" : text;
}

Result<void> checkParallelism(const Parallelism& parallelism, const ModelEntry& model) {
  for (const auto& [option, count] : {std::pair{"--tensor-parallel", parallelism.tensor_parallel},
                                      {"--data-parallel", parallelism.data_parallel},
                                      {"--pipeline-parallel", parallelism.pipeline_parallel},
                                      {"--expert-parallel", parallelism.expert_parallel}})
    if (count < 1) return usageError(option, fmt::format("is {}; it must be 1 or more", count));
  if (const auto good = checkAttention(parallelism, model); !good) return good;
  return checkExperts(parallelism, model);
}

Result<ModelFormats> formatsOf(const ModelEntry& model, Precision weights, Precision kv_cache,
                               const Accelerator& accelerator) {
  ModelFormats formats;
  switch (weights) {
    case Precision::kF32:
      formats = all(NumberFormat::kF32);
      formats.plain = NumberFormat::kF32;
      break;
    case Precision::kBf16:
      break;
    case Precision::kFp8:
      formats = all(fp8Of(model));
      break;
    case Precision::kFp4:
      formats = fp4Of(model, accelerator);
      break;
    case Precision::kInt8:
      formats = all(NumberFormat::kInt8);
      break;
    case Precision::kInt4:
      formats = all(accelerator.peak_fp4 ? NumberFormat::kNvfp4 : NumberFormat::kInt4);
      if (model.experts > 0) formats.attention = NumberFormat::kBf16;
      break;
  }
  const Peaks peaks = peaksOf(accelerator);
  const bool computes = peaks.flopPerSecond(formats.attention) > 0 &&
                        peaks.flopPerSecond(formats.dense) > 0 &&
                        peaks.flopPerSecond(formats.experts) > 0;
  if (!computes)
    return fail(ErrorKind::kInput, "--weights",
                fmt::format("{} does not compute in {} (the catalog has no such peak); use bf16{}, "
                            "int8 or int4, or another accelerator",
                            accelerator.name, name(weights), accelerator.peak_fp8 ? ", fp8" : ""));
  formats.kv_bytes = bytesPerElement(kv_cache);
  return formats;
}

}  // namespace moe
