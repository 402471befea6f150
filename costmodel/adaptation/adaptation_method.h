#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "costmodel/adaptation/model_blocks.h"
#include "data/routing/esft_config.h"

namespace moe {

/// How a trained model is adapted to a task.
enum class AdaptationMethod {
  kFull,       ///< everything is trained
  kLora,       ///< W + (alpha/r) B A, A and B trained [Hu2021]
  kIa3,        ///< keys, values and the inner width of FFNs times trained vectors [Liu2022]
  kMov,        ///< n such vectors at each place, mixed by a trained router [Zadouri2023]
  kMolora,     ///< n LoRA at each place, their outputs mixed by a trained router [Zadouri2023]
  kEsftToken,  ///< the experts that most of the task's tokens choose [Wang2024]
  kEsftGate,   ///< the experts with most of the task's gate mass [Wang2024]
  kNonMoe,     ///< all but routed experts and routers [Zoph2022]
  kFfn,        ///< feed-forward layers that are not routed, shared experts among them [Zoph2022]
  kMoe,        ///< routed experts and routers only [Zoph2022]
};
inline constexpr AdaptationMethod kAdaptationMethods[] = {
    AdaptationMethod::kFull,     AdaptationMethod::kLora,   AdaptationMethod::kIa3,
    AdaptationMethod::kMov,      AdaptationMethod::kMolora, AdaptationMethod::kEsftToken,
    AdaptationMethod::kEsftGate, AdaptationMethod::kNonMoe, AdaptationMethod::kFfn,
    AdaptationMethod::kMoe};

/// "full", "lora", "ia3", "mov", "molora", "esft-token", "esft-gate", "st-moe-non-moe",
/// "st-moe-ffn", "st-moe-moe".
std::string_view name(AdaptationMethod method);
/// An unknown name is a usage error at `option` that says which was meant.
Result<AdaptationMethod> adaptationMethodOf(std::string_view text, std::string_view option);

/// Whether it needs a selection of experts.
bool selectsExperts(AdaptationMethod method);
/// Whether it adds parameters beside the model's and trains only these.
bool addsParameters(AdaptationMethod method);

/// The matrices that LoRA and MoLORA stand beside.
struct LoraTargets {
  std::vector<MatrixRole> roles;
  std::string text;  ///< as it was asked for

  bool has(MatrixRole role) const;
};

/// Reads names: all (every matrix but embedding and head), attention, ffn, q, k, v, o, gate, up,
/// down, router, and T5's wi_0, wi_1, wo. With MLA k and v both mean its two matrices of keys and
/// values. An unknown name is a usage error at `option`.
Result<LoraTargets> loraTargetsOf(std::span<const std::string> names, std::string_view option);

/// What the router of a mixture (MoV, MoLORA) reads at a place with n choices.
enum class MixtureRouter {
  kDescribed,     ///< the paper's W in R^(d x n): the input of the matrix, or of the block for MoV
  kReleasedCode,  ///< MoV: one head of keys and values, and the inner width of the FFN
};

/// A method with all that it needs.
struct AdaptationSettings {
  AdaptationMethod method = AdaptationMethod::kFull;
  LoraTargets targets;
  int rank = 8;      ///< of LoRA and MoLORA [Wang2024]
  int mixture = 10;  ///< n of MoV and MoLORA
  MixtureRouter mixture_router = MixtureRouter::kDescribed;
  bool freeze_router = false;           ///< of the model's routers, where the method trains them
  std::optional<EsftConfig> selection;  ///< of ESFT
  /// Token scores of each routed layer in the order of the selection: which share of the choices
  /// goes to selected experts. Empty: in proportion to their number.
  std::vector<std::vector<double>> token_scores = {};
};

/// Usage errors of rank and mixture out of range, of ESFT without a selection, and of a method that
/// finds nothing to train in this model.
Result<void> checkAdaptation(const AdaptationSettings& settings, const ModelArchitecture& model);

}  // namespace moe
