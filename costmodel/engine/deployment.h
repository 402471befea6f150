#pragma once

#include <string_view>

#include "costmodel/architecture.h"
#include "costmodel/operators/number_format.h"
#include "costmodel/precision.h"
#include "data/error.h"

namespace moe {

enum class Engine { kVllm, kSglang, kTensorRtLlm };

/// "vllm", "sglang", "trtllm".
std::string_view name(Engine engine);
/// An unknown name is a usage error that points at `option`.
Result<Engine> engineOf(std::string_view text, std::string_view option);

/// How one replica of a model is divided among devices.
///
/// Attention and dense layers run in `tensor_parallel` x `data_parallel` groups (each data-parallel
/// group has sequences of its own); the routed experts of a layer are divided among the same
/// devices as `moe_tensor_parallel` x `expert_parallel`. `pipeline_parallel` stages hold different
/// layers.
struct Parallelism {
  int tensor_parallel = 1;
  int data_parallel = 1;
  int pipeline_parallel = 1;
  int moe_tensor_parallel = 1;
  int expert_parallel = 1;

  int stageDevices() const { return tensor_parallel * data_parallel; }
  int devices() const { return stageDevices() * pipeline_parallel; }
};

/// Tensor parallel throughout: experts are split as everything else.
Parallelism tensorParallel(int devices);

/// "tp4", "tp4 ep4", "dp8 ep8 pp2".
std::string nameOf(const Parallelism& parallelism);

/// Usage errors, naming the option: a split that does not fit the devices, heads or experts that it
/// does not divide, more stages than layers, data-parallel attention of a dense model.
Result<void> checkParallelism(const Parallelism& parallelism, const ModelEntry& model);

/// In what each part of a model is stored and multiplied.
struct ModelFormats {
  NumberFormat attention = NumberFormat::kBf16;  ///< projections
  NumberFormat dense = NumberFormat::kBf16;      ///< dense FFN, shared experts
  NumberFormat experts = NumberFormat::kBf16;    ///< routed experts
  double kv_bytes = 2;                           ///< of one element of the cache
  NumberFormat plain = NumberFormat::kBf16;      ///< embedding, head, router, norms: bf16, or f32
};

/// What engines run when weights are asked in this precision, head and router always in bf16:
///
///   f32   everything, head and router too
///   fp8   one scale per tensor, or blocks where the model is published so (DeepSeek-V3)
///   fp4   nvfp4, with MLA's projections left in bf16 as in the published checkpoints; models
///         published in mxfp4 (gpt-oss) quantise only the experts, with fp8 activations where the
///         accelerator has fp4 and bf16 ones elsewhere
///   int4, int8   weights only; int4 runs as nvfp4 where the accelerator has fp4
///
/// An error (input) when the accelerator does not compute in it.
Result<ModelFormats> formatsOf(const ModelEntry& model, Precision weights, Precision kv_cache,
                               const Accelerator& accelerator);

}  // namespace moe
