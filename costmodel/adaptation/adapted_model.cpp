#include "costmodel/adaptation/adapted_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "costmodel/adaptation/expert_selection.h"

namespace moe {
namespace {

std::size_t indexOf(ModelPart part) { return static_cast<std::size_t>(part); }

/// Whether a method trains a part of the model as a whole.
bool trainsPart(const AdaptationSettings& settings, ModelPart part) {
  const bool routed = part == ModelPart::kRoutedExperts || part == ModelPart::kRouters;
  if (part == ModelPart::kRouters && settings.freeze_router) return false;
  switch (settings.method) {
    case AdaptationMethod::kFull:
      return true;
    case AdaptationMethod::kNonMoe:
      return !routed;
    case AdaptationMethod::kFfn:
      return part == ModelPart::kDenseFfn || part == ModelPart::kSharedExperts;
    case AdaptationMethod::kMoe:
      return routed;
    case AdaptationMethod::kEsftToken:
    case AdaptationMethod::kEsftGate:
      if (part == ModelPart::kRoutedExperts) return false;  // some of them only
      return part == ModelPart::kSharedExperts ? settings.selection->shared_experts
                                               : settings.selection->non_expert_modules;
    default:
      return false;
  }
}

bool isVectorPlace(MatrixRole role) {
  return role == MatrixRole::kKey || role == MatrixRole::kValue || role == MatrixRole::kKvUp ||
         role == MatrixRole::kDown;
}

/// Adds (IA)3 vectors at a matrix, `copies` of them with a router for more than one (MoV).
void addVectors(MatrixAdaptation& result, const WeightMatrix& matrix, const ModelEntry& entry,
                const AdaptationSettings& settings) {
  const bool inner = matrix.role == MatrixRole::kDown;
  const std::int64_t length = inner ? matrix.in : matrix.out;
  const bool mixed = settings.method == AdaptationMethod::kMov;
  const std::int64_t count = mixed ? settings.mixture : 1;
  std::int64_t read = 0;
  if (mixed)
    read = settings.mixture_router == MixtureRouter::kDescribed
               ? entry.hidden
               : (inner ? matrix.in : std::int64_t{entry.head_dim});
  result.vectors = matrix.copies * count * length;
  result.mixture_routers = matrix.copies * count * read;
  result.added_place = inner ? matrix.place - 1 : matrix.place + 1;
  // One multiplication an element, and with a mixture the sum of the vectors first.
  const double per_copy = static_cast<double>(length + (mixed ? 2 * count * (length + read) : 0));
  result.added_flop = per_copy * static_cast<double>(matrix.used);
  result.added_elements = mixed ? static_cast<double>(matrix.used * (length + count)) : 0;
}

/// Adds LoRA beside a matrix, or a mixture of them.
void addLowRank(MatrixAdaptation& result, const WeightMatrix& matrix,
                const AdaptationSettings& settings) {
  const bool mixed = settings.method == AdaptationMethod::kMolora;
  const std::int64_t count = mixed ? settings.mixture : 1;
  const std::int64_t one = count * settings.rank * (matrix.in + matrix.out);
  const std::int64_t router = mixed ? count * matrix.in : 0;
  result.low_rank = matrix.copies * one;
  result.mixture_routers = matrix.copies * router;
  result.added_place = matrix.place;
  result.added_flop = 2.0 * static_cast<double>(matrix.used * (one + router));
  result.added_elements =
      static_cast<double>(matrix.used * count * (settings.rank + (mixed ? 1 : 0)));
}

/// The selection's list of a routed layer, and which share of the choices it gets.
struct LayerSelection {
  std::int64_t experts = 0;
  double share = 0;
};

LayerSelection layerSelection(const AdaptationSettings& settings, int layer,
                              std::int64_t all_experts) {
  if (!selectsExperts(settings.method)) return {};
  const auto& experts = settings.selection->experts;
  const auto found = experts.find(layer);
  if (found == experts.end()) return {};
  const auto row = static_cast<std::size_t>(std::distance(experts.begin(), found));
  const double even = static_cast<double>(found->second.size()) / static_cast<double>(all_experts);
  const double share = row < settings.token_scores.size()
                           ? selectedShare(settings.token_scores[row], found->second)
                           : even;
  return {static_cast<std::int64_t>(found->second.size()), share};
}

MatrixAdaptation adaptMatrix(const WeightMatrix& matrix, const ModelEntry& entry, int layer,
                             const AdaptationSettings& settings) {
  MatrixAdaptation result;
  if (trainsPart(settings, matrix.part)) {
    result.weights = matrix.params();
    result.use = 1;
  } else if (matrix.part == ModelPart::kRoutedExperts && selectsExperts(settings.method)) {
    const LayerSelection selection = layerSelection(settings, layer, matrix.copies);
    result.weights = selection.experts * matrix.in * matrix.out;
    result.use = selection.share;
  }
  const bool frozen_router = matrix.role == MatrixRole::kRouter && settings.freeze_router;
  const bool low_rank =
      settings.method == AdaptationMethod::kLora || settings.method == AdaptationMethod::kMolora;
  const bool vectors =
      settings.method == AdaptationMethod::kIa3 || settings.method == AdaptationMethod::kMov;
  if (vectors && isVectorPlace(matrix.role)) addVectors(result, matrix, entry, settings);
  if (low_rank && settings.targets.has(matrix.role) && !frozen_router)
    addLowRank(result, matrix, settings);
  return result;
}

/// The selection must be of the layers that route and of experts that there are.
Result<void> checkSelection(const ModelArchitecture& model, const AdaptationSettings& settings) {
  if (!selectsExperts(settings.method)) return {};
  const std::vector<int> routed = routedLayerNumbers(model);
  for (const auto& [layer, chosen] : settings.selection->experts) {
    if (std::find(routed.begin(), routed.end(), layer) == routed.end())
      return fail(ErrorKind::kInput, model.entry.name,
                  fmt::format("does not route in layer {} of the selection; it does in {} layers "
                              "from {} to {}",
                              layer, routed.size(), routed.front(), routed.back()));
    for (const int expert : chosen)
      if (expert < 0 || expert >= model.entry.experts)
        return fail(ErrorKind::kInput, model.entry.name,
                    fmt::format("has no expert {} (layer {} of the selection)", expert, layer));
  }
  return {};
}

void setOwnParts(AdaptedModel& adapted, const AdaptationSettings& settings) {
  const ParameterCount& params = adapted.model.params;
  const std::pair<ModelPart, std::int64_t> outside[] = {{ModelPart::kEmbedding, params.embedding},
                                                        {ModelPart::kHead, params.head},
                                                        {ModelPart::kPositions, params.positions},
                                                        {ModelPart::kNorms, params.norms}};
  for (const auto& [part, count] : outside)
    if (trainsPart(settings, part)) adapted.own[indexOf(part)] = count;
  for (std::size_t b = 0; b < adapted.blocks.size(); ++b)
    for (std::size_t i = 0; i < adapted.matrices[b].size(); ++i) {
      const MatrixAdaptation& one = adapted.matrices[b][i];
      adapted.own[indexOf(adapted.blocks[b].matrices[i].part)] += one.weights;
      adapted.low_rank += one.low_rank;
      adapted.vectors += one.vectors;
      adapted.mixture_routers += one.mixture_routers;
    }
}

}  // namespace

std::int64_t AdaptedModel::trained() const {
  return std::accumulate(own.begin(), own.end(), std::int64_t{0}) + added();
}

Result<AdaptedModel> adaptModel(const ModelArchitecture& model,
                                const AdaptationSettings& settings) {
  if (auto good = checkAdaptation(settings, model); !good) return tl::unexpected(good.error());
  if (auto good = checkSelection(model, settings); !good) return tl::unexpected(good.error());
  auto blocks = modelBlocks(model);
  if (!blocks) return tl::unexpected(blocks.error());
  AdaptedModel adapted;
  adapted.model = model;
  adapted.blocks = *std::move(blocks);
  for (const ModelBlock& block : adapted.blocks) {
    auto& row = adapted.matrices.emplace_back();
    for (const WeightMatrix& matrix : block.matrices)
      row.push_back(adaptMatrix(matrix, model.entry, block.layer, settings));
  }
  setOwnParts(adapted, settings);
  return adapted;
}

int lowestTrainedPlace(const AdaptedModel& adapted) {
  if (adapted.trains(ModelPart::kEmbedding) || adapted.trains(ModelPart::kPositions)) return -1;
  int lowest = std::numeric_limits<int>::max();
  for (std::size_t b = 0; b < adapted.blocks.size(); ++b)
    for (std::size_t i = 0; i < adapted.matrices[b].size(); ++i) {
      const MatrixAdaptation& one = adapted.matrices[b][i];
      const int block = static_cast<int>(b) * kPlacesOfBlock;
      if (one.weights > 0) lowest = std::min(lowest, block + adapted.blocks[b].matrices[i].place);
      if (one.added() > 0) lowest = std::min(lowest, block + one.added_place);
    }
  return lowest;
}

}  // namespace moe
