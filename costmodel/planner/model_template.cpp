#include "costmodel/planner/model_template.h"

#include <cmath>

#include "costmodel/architecture.h"
#include "costmodel/shape_rule.h"

namespace moe {
namespace {

constexpr int kAssumedVocabulary = 32000;
constexpr int kLudziejewskiVocabulary = 50257;
constexpr int kHeadWidth = 128;
constexpr int kLudziejewskiHeadWidth = 64;

/// Experts that are themselves as wide as a usual FFN.
bool wholeFfnPerExpert(const ModelEntry& m) { return m.expert_ffn >= 2 * m.hidden; }

double denseWidth(const ModelEntry& m) {
  if (m.dense_ffn > 0) return m.dense_ffn;
  if (wholeFfnPerExpert(m)) return m.expert_ffn;
  return static_cast<double>(m.expert_ffn) * m.top_k + m.shared_ffn;
}

/// What belongs to one size, or to its publication.
void forgetSize(ModelEntry& base) {
  base.aliases.clear();
  base.layers = base.hidden = base.heads = base.kv_layers = 0;
  base.dense_ffn = base.experts = base.top_k = base.expert_ffn = base.shared_ffn = 0;
  base.first_dense_layers = base.routed_layers = base.sliding_window_layers = 0;
  base.published_total.clear();
  base.published_active.clear();
  base.published_total_note.clear();
  base.published_active_note.clear();
  base.total_count_note.clear();
  base.active_count_note.clear();
  base.notes.clear();
  base.where.clear();
}

}  // namespace

Result<ModelTemplate> templateOfRule(std::string_view rule_name) {
  const auto rule = shapeRulePreset(rule_name);
  if (!rule) return tl::unexpected(rule.error());
  ModelTemplate family;
  ModelEntry& base = family.base;
  base.name = rule->name;
  base.attention = AttentionKind::kMha;
  base.head_dim = kHeadWidth;
  base.vocabulary = kAssumedVocabulary;
  base.moe_every_n_layers = 2;
  // h = N^(1/3) / (12 mu) and l = 12 mu^2 N^(1/3).
  family.aspect = 1 / (144 * rule->mu * rule->mu * rule->mu);
  family.routed_share = 0.5;
  if (rule->name == "ludziejewski") {
    base.head_dim = kLudziejewskiHeadWidth;
    base.vocabulary = kLudziejewskiVocabulary;
    base.moe_every_n_layers = 1;
    family.aspect = kLudziejewskiHeadWidth;
    family.ffn_ratio = 3;
    family.routed_share = 1;
    family.count = DenseCount::kLayersWithTables;
  }
  if (rule->name == "clark") {
    base.ffn_matrices = 2;
    family.ffn_ratio = 4;
  }
  return family;
}

Result<ModelTemplate> templateOfModel(const ModelEntry& model) {
  const auto architecture = architectureOf(model);
  if (!architecture) return tl::unexpected(architecture.error());
  if (model.attention == AttentionKind::kHybrid || model.encoder_layers > 0)
    return fail(ErrorKind::kUnanswered, model.name,
                "is a hybrid or an encoder-decoder; such models are not scaled to other sizes");
  if (model.extra_ffn > 0 || expertMatrices(model) != model.ffn_matrices)
    return fail(ErrorKind::kUnanswered, model.name,
                "has dense FFNs of another kind beside its experts (extra_ffn or "
                "expert_ffn_matrices); such models are not scaled to other sizes");
  ModelTemplate family;
  family.base = model;
  const bool mla = model.attention == AttentionKind::kMla;
  family.aspect = static_cast<double>(model.hidden) / model.layers;
  family.attention_ratio =
      static_cast<double>(model.heads) * (mla ? 1 : model.head_dim) / model.hidden;
  family.ffn_ratio = denseWidth(model) / model.hidden;
  family.sliding_share = static_cast<double>(model.sliding_window_layers) / model.layers;
  if (model.experts > 0) {
    family.granularity = denseWidth(model) / model.expert_ffn;
    family.routed_share = static_cast<double>(architecture->routed_layers) / model.layers;
    family.shared_per_expert = static_cast<double>(model.shared_ffn) / model.expert_ffn;
  }
  if (model.kv_heads == model.heads && !mla) family.base.kv_heads = 0;
  if (model.first_dense_layers > 0 || model.routed_layers > 0) family.base.moe_every_n_layers = 1;
  forgetSize(family.base);
  return family;
}

ModelEntry denseCounterpart(const ModelEntry& model, double granularity) {
  ModelEntry dense = model;
  if (model.dense_ffn == 0)
    dense.dense_ffn = static_cast<int>(std::lround(granularity * model.expert_ffn));
  dense.experts = dense.top_k = dense.expert_ffn = 0;
  dense.expert_ffn_matrices = dense.extra_ffn = 0;
  dense.shared_experts = dense.shared_ffn = 0;
  dense.first_dense_layers = dense.routed_layers = 0;
  dense.moe_every_n_layers = 1;
  return dense;
}

}  // namespace moe
