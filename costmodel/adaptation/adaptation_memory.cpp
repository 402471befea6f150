#include "costmodel/adaptation/adaptation_memory.h"

#include <algorithm>
#include <map>

namespace moe {
namespace {

constexpr double kElementBytes = 2;

double realCount(std::int64_t count) { return static_cast<double>(count); }

bool isQueryKeyValue(MatrixRole role) {
  using enum MatrixRole;
  return role == kQuery || role == kQueryDown || role == kQueryUp || role == kKey ||
         role == kValue || role == kKvDown || role == kKvUp;
}

/// Elements that one matrix makes its block keep: its output where a gradient passes it, its input
/// where it is the second one of the block and trained.
double matrixElements(const WeightMatrix& matrix, const MatrixAdaptation& adaptation, int block,
                      int lowest) {
  const double used = realCount(matrix.used);
  double elements = adaptation.added_elements;
  const bool past_scores = lowest < block + kScorePlace;
  if (isQueryKeyValue(matrix.role) && past_scores) elements += realCount(matrix.out);
  if (matrix.role == MatrixRole::kOutput && (past_scores || adaptation.trained()))
    elements += realCount(matrix.in);
  const bool inner = matrix.role == MatrixRole::kGate || matrix.role == MatrixRole::kUp;
  constexpr int kDownPlace = 2;
  if (inner && lowest < block + kDownPlace) elements += used * realCount(matrix.out);
  if (matrix.role == MatrixRole::kDown && adaptation.trained()) {
    const double share = adaptation.added() > 0 ? 1 : adaptation.use;
    elements += share * used * realCount(matrix.in);
  }
  return elements;
}

/// Copies of the input that chosen experts keep for their own trained weights.
double dispatchedCopies(const ModelBlock& block, const std::vector<MatrixAdaptation>& row) {
  double share = 0;
  std::int64_t used = 0;
  std::int64_t hidden = 0;
  for (std::size_t i = 0; i < block.matrices.size(); ++i) {
    const WeightMatrix& matrix = block.matrices[i];
    if (matrix.part != ModelPart::kRoutedExperts || matrix.role == MatrixRole::kDown) continue;
    used = matrix.used;
    hidden = matrix.in;
    share = std::max(share, row[i].low_rank > 0 ? 1.0 : row[i].use);
  }
  return share * realCount(used * hidden);
}

/// Elements per token that a block keeps.
double blockElements(const AdaptedModel& adapted, std::size_t b, int lowest) {
  const ModelBlock& block = adapted.blocks[b];
  const auto& row = adapted.matrices[b];
  const ModelEntry& entry = adapted.model.entry;
  const int first = static_cast<int>(b) * kPlacesOfBlock;
  if (lowest >= first + kPlacesOfBlock) return 0;
  double elements = dispatchedCopies(block, row);
  if (lowest < first) elements += entry.hidden;  // input of the norm
  bool reads_input = false;
  for (std::size_t i = 0; i < block.matrices.size(); ++i) {
    const WeightMatrix& matrix = block.matrices[i];
    elements += matrixElements(matrix, row[i], first, lowest);
    const bool dense = matrix.part != ModelPart::kRoutedExperts;
    reads_input |= matrix.place == 0 && dense && (row[i].weights > 0 || row[i].low_rank > 0);
  }
  if (reads_input) elements += entry.hidden;
  const bool latent = entry.attention == AttentionKind::kMla;
  if (latent && block.kind != BlockKind::kFeedForward && lowest < first + kScorePlace)
    elements += realCount(std::int64_t{entry.heads} * entry.qk_rope_dim);  // in every head's key
  return elements;
}

double largestLayerParams(const AdaptedModel& adapted) {
  std::map<std::pair<bool, int>, double> layers;
  double largest = 0;
  for (const ModelBlock& block : adapted.blocks)
    for (const WeightMatrix& matrix : block.matrices) {
      double& sum = layers[{block.encoder, block.layer}];
      sum += realCount(matrix.params());
      largest = std::max(largest, sum);
    }
  return largest;
}

}  // namespace

AdaptationBytes adaptationBytes(const AdaptedModel& adapted, const TrainingMemoryRules& rules) {
  const double trained = realCount(adapted.trained());
  return {Bytes(kElementBytes * trained), Bytes(rules.gradient_bytes * trained),
          Bytes(rules.optimizer_bytes * trained)};
}

double activationBytesPerToken(const AdaptedModel& adapted, bool full_recompute) {
  const int lowest = lowestTrainedPlace(adapted);
  std::map<std::pair<bool, int>, double> layers;
  for (std::size_t b = 0; b < adapted.blocks.size(); ++b)
    if (const double elements = blockElements(adapted, b, lowest); elements > 0)
      layers[{adapted.blocks[b].encoder, adapted.blocks[b].layer}] += elements;
  double sum = 0;
  double largest = 0;
  for (const auto& [layer, elements] : layers) {
    sum += elements;
    largest = std::max(largest, elements);
  }
  if (!full_recompute) return kElementBytes * sum;
  const double inputs = static_cast<double>(layers.size()) * adapted.model.entry.hidden;
  return kElementBytes * (inputs + largest);
}

AdaptationMemory adaptationMemory(const AdaptedModel& adapted, const TrainingSetup& setup,
                                  const TrainingMemoryRules& rules) {
  const StateBytes bytes = stateBytesPerParameter(setup.zero_stage, setup.devices, rules);
  const double trained = realCount(adapted.trained());
  const double all = realCount(adapted.model.params.total() + adapted.added());
  const double tokens = setup.micro_batch_sequences * setup.sequence_length;
  AdaptationMemory memory;
  memory.weights = Bytes(bytes.weights * all);
  if (setup.zero_stage == 3 && setup.devices > 1)
    memory.gathered_layer = Bytes(2 * rules.weight_bytes * largestLayerParams(adapted));
  memory.gradients = Bytes(bytes.gradients * trained);
  memory.optimizer = Bytes(bytes.optimizer * trained);
  memory.activations =
      Bytes(tokens * activationBytesPerToken(adapted, setup.recompute == Recompute::kFull));
  memory.logits = Bytes(tokens * adapted.model.entry.vocabulary * (2.0 + 4.0));
  return memory;
}

}  // namespace moe
