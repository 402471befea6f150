#include "costmodel/architecture.h"

#include <algorithm>
#include <cmath>

#include "costmodel/layer_pattern.h"
#include "costmodel/linear_attention.h"
#include "data/numbers.h"

namespace moe {
namespace {

using Count = std::int64_t;

bool isMla(const ModelEntry& m) { return m.attention == AttentionKind::kMla; }

/// Projections of one attention layer, without norms. MLA as in [DeepSeekV2, section 2.1]: the
/// query in one or two steps, keys and values through kv_lora_rank, a rotary key that all heads
/// share.
Count attentionParams(const ModelEntry& m) {
  const Count hidden = m.hidden;
  const Count heads = m.heads;
  const Count gate = m.attention_gate ? hidden * heads * m.head_dim : 0;
  if (!isMla(m)) return 2 * hidden * (heads + m.kv_heads) * m.head_dim + gate;
  const Count query_width = heads * (Count{m.qk_nope_dim} + m.qk_rope_dim);
  const Count query =
      m.q_lora_rank > 0 ? m.q_lora_rank * (hidden + query_width) : hidden * query_width;
  const Count compress = hidden * (Count{m.kv_lora_rank} + m.qk_rope_dim);
  const Count expand = Count{m.kv_lora_rank} * heads * (Count{m.qk_nope_dim} + m.v_head_dim);
  return query + compress + expand + heads * m.v_head_dim * hidden;
}

Count attentionNorms(const ModelEntry& m) {
  return isMla(m) ? Count{m.q_lora_rank} + m.kv_lora_rank : 0;
}

/// Layers that keep a state instead of a cache, where the entry says what they are; else they are
/// counted as attention.
Count linearLayersOf(const ModelEntry& m) {
  return m.linear.kind == LinearAttentionKind::kNone ? 0 : m.layers - m.kv_layers;
}

/// Larger than any count of the entry, so that sizes which overflow are found before they do.
double boundOnParams(const ModelEntry& m) {
  const LinearAttention& l = m.linear;
  const double layers = 2.0 * m.layers + m.encoder_layers;
  const double ranks = 0.0 + m.hidden + m.q_lora_rank + m.kv_lora_rank + m.qk_rope_dim;
  const double head = 0.0 + m.head_dim + m.qk_nope_dim + m.qk_rope_dim + m.v_head_dim;
  const double attention = 4 * ranks * (0.0 + m.heads + m.kv_heads + 1) * (head + 1);
  const double widths = 1.0 * l.key_heads * l.key_dim + 1.0 * l.value_heads +
                        1.0 * l.value_heads * l.value_dim * (l.key_dim + 1.0) + l.inner;
  const double linear = 4 * widths * (8.0 + m.hidden + l.convolution + l.step_rank + l.state);
  const double ffn =
      1.0 + m.dense_ffn + m.extra_ffn + m.shared_ffn + (m.experts + 1.0) * (m.expert_ffn + 1.0);
  const double ends = 0.0 + m.vocabulary + m.learned_positions + 1.0 * m.relative_buckets * m.heads;
  return layers * (attention + linear + 3.0 * m.hidden * ffn) + 2 * ends * m.hidden;
}

/// A stack of layers that ends in a norm. A decoder over an encoder attends twice a layer.
StackCount countStack(const ModelEntry& m, int layers, int attentions_per_layer, Count linear) {
  const Count routed = routedLayersIn(m, layers);
  const Count ffn_row = Count{m.ffn_matrices} * m.hidden;
  const Count attending = layers - linear;
  StackCount stack;
  stack.layers = layers;
  stack.routed_layers = routed;
  stack.attention = attending * attentionParams(m) + linear * linearAttentionParams(m);
  stack.cross_attention = (attentions_per_layer - 1) * attending * attentionParams(m);
  stack.positions = Count{m.relative_buckets} * m.heads;
  stack.norms = layers * ((1 + attentions_per_layer) * Count{m.hidden} +
                          attentions_per_layer * attentionNorms(m)) +
                m.hidden + (m.extra_ffn > 0 ? routed * m.hidden : 0);
  stack.dense_ffn = (layers - routed) * ffn_row * m.dense_ffn + routed * ffn_row * m.extra_ffn;
  stack.shared_experts = routed * ffn_row * m.shared_ffn;
  stack.routers = routed * m.hidden * m.experts;
  stack.one_expert = routed * expertMatrices(m) * Count{m.hidden} * m.expert_ffn;
  return stack;
}

void addStack(ParameterCount& params, const StackCount& stack) {
  params.attention += stack.attention + stack.cross_attention;
  params.positions += stack.positions;
  params.norms += stack.norms;
  params.dense_ffn += stack.dense_ffn;
  params.shared_experts += stack.shared_experts;
  params.routers += stack.routers;
  params.one_expert += stack.one_expert;
}

void countParams(ModelArchitecture& model) {
  const ModelEntry& m = model.entry;
  model.decoder = countStack(m, m.layers, m.encoder_layers > 0 ? 2 : 1, linearLayersOf(m));
  if (m.encoder_layers > 0) model.encoder = countStack(m, m.encoder_layers, 1, 0);
  model.routed_layers = model.decoder.routed_layers + model.encoder.routed_layers;
  ParameterCount& params = model.params;
  params.embedding = Count{m.vocabulary} * m.hidden;
  params.head = m.tied_embeddings ? 0 : params.embedding;
  params.positions = Count{m.learned_positions} * m.hidden;
  params.experts = m.experts;
  params.top_k = m.top_k;
  addStack(params, model.decoder);
  addStack(params, model.encoder);
}

void setAttentionWork(ModelArchitecture& model) {
  const ModelEntry& m = model.entry;
  const Count heads = m.heads;
  if (isMla(m)) {
    const Count latent = Count{m.kv_lora_rank} + m.qk_rope_dim;
    model.kv_elements_per_token = m.layers * latent;
    model.attention_flop_per_context_token =
        Count{2} * m.layers * heads * (latent + m.kv_lora_rank);
    model.prefill_attention_flop_per_context_token =
        Count{2} * m.layers * heads * (Count{m.qk_nope_dim} + m.qk_rope_dim + m.v_head_dim);
    model.kv_shards = 1;
    return;
  }
  model.kv_elements_per_token = Count{2} * m.kv_layers * m.kv_heads * m.head_dim;
  model.attention_flop_per_context_token = Count{4} * m.kv_layers * heads * m.head_dim;
  model.prefill_attention_flop_per_context_token = model.attention_flop_per_context_token;
  model.kv_shards = m.kv_heads;
}

/// Tokens of the context that fall out of the windows, on the mean over the layers with a cache.
double forgotten(const ModelEntry& m, double context_tokens) {
  if (m.sliding_window_layers == 0) return 0;
  return std::max(0.0, context_tokens - m.sliding_window) * m.sliding_window_layers / m.kv_layers;
}

}  // namespace

std::int64_t ParameterCount::unrouted() const {
  return embedding + head + positions + attention + norms + dense_ffn + shared_experts + routers;
}

Result<ModelArchitecture> architectureOf(const ModelEntry& entry) {
  if (entry.attention == AttentionKind::kUnknown)
    return fail(ErrorKind::kUnanswered, entry.name,
                "has attention (" + entry.attention_note +
                    ") that no formula here counts; parameters and KV cache are not known");
  if (!(boundOnParams(entry) < 1e18))
    return fail(ErrorKind::kInput, entry.name,
                "has sizes that make more than 1e18 parameters; one of them must be wrong");
  ModelArchitecture model;
  model.entry = entry;
  countParams(model);
  setAttentionWork(model);
  return model;
}

double kvElementsHeld(const ModelArchitecture& model, double context_tokens) {
  const auto per_token = static_cast<double>(model.kv_elements_per_token);
  return per_token * (context_tokens - forgotten(model.entry, context_tokens));
}

std::int64_t stateElementsPerRequest(const ModelArchitecture& model) {
  return linearLayersOf(model.entry) * linearAttentionState(model.entry);
}

double forwardFlopPerToken(const ModelArchitecture& model, double context_tokens) {
  const ParameterCount& params = model.params;
  const Count looked_up = params.positions + (model.entry.tied_embeddings ? 0 : params.embedding);
  const double attended = context_tokens - forgotten(model.entry, context_tokens);
  return 2.0 * static_cast<double>(params.active() - looked_up) +
         static_cast<double>(model.attention_flop_per_context_token) * attended;
}

Result<ForwardShape> forwardShapeOf(const ModelArchitecture& model) {
  const ModelEntry& m = model.entry;
  if (m.encoder_layers > 0)
    return fail(ErrorKind::kUnanswered, m.name,
                "is an encoder-decoder model; its serving is not modelled (moeplan account counts "
                "its parameters, FLOP and memory)");
  ForwardShape shape;
  shape.layers = m.layers;
  shape.hidden = m.hidden;
  shape.lookup_params = static_cast<double>(model.params.positions +
                                            (m.tied_embeddings ? 0 : model.params.embedding));
  shape.dense_params = static_cast<double>(model.params.unrouted()) - shape.lookup_params;
  shape.head_params =
      static_cast<double>(m.tied_embeddings ? model.params.embedding : model.params.head);
  shape.expert_params = static_cast<double>(model.params.one_expert);
  shape.experts = m.experts > 0 ? m.experts : 1;
  shape.top_k = m.experts > 0 ? m.top_k : 1;
  shape.kv_elements_per_token = static_cast<double>(model.kv_elements_per_token);
  shape.attention_flop_per_context_token =
      static_cast<double>(model.attention_flop_per_context_token);
  shape.prefill_attention_flop_per_context_token =
      static_cast<double>(model.prefill_attention_flop_per_context_token);
  shape.kv_shards = model.kv_shards;
  return shape;
}

bool roundsToPrinted(std::int64_t count, std::string_view printed_billions) {
  const auto printed = parseNumber(printed_billions);
  if (!printed) return false;
  const auto point = printed_billions.find('.');
  const auto decimals = point == std::string_view::npos ? 0 : printed_billions.size() - point - 1;
  const double half_unit = 0.5 * std::pow(10.0, 9.0 - static_cast<double>(decimals));
  return std::abs(static_cast<double>(count) - *printed * 1e9) <= half_unit;
}

}  // namespace moe
