#pragma once

#include "costmodel/architecture.h"

namespace moe {

/// Exact forward FLOP of one token in training, by part. A multiply and an add are two. Norms,
/// activations, softmax and the embedding lookup are left out, as in every published MFU.
struct TrainingFlop {
  double attention_projections = 0;
  double attention_scores = 0;  ///< scores and weighted values, causal, mean over the sequence
  double dense_ffn = 0;
  double shared_experts = 0;
  double routed_experts = 0;  ///< top_k of them
  double router = 0;
  double output_head = 0;

  double layers() const {
    return attention_projections + attention_scores + dense_ffn + shared_experts + routed_experts +
           router;
  }
  double forward() const { return layers() + output_head; }
  /// What MFU counts: forward, and backward at twice that.
  double step() const { return 3 * forward(); }
  /// What is computed: with full recompute every layer runs forward a second time.
  double computed(bool full_recompute) const { return step() + (full_recompute ? layers() : 0); }
};

/// Keys that a token attends to on the mean over a sequence of s tokens, causal:
///
///     (s + 1) / 2  and, within a window of w < s tokens,  w - w (w - 1) / (2 s)
///
/// itself included. A window of 0 is none.
double meanAttendedTokens(double sequence_length, double window);

/// Forward FLOP per token at a sequence length in tokens. MLA is counted as training computes it,
/// with keys and values made from the latent [DeepSeekV2, section 2.1]; sliding windows by their
/// window; layers without a KV cache of a hybrid model by their projections only. Unanswered for
/// encoder-decoder models.
Result<TrainingFlop> trainingFlop(const ModelArchitecture& model, double sequence_length);

/// The usual estimate per token, 6 N_act with N_act the active parameters without the input
/// embedding that is only looked up.
double sixPerActiveParameter(const ModelArchitecture& model);

}  // namespace moe
