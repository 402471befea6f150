#include "costmodel/adaptation/adaptation_flop.h"

#include <algorithm>

#include "costmodel/training/training_flop.h"

namespace moe {
namespace {

/// Adds what one block computes. `lowest` is the lowest trained place of the model.
void addBlock(AdaptationFlop& flop, const AdaptedModel& adapted, std::size_t b, int lowest) {
  const ModelBlock& block = adapted.blocks[b];
  for (std::size_t i = 0; i < block.matrices.size(); ++i) {
    const WeightMatrix& matrix = block.matrices[i];
    const MatrixAdaptation& adaptation = adapted.matrices[b][i];
    const int place = static_cast<int>(b) * kPlacesOfBlock + matrix.place;
    flop.forward += matrix.flop();
    flop.added += adaptation.added_flop;
    if (lowest < place) flop.activation_gradients += matrix.flop();
    flop.weight_gradients += adaptation.use * matrix.flop();
  }
}

}  // namespace

Result<AdaptationFlop> adaptationFlop(const AdaptedModel& adapted, double sequence_length,
                                      bool full_recompute) {
  const auto forward = trainingFlop(adapted.model, sequence_length);
  if (!forward) return tl::unexpected(forward.error());
  const int lowest = lowestTrainedPlace(adapted);
  const double scores =
      forward->attention_scores / std::max(1, adapted.model.entry.layers);  // of one layer
  AdaptationFlop flop;
  for (std::size_t b = 0; b < adapted.blocks.size(); ++b) {
    const double before = flop.forward + flop.added;
    addBlock(flop, adapted, b, lowest);
    const int block = static_cast<int>(b) * kPlacesOfBlock;
    if (adapted.blocks[b].kind != BlockKind::kFeedForward) {
      flop.forward += scores;
      if (lowest < block + kScorePlace) flop.activation_gradients += 2 * scores;
    }
    if (full_recompute && lowest < block + kPlacesOfBlock)
      flop.repeated += flop.forward + flop.added - before;
  }
  flop.forward += forward->output_head;
  const bool tied = adapted.model.entry.tied_embeddings;
  flop.activation_gradients += forward->output_head;
  if (adapted.trains(tied ? ModelPart::kEmbedding : ModelPart::kHead))
    flop.weight_gradients += forward->output_head;
  flop.added_backward = 2 * flop.added;
  return flop;
}

}  // namespace moe
