#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace moe {

/// What a setting or a series of a log can mean for a run.
enum class LogRole {
  kParams,  ///< N, which of them not stated
  kActiveParams,
  kTotalParams,
  kParamsInBillions,
  kParamsOfRank,
  kTokens,   ///< D: tokens seen, as a series or at the end
  kSamples,  ///< sequences seen
  kUniqueTokens,
  kTokensPerStep,
  kBatch,       ///< sequences per step over all devices
  kMicroBatch,  ///< sequences per device and pass
  kAccumulation,
  kDataParallel,
  kTensorParallel,
  kPipelineParallel,
  kExpertParallel,
  kRampUp,
  kSequence,  ///< tokens per sequence
  kPlannedSteps,
  kPlannedSamples,
  kPlannedTokens,
  kLearningRate,
  kExperts,
  kTopK,
  kGranularity,
  kLayers,
  kHidden,
  kHeads,
  kKvHeads,
  kKvHeadsUsed,
  kHeadDim,
  kFfn,
  kFfnRatio,
  kExpertFfn,
  kSharedFfn,
  kSharedExperts,
  kFirstDense,
  kMoeEvery,
  kVocabulary,
  kPaddedVocabulary,
  kVocabularyMultiple,
  kGated,
  kActivation,
  kTied,
  kUntied,
  kPositions,
  kMaxPositions,
  kModelType,
};
inline constexpr std::size_t kLogRoles = 48;

/// A role, what people call it in --set and --map, and the names that logs give it.
struct LogRoleNames {
  LogRole role;
  std::string_view name;               ///< "tokens_per_step"
  std::string_view meaning;            ///< "tokens of one step over all devices"
  std::vector<std::string_view> keys;  ///< plain names, the surest first
};

/// In the order of the enumeration.
std::span<const LogRoleNames> logRoles();
std::string_view name(LogRole role);
std::string_view meaning(LogRole role);

/// The role of this name, or by the short names n, d, e, k and g.
std::optional<LogRole> logRoleNamed(std::string_view name);

/// What a key of a log means, and how sure that is (0 is surest). The whole key is looked up, then
/// what follows its last '.' or '/': "model.n_layers" is layers.
struct RoleMatch {
  LogRole role;
  int rank = 0;
};
std::optional<RoleMatch> roleOfKey(std::string_view key);

}  // namespace moe
