#include "costmodel/accounting/sequence_flop.h"

namespace moe {
namespace {

double twiceParams(std::int64_t count) { return 2.0 * static_cast<double>(count); }

/// FLOP per token of a stack's own attention and its FFNs.
double stackFlop(const StackCount& stack, std::int64_t top_k) {
  return twiceParams(stack.attention + stack.dense_ffn + stack.shared_experts +
                     top_k * stack.one_expert);
}

double headFlop(const ModelArchitecture& model) {
  return twiceParams(model.entry.tied_embeddings ? model.params.embedding : model.params.head);
}

}  // namespace

Result<SequenceFlop> sequenceFlop(const ModelArchitecture& model, const SequenceTokens& tokens) {
  const ModelEntry& entry = model.entry;
  if (entry.encoder_layers == 0)
    return fail(ErrorKind::kUnanswered, entry.name,
                "has no encoder; FLOP per sequence are of encoder-decoders");
  const StackCount& encoder = model.encoder;
  const StackCount& decoder = model.decoder;
  // Queries and the output projection are as many parameters as keys and values.
  const double cross = twiceParams(decoder.cross_attention) / 2;
  const double pair = 4.0 * entry.heads * entry.head_dim;  // of one token with another, one layer
  SequenceFlop flop;
  flop.encoder_layers = tokens.encoder * stackFlop(encoder, entry.top_k);
  flop.decoder_layers = tokens.decoder * (stackFlop(decoder, entry.top_k) + cross);
  flop.cross_keys = tokens.encoder * cross;
  flop.cross_keys_by_convention = tokens.decoder * cross;
  flop.routers =
      tokens.encoder * twiceParams(encoder.routers) + tokens.decoder * twiceParams(decoder.routers);
  flop.scores = pair * (static_cast<double>(encoder.layers) * tokens.encoder * tokens.encoder +
                        static_cast<double>(decoder.layers) * tokens.decoder *
                            (tokens.decoder + tokens.encoder));
  flop.head = tokens.decoder * headFlop(model);
  return flop;
}

double decoderFlopPerToken(const ModelArchitecture& model) {
  return stackFlop(model.decoder, model.entry.top_k) + twiceParams(model.decoder.cross_attention) +
         headFlop(model);
}

}  // namespace moe
