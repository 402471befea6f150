#pragma once

#include "costmodel/architecture.h"

namespace moe {

/// Tokens of one sequence on both sides of an encoder-decoder. T5 is trained on 512 and 114.
struct SequenceTokens {
  double encoder = 512;
  double decoder = 114;
};

/// Forward FLOP of one sequence through an encoder-decoder, by part; a multiply and an add are two.
/// Norms, activations, softmax and the embedding lookup are left out, as in trainingFlop.
struct SequenceFlop {
  double encoder_layers = 0;  ///< 2 x active parameters x encoder tokens, without routers
  double decoder_layers = 0;  ///< own attention, queries and outputs of the other one, FFNs
  double cross_keys = 0;      ///< keys and values that the decoder makes of the encoder's tokens
  double cross_keys_by_convention = 0;  ///< as if it made them of its own tokens
  double routers = 0;
  double scores = 0;  ///< scores and weighted values, every token with every token it may see
  double head = 0;    ///< of the decoder's tokens

  double forward() const {
    return encoder_layers + decoder_layers + cross_keys + routers + scores + head;
  }
  /// Forward, and backward at twice that.
  double training() const { return 3 * forward(); }
  /// As papers on T5-like models print it:
  ///
  ///     2 (T_enc N_enc + T_dec (N_dec + V d)) + share x scores
  ///
  /// with every parameter of the decoder applied to its own tokens and no routers. Which share of
  /// the scores fits differs by paper: 0 [Zoph2022], none stated.
  double asPrinted(double score_share) const {
    return encoder_layers + decoder_layers + cross_keys_by_convention + head + score_share * scores;
  }
};

/// Scores of the decoder are counted whole, not causal, as the printed figures have them.
/// Unanswered for models without an encoder.
Result<SequenceFlop> sequenceFlop(const ModelArchitecture& model, const SequenceTokens& tokens);

/// 2 (N_dec + V d): one token through the decoder stack and the head, without routers and norms.
double decoderFlopPerToken(const ModelArchitecture& model);

}  // namespace moe
