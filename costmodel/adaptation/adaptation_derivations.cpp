#include "costmodel/adaptation/adaptation_derivations.h"

#include <fmt/format.h>

#include "costmodel/adaptation/adapted_model.h"
#include "costmodel/adaptation/expert_selection.h"

namespace moe {
namespace {

using Inputs = DerivationInputs;

/// A whole number among the arguments, or what holds without it.
Result<int> countArgument(const Inputs& inputs, const char* argument, int without) {
  const auto value = inputs.numberOr(argument, without);
  if (!value) return tl::unexpected(value.error());
  return static_cast<int>(*value);
}

/// Trained parameters of the figure's model over `of`. `part` says which of them.
Result<double> trainedShare(const Inputs& inputs, const AdaptationSettings& settings,
                            std::int64_t (*part)(const AdaptedModel&)) {
  const auto model = inputs.model();
  if (!model) return tl::unexpected(model.error());
  const auto adapted = adaptModel(*model, settings);
  if (!adapted) return tl::unexpected(adapted.error());
  const auto of = inputs.numberOr("of", static_cast<double>(model->params.total()));
  if (!of) return tl::unexpected(of.error());
  return static_cast<double>(part(*adapted)) / *of;
}

std::int64_t allTrained(const AdaptedModel& adapted) { return adapted.trained(); }
std::int64_t vectorsOnly(const AdaptedModel& adapted) { return adapted.vectors; }

Result<LoraTargets> figureTargets(const std::string& text) {
  const std::vector<std::string> all = {"attention", "ffn"};
  const std::vector<std::string> released = {"q", "k", "v", "o", "wi_0", "wo"};
  return loraTargetsOf(text == "released-code" ? released : all, "targets");
}

/// Settings of a figure: `released_code` as the published program does it.
Result<AdaptationSettings> figureSettings(const Inputs& inputs, AdaptationMethod method,
                                          bool released_code) {
  AdaptationSettings settings;
  settings.method = method;
  const auto rank = countArgument(inputs, "rank", settings.rank);
  if (!rank) return tl::unexpected(rank.error());
  const auto mixture = countArgument(inputs, "experts", 1);
  if (!mixture) return tl::unexpected(mixture.error());
  const auto targets =
      figureTargets(released_code ? "released-code" : inputs.textOr("targets", "attention+ffn"));
  if (!targets) return tl::unexpected(targets.error());
  settings.rank = *rank;
  settings.mixture = *mixture;
  settings.targets = *targets;
  if (released_code) settings.mixture_router = MixtureRouter::kReleasedCode;
  return settings;
}

/// Vectors of (IA)3, or of n copies of them without routers.
Result<double> ia3Share(const Inputs& inputs) {
  const auto settings = figureSettings(inputs, AdaptationMethod::kMov, false);
  if (!settings) return tl::unexpected(settings.error());
  return trainedShare(inputs, *settings, vectorsOnly);
}

Result<double> loraShare(const Inputs& inputs) {
  const auto settings = figureSettings(inputs, AdaptationMethod::kLora, false);
  if (!settings) return tl::unexpected(settings.error());
  return trainedShare(inputs, *settings, allTrained);
}

bool asReleased(const Inputs& inputs) { return inputs.textOr("routers", "") != "described"; }

Result<double> movShare(const Inputs& inputs) {
  const auto settings = figureSettings(inputs, AdaptationMethod::kMov, asReleased(inputs));
  if (!settings) return tl::unexpected(settings.error());
  return trainedShare(inputs, *settings, allTrained);
}

Result<double> moloraShare(const Inputs& inputs) {
  const auto settings = figureSettings(inputs, AdaptationMethod::kMolora, asReleased(inputs));
  if (!settings) return tl::unexpected(settings.error());
  return trainedShare(inputs, *settings, allTrained);
}

Result<double> esftExperts(const Inputs& inputs, const std::filesystem::path& released) {
  const auto task = inputs.text("task");
  if (!task) return tl::unexpected(task.error());
  const auto threshold = inputs.number("threshold");
  if (!threshold) return tl::unexpected(threshold.error());
  const auto file = released / "expert_scores" / *task / "summary.json";
  std::error_code ignored;
  if (released.empty() || !std::filesystem::exists(file, ignored))
    return fail(ErrorKind::kUnanswered, "",
                fmt::format("the released scores of {} do not ship; MOEPLAN_ESFT_DIR names a "
                            "folder with expert_scores/{}/summary.json",
                            *task, *task));
  const auto scores = readExpertScores(file);
  if (!scores) return tl::unexpected(scores.error());
  if (!scores->token) return fail(ErrorKind::kInput, file.string(), "has no token scores");
  const auto config = selectExperts(*scores->token, *threshold);
  if (!config) return tl::unexpected(config.error());
  return static_cast<double>(trainedExperts(*config));
}

}  // namespace

std::vector<Derivation> adaptationDerivations(const std::filesystem::path& released) {
  return {
      {"ia3-share", "n (vectors on keys, values and the inner width of FFNs) / parameters",
       ia3Share},
      {"lora-share", "rank (in + out) of each target / parameters", loraShare},
      {"mov-share", "n (vectors + routers) / parameters", movShare},
      {"molora-share", "n (rank (in + out) + in) of each target / parameters", moloraShare},
      {"esft-selected-experts", "experts whose token scores reach the threshold, all layers",
       [released](const Inputs& inputs) { return esftExperts(inputs, released); }},
  };
}

}  // namespace moe
