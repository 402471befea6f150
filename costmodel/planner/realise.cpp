#include "costmodel/planner/realise.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "costmodel/architecture.h"
#include "costmodel/planner/bracketed_root.h"

namespace moe {
namespace {

constexpr int kCleanHidden = 1024;  // 8 heads of 128
constexpr int kWidthStep = 64;
constexpr int kHeadStep = 8;
constexpr int kNarrowestHead = 64;
constexpr int kWidestHead = 256;
constexpr int kHeadWidthStep = 16;

// How much of a distance from the family one unit of ln N is worth, and of each proportion.
constexpr double kSizeWeight = 12;
constexpr double kFfnWeight = 2;
constexpr double kHeadWidthWeight = 0.6;
constexpr double kKvHeadWidthWeight = 1.5;  // where the KV heads stay, their width is the cache

double distance(double a, double b) { return std::abs(std::log(a / b)); }

int roundedTo(double value, int step) {
  return step * std::max(1, static_cast<int>(std::lround(value / step)));
}

Result<void> checkCounts(const RealiseRequest& r) {
  const auto whole = [](double x) { return x >= 1 && x <= 1e5 && x == std::floor(x); };
  if (!(r.params >= 1e6 && r.params <= 1e15))
    return usageError("--params",
                      fmt::format("{:g} is no model size; it must be from 1e6 to 1e15", r.params));
  if (!whole(r.experts) || !whole(r.top_k))
    return usageError("--experts", fmt::format("{:g} experts, {:g} per token: both must be whole "
                                               "numbers from 1 on",
                                               r.experts, r.top_k));
  if (r.granularity && !(*r.granularity > 0 && *r.granularity <= 1e3))
    return usageError("--granularity", fmt::format("is {:g}; it must be above 0", *r.granularity));
  return {};
}

/// Parameters of one layer's attention before anything is rounded.
double smoothAttention(const ModelTemplate& family, double hidden) {
  const ModelEntry& m = family.base;
  const double width = family.attention_ratio * hidden;
  if (m.attention != AttentionKind::kMla) {
    const double kv = m.kv_heads > 0 ? std::min(width, 1.0 * m.kv_heads * m.head_dim) : width;
    return hidden * ((m.attention_gate ? 3 : 2) * width + 2 * kv);
  }
  const double head = m.qk_nope_dim + m.qk_rope_dim;
  const double query =
      m.q_lora_rank > 0 ? m.q_lora_rank * (hidden + width * head) : hidden * width * head;
  const double expand = m.kv_lora_rank * width * (m.qk_nope_dim + m.v_head_dim);
  return query + hidden * (m.kv_lora_rank + m.qk_rope_dim) + expand + width * m.v_head_dim * hidden;
}

double smoothLayer(const ModelTemplate& family, double hidden) {
  return smoothAttention(family, hidden) +
         family.base.ffn_matrices * family.ffn_ratio * hidden * hidden;
}

double smoothTables(const ModelTemplate& family, double hidden) {
  if (family.count == DenseCount::kLayers) return 0;
  const double rows = (family.base.tied_embeddings ? 1.0 : 2.0) * family.base.vocabulary +
                      family.base.learned_positions;
  return rows * hidden;
}

/// Hidden size of the family at this N, not rounded.
double smoothHidden(const ModelTemplate& family, double params) {
  const auto excess = [&](double log_hidden) {
    const double hidden = std::exp(log_hidden);
    const double layers = hidden / family.aspect;
    return std::log((layers * smoothLayer(family, hidden) + smoothTables(family, hidden)) / params);
  };
  return std::exp(bracketedRoot(excess, std::log(8.0), std::log(1e7), 1e-9));
}

/// Heads of the width that brings attention nearest to its share of the hidden size.
double setHeads(ModelEntry& entry, const ModelTemplate& family) {
  const ModelEntry& base = family.base;
  if (base.attention == AttentionKind::kMla) {
    entry.heads = entry.kv_heads = roundedTo(family.attention_ratio * entry.hidden, kHeadStep);
    return distance(entry.heads, family.attention_ratio * entry.hidden);
  }
  const int step = std::lcm(kHeadStep, std::max(1, base.kv_heads));
  const double width = family.attention_ratio * entry.hidden;
  const double weight = base.kv_heads > 0 ? kKvHeadWidthWeight : kHeadWidthWeight;
  double least = HUGE_VAL;
  for (int head = kNarrowestHead; head <= kWidestHead; head += kHeadWidthStep) {
    const int heads = roundedTo(width / head, step);
    const double off = distance(heads * head, width) + weight * distance(head, base.head_dim);
    if (off >= least) continue;
    least = off;
    entry.heads = heads;
    entry.head_dim = head;
  }
  entry.kv_heads = base.kv_heads > 0 ? base.kv_heads : entry.heads;
  return least;
}

/// The layers' depth, and what each of them is.
void setLayers(ModelEntry& entry, const RealiseRequest& request, int layers) {
  const ModelTemplate& family = request.family;
  entry.layers = entry.kv_layers = layers;
  entry.sliding_window_layers = static_cast<int>(std::lround(family.sliding_share * layers));
  if (entry.sliding_window_layers == 0) entry.sliding_window = 0;
  if (request.experts <= 1 || family.base.moe_every_n_layers > 1) return;
  const int routed = std::max(1, static_cast<int>(std::lround(family.routed_share * layers)));
  entry.first_dense_layers = layers - routed;
}

void setWidths(ModelEntry& entry, const RealiseRequest& request, double dense_width) {
  if (request.experts <= 1) {
    entry.dense_ffn = roundedTo(dense_width, kWidthStep);
    entry.shared_experts = 0;
    return;
  }
  const ModelTemplate& family = request.family;
  const double granularity = request.granularity.value_or(family.granularity);
  entry.expert_ffn = roundedTo(dense_width / granularity, kWidthStep);
  entry.shared_ffn = static_cast<int>(std::lround(family.shared_per_expert * entry.expert_ffn));
  const bool some_dense = entry.first_dense_layers > 0 || entry.moe_every_n_layers > 1;
  if (some_dense) entry.dense_ffn = roundedTo(dense_width, kWidthStep);
}

double proportionsOff(const ModelEntry& entry, const ModelTemplate& family, double granularity) {
  const double width = denseCounterpart(entry, granularity).dense_ffn;
  return distance(1.0 * entry.hidden / entry.layers, family.aspect) +
         kFfnWeight * distance(width, family.ffn_ratio * entry.hidden);
}

ModelEntry withoutLayers(const RealiseRequest& request, int hidden) {
  ModelEntry entry = request.family.base;
  entry.hidden = hidden;
  entry.experts = request.experts > 1 ? static_cast<int>(request.experts) : 0;
  entry.top_k = static_cast<int>(std::min(request.top_k, 1.0 * entry.experts));
  if (entry.experts == 0) entry.moe_every_n_layers = 1;
  return entry;
}

/// The search for the nearest model: keeps the best candidate.
struct Search {
  const RealiseRequest& request;
  double granularity;
  Realised best;
  double least = HUGE_VAL;

  /// N of the entry with dense FFNs as wide as that, or none.
  std::optional<double> tryShape(ModelEntry entry, double heads_off, double dense_width) {
    const ModelTemplate& family = request.family;
    setWidths(entry, request, dense_width);
    const auto params = denseParams(entry, granularity, family.count);
    if (!params) return std::nullopt;
    const double off = heads_off + proportionsOff(entry, family, granularity);
    const double score = kSizeWeight * distance(*params, request.params) + off;
    if (score < least) {
      least = score;
      best.entry = std::move(entry);
      best.off_rule = off;
    }
    return *params;
  }

  /// The family's FFN, and the one that makes N.
  void tryLayers(ModelEntry entry, double heads_off, int layers) {
    const ModelTemplate& family = request.family;
    setLayers(entry, request, layers);
    const double width = family.ffn_ratio * entry.hidden;
    const auto params = tryShape(entry, heads_off, width);
    if (!params) return;
    const double per_width = 1.0 * layers * entry.ffn_matrices * entry.hidden;
    const double whole = roundedTo(width, kWidthStep);
    const double exact = whole + (request.params - *params) / per_width;
    if (exact > width / 2) tryShape(entry, heads_off, exact);
  }

  void tryHidden(int hidden) {
    const ModelTemplate& family = request.family;
    ModelEntry entry = withoutLayers(request, hidden);
    const double heads_off = setHeads(entry, family);
    const int step = family.base.moe_every_n_layers;
    const double exact =
        (request.params - smoothTables(family, hidden)) / smoothLayer(family, hidden);
    for (int extra = -1; extra <= 1; ++extra) {
      const int layers = roundedTo(exact, step) + extra * step;
      if (layers >= step) tryLayers(entry, heads_off, layers);
    }
  }
};

}  // namespace

std::vector<FamilySize> familySizes(const RealiseRequest& request, double low, double high) {
  const ModelTemplate& family = request.family;
  const double granularity = request.granularity.value_or(family.granularity);
  std::vector<FamilySize> sizes;
  const int step = request.hidden_step;
  const double least = smoothHidden(family, low) - 2.0 * step;
  for (int hidden = std::max(step, roundedTo(std::max(least, 1.0 * step), step));; hidden += step) {
    ModelEntry entry = withoutLayers(request, hidden);
    const double heads_off = setHeads(entry, family);
    setLayers(entry, request, roundedTo(hidden / family.aspect, family.base.moe_every_n_layers));
    setWidths(entry, request, family.ffn_ratio * hidden);
    const auto params = denseParams(entry, granularity, family.count);
    if (!params || *params > high) return sizes;
    if (*params >= low && (sizes.empty() || *params > sizes.back().params))
      sizes.push_back({*params, heads_off + proportionsOff(entry, family, granularity)});
  }
}

Result<double> denseParams(const ModelEntry& entry, double granularity, DenseCount count) {
  const auto dense = architectureOf(denseCounterpart(entry, granularity));
  if (!dense) return tl::unexpected(dense.error());
  const ParameterCount& params = dense->params;
  std::int64_t sum = params.attention + params.dense_ffn;
  if (count == DenseCount::kLayersWithTables)
    sum += params.embedding + params.head + params.positions;
  return static_cast<double>(sum);
}

Result<RealisedParams> realisedParams(const ModelEntry& entry, double granularity,
                                      DenseCount count) {
  const auto dense = denseParams(entry, granularity, count);
  if (!dense) return tl::unexpected(dense.error());
  const auto model = architectureOf(entry);
  if (!model) return tl::unexpected(model.error());
  return RealisedParams{*dense, static_cast<double>(model->params.active()),
                        static_cast<double>(model->params.total())};
}

Result<Realised> realise(const RealiseRequest& request) {
  if (const auto good = checkCounts(request); !good) return tl::unexpected(good.error());
  const ModelTemplate& family = request.family;
  const double granularity = request.granularity.value_or(family.granularity);
  const double hidden = smoothHidden(family, request.params);
  if (request.experts > 1 && family.ffn_ratio * hidden / granularity < 0.75 * kWidthStep)
    return fail(ErrorKind::kUsage, "--granularity",
                fmt::format("of {:g} leaves experts {:.0f} wide at N = {:.3g}; they must be at "
                            "least {} wide",
                            granularity, family.ffn_ratio * hidden / granularity, request.params,
                            kWidthStep));
  Search search{request, granularity, {}};
  constexpr int kAround = 3;
  for (int i = -kAround; i <= kAround; ++i) {
    const int size = roundedTo(hidden, request.hidden_step) + i * request.hidden_step;
    if (size > 0) search.tryHidden(size);
  }
  for (int i = -1; i <= 1; ++i) {
    const int size = roundedTo(hidden, kCleanHidden) + i * kCleanHidden;
    if (size > 0 && distance(size, hidden) < 0.2) search.tryHidden(size);
  }
  if (search.least == HUGE_VAL)
    return fail(ErrorKind::kUnanswered, family.base.name,
                fmt::format("has no model of N = {:.3g} in its proportions", request.params));
  Realised result = std::move(search.best);
  const auto params = realisedParams(result.entry, granularity, family.count);
  if (!params) return tl::unexpected(params.error());
  result.params = *params;
  result.entry.name = fmt::format("planned-{}-{:.4g}B-E{:g}", family.base.name, params->dense / 1e9,
                                  request.experts);
  result.entry.verification = "planned";
  result.entry.source = fmt::format(
      "planned by moeplan in the proportions of {}: N {:.6g}, {:g} experts, {:g} per "
      "token, granularity {:g}",
      family.base.name, request.params, request.experts, request.top_k, granularity);
  return result;
}

}  // namespace moe
