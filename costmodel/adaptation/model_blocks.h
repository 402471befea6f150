#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "costmodel/architecture.h"

namespace moe {

/// What a weight matrix does. Gate and up are wi_0 and wi_1 of T5, down is wo.
enum class MatrixRole {
  kQuery,
  kQueryDown,  ///< MLA: to the query's latent
  kQueryUp,
  kKey,
  kValue,
  kKvDown,  ///< MLA: to the latent of keys and values, with the shared rotary key
  kKvUp,
  kOutput,
  kGate,
  kUp,
  kDown,
  kRouter,
};

/// What a parameter belongs to, as ParameterCount divides them.
enum class ModelPart {
  kEmbedding,
  kHead,
  kPositions,
  kNorms,
  kAttention,
  kDenseFfn,
  kSharedExperts,
  kRouters,
  kRoutedExperts,
};
inline constexpr std::size_t kModelParts = 9;

/// "embedding", "routed experts".
std::string_view name(ModelPart part);

/// One weight matrix, y = W x with W out x in, or as many equal ones as a layer has routed experts.
struct WeightMatrix {
  MatrixRole role = MatrixRole::kQuery;
  ModelPart part = ModelPart::kAttention;
  std::int64_t in = 0;
  std::int64_t out = 0;
  std::int64_t copies = 1;
  std::int64_t used = 1;  ///< of the copies, by one token
  /// Order of work in its block. A gradient comes to a matrix through those of a later place.
  int place = 0;

  std::int64_t params() const { return in * out * copies; }
  /// Forward FLOP of one token.
  double flop() const { return 2.0 * static_cast<double>(in * out * used); }
};

enum class BlockKind { kAttention, kCrossAttention, kFeedForward };

/// Half a layer: an attention or a feed-forward with its norm and its residual. A dense
/// feed-forward behind a routed one (ST-MoE) is a block of the same layer.
struct ModelBlock {
  BlockKind kind = BlockKind::kAttention;
  int layer = 0;  ///< of its stack, from 0
  bool encoder = false;
  bool routed = false;
  std::vector<WeightMatrix> matrices;
};

/// Places within an attention; scores are between keys and output.
inline constexpr int kScorePlace = 4;
inline constexpr int kPlacesOfBlock = 8;

/// The blocks of a model in the order of work, an encoder's first. Norms, embeddings, positions and
/// the head stand in ParameterCount alone.
///
/// Unanswered for hybrid models, where no entry says which layers attend, and for a model with
/// parameters of attention or feed-forward layers that are in no matrix here.
Result<std::vector<ModelBlock>> modelBlocks(const ModelArchitecture& model);

/// Numbers of the layers that route, from 0, in a decoder.
std::vector<int> routedLayerNumbers(const ModelArchitecture& model);

}  // namespace moe
