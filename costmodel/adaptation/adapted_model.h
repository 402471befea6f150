#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "costmodel/adaptation/adaptation_method.h"

namespace moe {

/// What is trained of one matrix and beside it.
struct MatrixAdaptation {
  std::int64_t weights = 0;  ///< parameters of the matrix itself, all trained copies together
  double use = 0;            ///< share of its uses by tokens that go through trained copies
  std::int64_t low_rank = 0;
  std::int64_t vectors = 0;
  std::int64_t mixture_routers = 0;
  int added_place = 0;        ///< of the added parameters in the block
  double added_flop = 0;      ///< forward, of what was added, one token
  double added_elements = 0;  ///< kept for the backward pass, one token

  std::int64_t added() const { return low_rank + vectors + mixture_routers; }
  bool trained() const { return weights + added() > 0; }
};

/// A model with a method applied.
struct AdaptedModel {
  ModelArchitecture model;
  std::vector<ModelBlock> blocks;
  std::vector<std::vector<MatrixAdaptation>> matrices;  ///< of each block, same order
  std::array<std::int64_t, kModelParts> own{};          ///< trained parameters of the model itself
  std::int64_t low_rank = 0;
  std::int64_t vectors = 0;
  std::int64_t mixture_routers = 0;

  std::int64_t added() const { return low_rank + vectors + mixture_routers; }
  std::int64_t trained() const;
  bool trains(ModelPart part) const { return own[static_cast<std::size_t>(part)] > 0; }
};

/// Applies a method. Exact counts:
///
///     LoRA    r (in + out) beside each target; routed experts have one each
///     (IA)3   out of keys and of values, inner width of every FFN (each routed expert its own)
///     MoV     n such vectors, and a router of n outputs at each place
///     MoLORA  n LoRA, and a router in x n beside each target
///     ESFT    3 d f of each selected expert; with the configuration's flags the shared experts
///             and all that is no routed expert
///
/// With MLA (IA)3 scales what the latent is made into: keys without their rotary part, and values.
/// A mixture runs all of its n parts for every token. Errors: those of checkAdaptation and
/// modelBlocks; kInput for a selection of other layers than the model routes in, or of an expert
/// that it does not have.
Result<AdaptedModel> adaptModel(const ModelArchitecture& model, const AdaptationSettings& settings);

/// Place of the lowest trained parameter in the whole model, block number x kPlacesOfBlock + place;
/// -1 for the embedding. No gradient passes below it.
int lowestTrainedPlace(const AdaptedModel& adapted);

}  // namespace moe
