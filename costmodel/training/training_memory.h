#pragma once

#include <vector>

#include "costmodel/architecture.h"
#include "costmodel/training/training_setup.h"
#include "data/units.h"

namespace moe {

/// Bytes that training keeps per parameter and element.
struct TrainingMemoryRules {
  double weight_bytes = 2;      ///< bf16 copy that the products read
  double gradient_bytes = 2;    ///< Megatron-LM sums gradients in fp32: 4
  double optimizer_bytes = 12;  ///< AdamW: fp32 master weight and two moments [Rajbhandari2020]
  bool flash_attention = true;  ///< scores are never kept
  bool sequence_parallel = true;
  bool dropout = false;  ///< masks of one byte after attention, scores and FFN
};

/// Bytes per parameter that one of `replicas` devices keeps of weights, gradients and optimizer
/// states [Rajbhandari2020, section 5]: each stage divides one more of them among the replicas,
///
///     stage 0   w + g + o            stage 2   w + (g + o) / N
///     stage 1   w + g + o / N        stage 3   (w + g + o) / N
struct StateBytes {
  double weights = 0;
  double gradients = 0;
  double optimizer = 0;
  double total() const { return weights + gradients + optimizer; }
};
StateBytes stateBytesPerParameter(int zero_stage, double replicas,
                                  const TrainingMemoryRules& rules);

/// Bytes of activations that one layer keeps per token. `whole` is on every device of a
/// tensor-parallel group unless sequence parallel divides it, `divided` is divided by tensor
/// parallel always. For a GPT layer (multi-head attention, plain FFN of 4 h, dropout) together
/// 34 h + 5 a s bytes per token, with a heads and s tokens [Korthikanti2022, eq. 2]; 34 h with
/// flash attention, which does what their selective recomputation did. Selective recomputation here
/// also makes again what is cheap: norms, activation functions and, with MLA, queries, keys and
/// values from their latents. Full recomputation is not in it: this is what the layer at work
/// needs.
struct LayerActivation {
  double whole = 0;
  double divided = 0;
  double experts = 0;  ///< of the routed experts and their dispatched copies, top_k per token
};
LayerActivation layerActivation(const ModelArchitecture& model, bool routed,
                                const TrainingSetup& setup, const TrainingMemoryRules& rules);

/// Where the memory of one device goes, on the pipeline stage that needs most.
struct TrainingMemory {
  double parameters = 0;  ///< that the device holds or shares with its replicas
  Bytes weights;
  Bytes gradients;
  Bytes optimizer;
  Bytes gathered_layer;  ///< ZeRO-3: the whole weights of the layer at work and the next
  Bytes activations;
  Bytes logits;   ///< of one micro batch in bf16 and fp32, on the last stage
  int stage = 0;  ///< from 0
  Bytes total() const {
    return weights + gradients + optimizer + gathered_layer + activations + logits;
  }
};

/// Layers are dealt to the pipeline stages in order, as evenly as possible; the first stage also
/// holds the input embedding, the last one the head and the final norm. A stage keeps the
/// activations of as many micro batches as are in flight (1F1B, interleaved):
/// min(m, p - stage), and a further (p - 1) / (p v) of the first stage with v chunks
/// [Korthikanti2022, section 4.2.3]. Routing is taken as even.
TrainingMemory trainingMemory(const ModelArchitecture& model, const TrainingSetup& setup,
                              const TrainingMemoryRules& rules);

/// Share of a device's nominal memory that may be filled. All of it: a device that is sold as
/// 80 GB reports 85.5e9 bytes, and that margin is for driver, buffers and fragmentation.
inline constexpr double kUsableTrainingMemory = 1.0;

}  // namespace moe
