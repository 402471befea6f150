#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/workflows/import/log_roles.h"
#include "app/workflows/import/loss_watch.h"
#include "data/error.h"
#include "data/logs/log_folder.h"

namespace moe {

/// Which logs become which table: texts as on the command line, not yet understood.
struct ImportRequest {
  std::vector<std::string> logs;  ///< files and folders
  std::string out;                ///< the table to write; not used by a preview
  bool preview = false;
  std::string format;            ///< a reader's name; empty: by content
  std::string pieces = "auto";   ///< see parsePieceRule
  std::string map;               ///< "n=my_params,train_tokens=seen": roles by the log's own names
  std::vector<std::string> set;  ///< "n=124e6", "runs/small*:tokens_per_step=524288"
  std::string loss_rule = "last";
  std::string loss_series;  ///< empty: the best by name
  std::vector<std::string> exclude;
  double bytes_per_token = 0;  ///< 0: not stated
  double tokens_per_loss = 0;  ///< tokens that a summed loss adds up; 0: not stated
  bool curves = false;         ///< points along the run, not its end alone
  bool skip_bad = false;
  std::string version;  ///< of moeplan, for the sidecar
};

/// How a curve becomes one loss.
enum class LossRuleKind { kLast, kMean, kMinSmoothed, kBest };

struct LossRule {
  LossRuleKind kind = LossRuleKind::kLast;
  LossWindows windows;
};

/// "last", "mean:K", "min-smoothed" (of 5), "min-smoothed:W", "best". Errors: kUsage.
Result<LossRule> parseLossRule(std::string_view text);
/// As parseLossRule reads it.
std::string describe(const LossRule& rule);

/// What may be odd about a run.
enum class RunFlagKind {
  kSpikes,
  kDiverged,
  kNan,
  kRestartJump,
  kRepeatedSteps,
  kLrNotDecayed,
  kFewTokens,
  kInterrupted,
  kMidSchedule,
  kTrainingLoss,
};
/// "spikes", "diverged", "nan", "restart_jump", "repeated_steps", "lr_not_decayed", "few_tokens",
/// "interrupted", "mid_schedule", "training_loss".
std::string_view name(RunFlagKind kind);

/// A value given for all runs, or for those whose name or file fits a pattern with '*' and '?'.
struct GivenValue {
  std::string pattern;  ///< empty: all
  LogRole role = LogRole::kParams;
  std::string value;
};

/// An ImportRequest with its words understood.
struct ImportPlan {
  PieceRule pieces = PieceRule::kAuto;
  LossRule loss;
  std::map<LogRole, std::string> map;
  std::string loss_series;
  std::vector<GivenValue> given;
  std::vector<RunFlagKind> exclude;
};

/// Errors: kUsage, naming the option, its value and what it may be.
Result<ImportPlan> understandImport(const ImportRequest& request);

/// Whether a text fits a pattern in which '*' is any text and '?' any letter.
bool fitsPattern(std::string_view text, std::string_view pattern);

}  // namespace moe
