#include "costmodel/training/training_cost.h"

#include <fmt/format.h>

#include <cmath>

namespace moe {
namespace {

Result<void> checkQuestion(const TrainingQuestion& question) {
  const double tokens = question.train_tokens;
  if (!(tokens > 0 && std::isfinite(tokens)))
    return fail(ErrorKind::kUsage, "--train-tokens",
                fmt::format("is {}; it must be positive", tokens));
  if (question.mfu && !(*question.mfu > 0 && *question.mfu <= 1))
    return fail(ErrorKind::kUsage, "--mfu",
                fmt::format("is {}; it must be above 0 and at most 1", *question.mfu));
  return checkTrainingSetup(question.model, question.accelerator, question.setup);
}

void setSpeed(TrainingCost& cost, const TrainingQuestion& question,
              const TrainingSpeedModel* model) {
  const double peak = trainingPeak(question.accelerator, question.setup.precision).value();
  if (question.mfu) {
    cost.mfu = *question.mfu;
    cost.tokens_per_s_per_device = cost.mfu * peak / cost.flop.step();
    return;
  }
  require(model != nullptr, "a speed is predicted from measured rows");
  cost.speed = predictTrainingSpeed(*model, trainingPoint(question.model, question.accelerator,
                                                          question.setup, model->newest_month));
  cost.tokens_per_s_per_device = cost.speed->tokens_per_s_per_device;
  cost.mfu = cost.flop.step() * cost.tokens_per_s_per_device / peak;
  cost.low_factor = cost.tokens_per_s_per_device / cost.speed->high;
  cost.high_factor = cost.tokens_per_s_per_device / cost.speed->low;
}

void setTimes(TrainingCost& cost, const TrainingQuestion& question) {
  const double devices = question.setup.devices;
  const double batch = question.setup.global_batch_sequences * question.setup.sequence_length;
  cost.device_time = Seconds(question.train_tokens / cost.tokens_per_s_per_device);
  cost.time = cost.device_time / devices;
  cost.steps = std::ceil(question.train_tokens / batch);
  cost.step = Seconds(batch / (devices * cost.tokens_per_s_per_device));
  cost.price = cost.device_time * question.price;
}

Bytes usableMemory(const Accelerator& accelerator) {
  return kUsableTrainingMemory * accelerator.memory;
}

}  // namespace

Result<TrainingCost> trainingCost(const TrainingQuestion& question,
                                  const TrainingSpeedModel* speed) {
  if (const auto good = checkQuestion(question); !good) return tl::unexpected(good.error());
  const auto flop = trainingFlop(question.model, question.setup.sequence_length);
  if (!flop) return tl::unexpected(flop.error());
  TrainingCost cost;
  cost.flop = *flop;
  const bool again = question.setup.recompute == Recompute::kFull;
  cost.train_flop = Flop(flop->step() * question.train_tokens);
  cost.computed_flop = Flop(flop->computed(again) * question.train_tokens);
  cost.six_n_d = Flop(sixPerActiveParameter(question.model) * question.train_tokens);
  cost.memory = trainingMemory(question.model, question.setup, question.rules);
  cost.usable_memory = usableMemory(question.accelerator);
  cost.fits = cost.memory.total() <= cost.usable_memory;
  setSpeed(cost, question, speed);
  setTimes(cost, question);
  return cost;
}

std::optional<TrainingSetup> setupThatFits(const TrainingQuestion& question) {
  for (const Recompute recompute : {Recompute::kNone, Recompute::kFull})
    for (int stage = question.setup.zero_stage; stage <= 3; ++stage) {
      TrainingSetup setup = question.setup;
      setup.zero_stage = stage;
      if (recompute == Recompute::kFull) setup.recompute = recompute;
      const TrainingMemory memory = trainingMemory(question.model, setup, question.rules);
      if (memory.total() <= usableMemory(question.accelerator)) return setup;
    }
  return std::nullopt;
}

}  // namespace moe
