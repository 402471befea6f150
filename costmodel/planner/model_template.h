#pragma once

#include <string_view>

#include "data/catalog/model_entry.h"
#include "data/error.h"

namespace moe {

/// What a law's N counts of the corresponding dense model: matrices of attention and FFN, without
/// norms, biases and routers, as [Yun2024] and [Ludziejewski2025] print their sizes.
enum class DenseCount {
  kLayers,            ///< without embedding and head [Yun2024]
  kLayersWithTables,  ///< with both [Ludziejewski2025]
};

/// A family of models that differ in size only. The corresponding dense model has the same layers,
/// hidden size and attention, and FFNs of `ffn_ratio` x hidden; an expert is 1/granularity as wide.
struct ModelTemplate {
  /// What all sizes share: kind of attention, head width, KV heads, widths of MLA, matrices of an
  /// FFN, every how many layers route, vocabulary, context, published precision.
  ModelEntry base;
  double aspect = 64;          ///< hidden / layers
  double attention_ratio = 1;  ///< heads x head width / hidden; MLA: heads / hidden
  double ffn_ratio = 8.0 / 3.0;
  double granularity = 1;        ///< of the family; a design may have another
  double routed_share = 1;       ///< of the layers
  double sliding_share = 0;      ///< of the layers attend within base.sliding_window
  double shared_per_expert = 0;  ///< width of all shared experts over the width of a routed one
  DenseCount count = DenseCount::kLayers;
};

/// The family of a shape rule; an unknown name is a usage error.
///
///   yun           N = 12 h^2 l, h l = 0.05 N^(2/3); every second FFN routed; 32 000 tokens
///   ludziejewski  h / l = 64, heads of 64, gated FFN of 3 h, all routed; 50 257 tokens; N with
///                 embedding and head
///   clark         plain FFN of 4 h, every second routed; 32 000 tokens
///
/// Vocabularies of yun and clark are not printed; 32 000 is assumed. [Clark2022] has a fifth matrix
/// in attention, which these models lack: c is 1/3 and not 4/13.
Result<ModelTemplate> templateOfRule(std::string_view rule);

/// The family of a concrete model, with the same proportions. KV heads of GQA stay as many as they
/// are, as publishers do from size to size. The dense FFN is as wide as that of the model's dense
/// layers; without them as one expert (few wide experts) or as top-k and shared experts together.
/// Unanswered for hybrids, encoder-decoders and attention that no formula counts.
Result<ModelTemplate> templateOfModel(const ModelEntry& model);

/// A catalog entry of the corresponding dense model. `granularity` says how wide its FFN is where
/// the model has no dense layers.
ModelEntry denseCounterpart(const ModelEntry& model, double granularity);

}  // namespace moe
