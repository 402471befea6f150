#include "costmodel/training/training_flop.h"

#include <algorithm>

namespace moe {
namespace {

/// Forward FLOP of scores and weighted values per token and attended token, in one layer.
double scoreFlopPerLayer(const ModelArchitecture& model) {
  const ModelEntry& entry = model.entry;
  const double layers = entry.attention == AttentionKind::kMla ? entry.layers : entry.kv_layers;
  return layers > 0 ? static_cast<double>(model.prefill_attention_flop_per_context_token) / layers
                    : 0;
}

double scoreFlop(const ModelArchitecture& model, double sequence_length) {
  const ModelEntry& entry = model.entry;
  const int layers = entry.attention == AttentionKind::kMla ? entry.layers : entry.kv_layers;
  const int windowed = std::min(entry.sliding_window_layers, layers);
  return scoreFlopPerLayer(model) *
         ((layers - windowed) * meanAttendedTokens(sequence_length, 0) +
          windowed * meanAttendedTokens(sequence_length, entry.sliding_window));
}

}  // namespace

double meanAttendedTokens(double sequence_length, double window) {
  if (window <= 0 || window >= sequence_length) return (sequence_length + 1) / 2;
  return window - window * (window - 1) / (2 * sequence_length);
}

Result<TrainingFlop> trainingFlop(const ModelArchitecture& model, double sequence_length) {
  if (model.entry.encoder_layers > 0)
    return fail(ErrorKind::kUnanswered, model.entry.name,
                "is an encoder-decoder model; its training is not modelled (moeplan account counts "
                "its parameters, FLOP and memory)");
  const ParameterCount& params = model.params;
  const auto twice = [](std::int64_t count) { return 2.0 * static_cast<double>(count); };
  TrainingFlop flop;
  flop.attention_projections = twice(params.attention);
  flop.attention_scores = scoreFlop(model, sequence_length);
  flop.dense_ffn = twice(params.dense_ffn);
  flop.shared_experts = twice(params.shared_experts);
  flop.routed_experts = twice(params.top_k * params.one_expert);
  flop.router = twice(params.routers);
  flop.output_head = twice(model.entry.tied_embeddings ? params.embedding : params.head);
  return flop;
}

double sixPerActiveParameter(const ModelArchitecture& model) {
  const std::int64_t looked_up = model.entry.tied_embeddings ? 0 : model.params.embedding;
  return 6.0 * static_cast<double>(model.params.active() - looked_up - model.params.positions);
}

}  // namespace moe
