#include "costmodel/adaptation/adaptation_method.h"

#include <fmt/format.h>

#include <algorithm>

#include "data/nearest_name.h"

namespace moe {
namespace {

constexpr int kMostRank = 65536;
constexpr int kMostMixture = 4096;

struct TargetName {
  std::string_view name;
  std::vector<MatrixRole> roles;
};

const std::vector<TargetName>& targetNames() {
  using enum MatrixRole;
  static const std::vector<TargetName> names = {
      {"all",
       {kQuery, kQueryDown, kQueryUp, kKey, kValue, kKvDown, kKvUp, kOutput, kGate, kUp, kDown,
        kRouter}},
      {"attention", {kQuery, kQueryDown, kQueryUp, kKey, kValue, kKvDown, kKvUp, kOutput}},
      {"ffn", {kGate, kUp, kDown}},
      {"q", {kQuery, kQueryDown, kQueryUp}},
      {"k", {kKey, kKvDown, kKvUp}},
      {"v", {kValue, kKvDown, kKvUp}},
      {"o", {kOutput}},
      {"gate", {kGate}},
      {"up", {kUp}},
      {"down", {kDown}},
      {"router", {kRouter}},
      {"wi_0", {kGate}},
      {"wi_1", {kUp}},
      {"wo", {kDown}},
  };
  return names;
}

bool hasSelection(const AdaptationSettings& settings) {
  return settings.selection &&
         (trainedExperts(*settings.selection) > 0 || settings.selection->shared_experts ||
          settings.selection->non_expert_modules);
}

/// Why the method has nothing to train in the model; empty when it has something.
std::string nothingToTrain(const AdaptationSettings& settings, const ModelArchitecture& model) {
  const AdaptationMethod method = settings.method;
  const ModelEntry& m = model.entry;
  const bool experts_only = selectsExperts(method) || method == AdaptationMethod::kMoe;
  if (experts_only && m.experts == 0) return "it has no routed experts";
  if (method == AdaptationMethod::kFfn && model.params.dense_ffn + model.params.shared_experts == 0)
    return "all its feed-forward layers are routed";
  return "";
}

}  // namespace

std::string_view name(AdaptationMethod method) {
  switch (method) {
    case AdaptationMethod::kFull:
      return "full";
    case AdaptationMethod::kLora:
      return "lora";
    case AdaptationMethod::kIa3:
      return "ia3";
    case AdaptationMethod::kMov:
      return "mov";
    case AdaptationMethod::kMolora:
      return "molora";
    case AdaptationMethod::kEsftToken:
      return "esft-token";
    case AdaptationMethod::kEsftGate:
      return "esft-gate";
    case AdaptationMethod::kNonMoe:
      return "st-moe-non-moe";
    case AdaptationMethod::kFfn:
      return "st-moe-ffn";
    case AdaptationMethod::kMoe:
      return "st-moe-moe";
  }
  require(false, "unknown method of adaptation");
  return {};
}

Result<AdaptationMethod> adaptationMethodOf(std::string_view text, std::string_view option) {
  std::vector<std::string> names;
  for (const AdaptationMethod method : kAdaptationMethods) {
    if (name(method) == text) return method;
    names.emplace_back(name(method));
  }
  return fail(ErrorKind::kUsage, std::string(option),
              fmt::format("'{}' is not known; {}", text, didYouMean(std::string(text), names)));
}

bool selectsExperts(AdaptationMethod method) {
  return method == AdaptationMethod::kEsftToken || method == AdaptationMethod::kEsftGate;
}

bool addsParameters(AdaptationMethod method) {
  return method == AdaptationMethod::kLora || method == AdaptationMethod::kIa3 ||
         method == AdaptationMethod::kMov || method == AdaptationMethod::kMolora;
}

bool LoraTargets::has(MatrixRole role) const {
  return std::find(roles.begin(), roles.end(), role) != roles.end();
}

Result<LoraTargets> loraTargetsOf(std::span<const std::string> names, std::string_view option) {
  LoraTargets targets;
  for (const std::string& wanted : names) {
    const auto& known = targetNames();
    const auto found = std::find_if(known.begin(), known.end(),
                                    [&](const TargetName& one) { return one.name == wanted; });
    if (found == known.end()) {
      std::vector<std::string> all;
      for (const TargetName& one : known) all.emplace_back(one.name);
      return fail(ErrorKind::kUsage, std::string(option),
                  fmt::format("'{}' is not known; {}", wanted, didYouMean(wanted, all)));
    }
    for (const MatrixRole role : found->roles)
      if (!targets.has(role)) targets.roles.push_back(role);
    targets.text += (targets.text.empty() ? "" : ",") + wanted;
  }
  if (targets.roles.empty()) return fail(ErrorKind::kUsage, std::string(option), "names no matrix");
  return targets;
}

Result<void> checkAdaptation(const AdaptationSettings& settings, const ModelArchitecture& model) {
  if (settings.rank < 1 || settings.rank > kMostRank)
    return fail(ErrorKind::kUsage, "--rank",
                fmt::format("is {}; from 1 to {} is possible", settings.rank, kMostRank));
  if (settings.mixture < 1 || settings.mixture > kMostMixture)
    return fail(ErrorKind::kUsage, "--mixture",
                fmt::format("is {}; from 1 to {} is possible", settings.mixture, kMostMixture));
  if (const std::string why = nothingToTrain(settings, model); !why.empty())
    return fail(
        ErrorKind::kUsage, "--method",
        fmt::format("{} trains nothing in {}: {}", name(settings.method), model.entry.name, why));
  if (selectsExperts(settings.method) && !hasSelection(settings))
    return fail(
        ErrorKind::kUsage, "--routing",
        fmt::format("is required: {} chooses experts by a task's routing", name(settings.method)));
  return {};
}

}  // namespace moe
