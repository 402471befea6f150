#include "costmodel/adaptation/adaptation_cost.h"

#include <algorithm>
#include <cmath>

namespace moe {
namespace {

bool repeats(const AdaptationRun& run) { return run.setup.recompute == Recompute::kFull; }

/// The stage that was asked for, or the least one that fits; the last one when none does.
void placeOnDevices(AdaptationCost& cost, const AdaptedModel& adapted, const AdaptationRun& run) {
  cost.device_memory = kUsableTrainingMemory * run.accelerator.memory;
  cost.reported_memory = run.accelerator.device_memory;
  TrainingSetup setup = run.setup;
  for (int stage = run.zero_stage.value_or(1); stage <= run.zero_stage.value_or(3); ++stage) {
    setup.zero_stage = cost.zero_stage = stage;
    cost.memory = adaptationMemory(adapted, setup, run.rules);
    cost.fits = cost.memory.total() <= cost.device_memory;
    if (cost.fits) return;
  }
}

/// Shares of the step's time that go with what is trained and not with the FLOP.
void setExchangeShares(FullSpeed& full, const StepTime& step, const TrainingSetup& setup) {
  double parts = 0;
  for (const double part : step.parts) parts += part;
  full.optimizer_share = std::max(0.0, 1 - parts / step.seconds);
  const auto share = [&](StepTerm term) {
    return step.parts[static_cast<std::size_t>(term)] / step.seconds;
  };
  full.exchange_share =
      share(StepTerm::kGradients) + share(StepTerm::kGathers) / setup.microBatches();
}

/// Share of the time of full fine-tuning that exchanges take when `trained` of all is trained.
double exchangeTime(const FullSpeed& full, const TrainingSetup& setup, int zero_stage,
                    double trained) {
  if (zero_stage < 3) return full.exchange_share * trained;
  return full.exchange_share * setup.microBatches() * (2 + trained) / 3;
}

/// Time of a token over that of full fine-tuning.
double timeOfFull(const AdaptationCost& cost, const AdaptedModel& adapted,
                  const TrainingSetup& setup, const FullSpeed& full) {
  const double trained =
      static_cast<double>(adapted.trained()) / static_cast<double>(adapted.model.params.total());
  const double computing =
      1 - exchangeTime(full, setup, setup.zero_stage, 1) - full.optimizer_share;
  return computing * cost.flop.computed() / full.flop_per_token +
         exchangeTime(full, setup, cost.zero_stage, trained) + full.optimizer_share * trained;
}

}  // namespace

Result<FullSpeed> fullSpeed(const ModelArchitecture& model, const AdaptationRun& run,
                            const TrainingSpeedModel* speed) {
  TrainingQuestion question;
  question.model = model;
  question.accelerator = run.accelerator;
  question.setup = run.setup;
  question.train_tokens = run.tokens;
  question.mfu = run.mfu;
  question.rules = run.rules;
  const auto cost = trainingCost(question, speed);
  if (!cost) return tl::unexpected(cost.error());
  FullSpeed full;
  full.tokens_per_s_per_device = cost->tokens_per_s_per_device;
  full.flop_per_token = cost->flop.computed(repeats(run));
  full.low_factor = cost->low_factor;
  full.high_factor = cost->high_factor;
  if (!cost->speed) return full;
  full.basis = cost->speed->basis;
  setExchangeShares(full, cost->speed->computed, run.setup);
  return full;
}

Result<AdaptationCost> adaptationCost(const AdaptedModel& adapted, const AdaptationRun& run,
                                      const FullSpeed& full) {
  const auto flop = adaptationFlop(adapted, run.setup.sequence_length, repeats(run));
  if (!flop) return tl::unexpected(flop.error());
  AdaptationCost cost;
  cost.flop = *flop;
  placeOnDevices(cost, adapted, run);
  const double ratio = timeOfFull(cost, adapted, run.setup, full);
  cost.tokens_per_s_per_device = full.tokens_per_s_per_device / ratio;
  cost.device_time = Seconds(run.tokens / cost.tokens_per_s_per_device);
  cost.time = cost.device_time / run.setup.devices;
  cost.price = cost.device_time * run.price;
  cost.low_factor = full.low_factor;
  cost.high_factor = full.high_factor;
  const bool is_full = std::abs(ratio - 1) < 1e-12;
  if (full.basis) cost.basis = is_full ? *full.basis : std::max(*full.basis, Basis::kRoofline);
  return cost;
}

}  // namespace moe
