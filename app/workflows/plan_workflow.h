#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "app/workflows/advice_wanted.h"
#include "costmodel/advice/advice.h"
#include "costmodel/advice/instruction_tuning.h"
#include "costmodel/planner/paper_claims.h"
#include "costmodel/planner/plan.h"
#include "data/error.h"
#include "data/progress.h"

namespace moe {

/// A plan as it is asked for on the command line or in a window: names, not yet looked up. What
/// is not stated takes the default given here, and the answer says so.
struct PlanQuestion {
  std::string law_file;  ///< one of this and `preset`
  std::string preset;    ///< published coefficients by name
  std::string mode = "min-cost";
  std::optional<double> budget_flop;  ///< one of this and `budget_usd`
  std::optional<double> budget_usd;
  std::vector<double> experts = {1, 4, 8, 16, 32};
  double base_experts = 4;
  std::string shape = "yun";
  std::optional<double> train_flop_factor;  ///< f of the shape rule; its own when not stated

  std::string cost_preset;  ///< machine, settings and traffic; what is stated below goes over it
  std::string hardware;
  std::optional<int> max_devices;  ///< 8 unless the cost preset says otherwise
  std::optional<double> prompt_tokens;
  std::optional<double> output_tokens;
  std::optional<double> usd_per_device_hour;
  std::optional<double> max_concurrency;  ///< 256 unless the cost preset says otherwise
  std::optional<double> lifetime_tokens;
  std::optional<double> instruction_tuning_tokens;  ///< on top of the budget

  std::string training_hardware;  ///< that of serving when a training price is needed
  std::optional<double> training_mfu;
  std::optional<double> training_usd_per_device_hour;

  std::size_t draws = 200;
  std::uint64_t seed = 0;
  int threads = 0;
  std::string catalog_dir;

  bool operator==(const PlanQuestion&) const = default;
};

/// Law, machine and prices of a question, looked up. They do not depend on mode, amount of the
/// budget, lifetime tokens and draws, so that one is good for many plans.
struct PlanInputs {
  PlanRequest request;
  std::vector<std::string> sources;
  std::vector<Warning> warnings;
};

/// A plan with everything that it rests on.
struct PlanAnswer {
  PlanQuestion question;
  PlanRequest request;
  PlanOutcome outcome;
  std::vector<PaperClaim> paper;
  std::optional<InstructionTuning> instruction_tuning;  ///< of the recommended model
  std::vector<Advice> advice;                           ///< of published designs
  std::vector<std::string> sources;
  std::vector<Warning> warnings;  ///< of the question and of the outcome
  Seconds timing;
};

/// "loss-optimal", "min-cost" or "min-loss"; lifetime plans and fronts have workflows of their own.
/// Errors (kUsage): another word.
Result<PlanMode> planModeNamed(const std::string& name);
std::string planModeName(PlanMode mode);

/// The question without what its inputs do not depend on: equal ones have equal inputs as long as
/// the files that they name stay as they are.
PlanQuestion inputsKey(PlanQuestion question);

/// What prices of serving come from. The roofline takes no time; measured kernels, where the
/// machine has them, take seconds.
enum class PlanPrices { kBest, kRoofline };

/// Looks names up and prices designs. Errors as answerPlan.
Result<PlanInputs> planInputs(const PlanQuestion& question, std::stop_token stop = {},
                              const ProgressSink& progress = {},
                              PlanPrices prices = PlanPrices::kBest);

/// Looks names up, turns USD into FLOP and plans. Errors: kUsage for a question that makes no
/// sense or lacks something, kInput for unknown names, unreadable files and a machine without a
/// price, kUnanswered for a law that lacks what a plan needs, kCancelled.
Result<PlanAnswer> answerPlan(const PlanQuestion& question, std::stop_token stop = {},
                              const ProgressSink& progress = {});

/// The same from inputs of a question with the same key: equal numbers, without the looking up.
Result<PlanAnswer> answerPlan(const PlanQuestion& question, const PlanInputs& inputs,
                              std::stop_token stop = {}, const ProgressSink& progress = {},
                              AdviceWanted advice = AdviceWanted::kYes);

/// The same from draws that were solved before.
Result<PlanAnswer> answerPlan(const PlanQuestion& question, const PlanInputs& inputs,
                              const PosteriorPlan& draws);

/// The request that these inputs and this question make. Errors: kUsage.
Result<PlanRequest> planRequest(const PlanQuestion& question, const PlanInputs& inputs);

}  // namespace moe
