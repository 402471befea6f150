#include "costmodel/adaptation/model_blocks.h"

#include <fmt/format.h>

#include "costmodel/layer_pattern.h"

namespace moe {
namespace {

using Matrices = std::vector<WeightMatrix>;

constexpr int kFirst = 0;
constexpr int kSecond = 2;
constexpr int kBehindScores = 6;

WeightMatrix attentionMatrix(MatrixRole role, std::int64_t in, std::int64_t out, int place) {
  return {role, ModelPart::kAttention, in, out, 1, 1, place};
}

Matrices latentAttention(const ModelEntry& m) {
  const std::int64_t heads = m.heads;
  const std::int64_t query = heads * (m.qk_nope_dim + m.qk_rope_dim);
  Matrices list;
  if (m.q_lora_rank > 0) {
    list.push_back(attentionMatrix(MatrixRole::kQueryDown, m.hidden, m.q_lora_rank, kFirst));
    list.push_back(attentionMatrix(MatrixRole::kQueryUp, m.q_lora_rank, query, kSecond));
  } else {
    list.push_back(attentionMatrix(MatrixRole::kQuery, m.hidden, query, kFirst));
  }
  const std::int64_t latent = m.kv_lora_rank;
  list.push_back(attentionMatrix(MatrixRole::kKvDown, m.hidden, latent + m.qk_rope_dim, kFirst));
  list.push_back(
      attentionMatrix(MatrixRole::kKvUp, latent, heads * (m.qk_nope_dim + m.v_head_dim), kSecond));
  list.push_back(
      attentionMatrix(MatrixRole::kOutput, heads * m.v_head_dim, m.hidden, kBehindScores));
  return list;
}

Matrices plainAttention(const ModelEntry& m) {
  const std::int64_t inner = std::int64_t{m.heads} * m.head_dim;
  const std::int64_t kv = std::int64_t{m.kv_heads} * m.head_dim;
  return {attentionMatrix(MatrixRole::kQuery, m.hidden, inner * (m.attention_gate ? 2 : 1), kFirst),
          attentionMatrix(MatrixRole::kKey, m.hidden, kv, kFirst),
          attentionMatrix(MatrixRole::kValue, m.hidden, kv, kFirst),
          attentionMatrix(MatrixRole::kOutput, inner, m.hidden, kBehindScores)};
}

/// A feed-forward of some width, or `copies` of them, gated with three matrices.
void addFfn(Matrices& list, const ModelEntry& m, ModelPart part, int matrices, std::int64_t width,
            std::int64_t copies, std::int64_t used) {
  if (width == 0 || copies == 0) return;
  if (matrices == 3)
    list.push_back({MatrixRole::kGate, part, m.hidden, width, copies, used, kFirst});
  list.push_back({MatrixRole::kUp, part, m.hidden, width, copies, used, kFirst});
  list.push_back({MatrixRole::kDown, part, width, m.hidden, copies, used, kSecond});
}

Matrices feedForward(const ModelEntry& m, bool routed) {
  Matrices list;
  if (!routed) {
    addFfn(list, m, ModelPart::kDenseFfn, m.ffn_matrices, m.dense_ffn, 1, 1);
    return list;
  }
  list.push_back({MatrixRole::kRouter, ModelPart::kRouters, m.hidden, m.experts, 1, 1, kFirst});
  addFfn(list, m, ModelPart::kSharedExperts, m.ffn_matrices, m.shared_ffn, 1, 1);
  addFfn(list, m, ModelPart::kRoutedExperts, expertMatrices(m), m.expert_ffn, m.experts, m.top_k);
  return list;
}

void addStackBlocks(std::vector<ModelBlock>& blocks, const ModelEntry& m, int layers,
                    bool encoder) {
  const Matrices attention =
      m.attention == AttentionKind::kMla ? latentAttention(m) : plainAttention(m);
  const bool cross = m.encoder_layers > 0 && !encoder;
  const auto routed = routedPattern(m, layers, routedLayersIn(m, layers));
  for (int layer = 0; layer < layers; ++layer) {
    blocks.push_back({BlockKind::kAttention, layer, encoder, false, attention});
    if (cross) blocks.push_back({BlockKind::kCrossAttention, layer, encoder, false, attention});
    const bool routes = routed[static_cast<std::size_t>(layer)];
    blocks.push_back({BlockKind::kFeedForward, layer, encoder, routes, feedForward(m, routes)});
    if (!routes || m.extra_ffn == 0) continue;
    Matrices behind;
    addFfn(behind, m, ModelPart::kDenseFfn, m.ffn_matrices, m.extra_ffn, 1, 1);
    blocks.push_back({BlockKind::kFeedForward, layer, encoder, false, std::move(behind)});
  }
}

std::int64_t paramsOf(const std::vector<ModelBlock>& blocks, ModelPart part) {
  std::int64_t sum = 0;
  for (const ModelBlock& block : blocks)
    for (const WeightMatrix& matrix : block.matrices)
      if (matrix.part == part) sum += matrix.params();
  return sum;
}

}  // namespace

std::string_view name(ModelPart part) {
  constexpr std::string_view kNames[kModelParts] = {
      "embedding", "head",           "positions", "norms",         "attention",
      "dense FFN", "shared experts", "routers",   "routed experts"};
  return kNames[static_cast<std::size_t>(part)];
}

Result<std::vector<ModelBlock>> modelBlocks(const ModelArchitecture& model) {
  const ModelEntry& m = model.entry;
  const ParameterCount& params = model.params;
  if (m.attention == AttentionKind::kHybrid)
    return fail(ErrorKind::kUnanswered, m.name,
                "is a hybrid: its entry does not say which layers attend, so adaptation of its "
                "layers is not modelled");
  std::vector<ModelBlock> blocks;
  if (m.encoder_layers > 0) addStackBlocks(blocks, m, m.encoder_layers, true);
  addStackBlocks(blocks, m, m.layers, false);
  const std::pair<ModelPart, std::int64_t> counted[] = {
      {ModelPart::kAttention, params.attention},
      {ModelPart::kDenseFfn, params.dense_ffn},
      {ModelPart::kSharedExperts, params.shared_experts},
      {ModelPart::kRouters, params.routers},
      {ModelPart::kRoutedExperts, params.experts * params.one_expert}};
  for (const auto& [part, count] : counted)
    if (paramsOf(blocks, part) != count)
      return fail(ErrorKind::kUnanswered, m.name,
                  fmt::format("has {} parameters of {} of which {} are in matrices known here; "
                              "adaptation of its layers is not modelled",
                              count, name(part), paramsOf(blocks, part)));
  return blocks;
}

std::vector<int> routedLayerNumbers(const ModelArchitecture& model) {
  const ModelEntry& m = model.entry;
  const auto routed = routedPattern(m, m.layers, routedLayersIn(m, m.layers));
  std::vector<int> numbers;
  for (int layer = 0; layer < m.layers; ++layer)
    if (routed[static_cast<std::size_t>(layer)]) numbers.push_back(layer);
  return numbers;
}

}  // namespace moe
