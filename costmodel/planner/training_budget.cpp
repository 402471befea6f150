#include "costmodel/planner/training_budget.h"

#include <fmt/format.h>

#include <cmath>

namespace moe {
namespace {

FlopPerSecond achieved(const TrainingMachine& machine) {
  return machine.mfu * machine.accelerator.peak_bf16;
}

}  // namespace

Result<Flop> affordableFlop(Usd budget, const TrainingMachine& machine) {
  if (!(budget.value() > 0) || !std::isfinite(budget.value()))
    return fail(
        ErrorKind::kUsage, "--budget-usd",
        fmt::format("{} is no training budget; state a positive number of USD", budget.value()));
  if (!(machine.mfu > 0) || machine.mfu > 1)
    return fail(
        ErrorKind::kUsage, "--training-mfu",
        fmt::format("{} is no utilisation; state a number above 0 and at most 1", machine.mfu));
  if (!(machine.price.value() > 0))
    return fail(ErrorKind::kUsage, "--training-usd-per-device-hour",
                fmt::format("a device-hour at {} USD buys no bounded amount of training; state a "
                            "positive price",
                            machine.price.value() * 3600));
  return budget / machine.price * achieved(machine);
}

Usd trainingCost(Flop work, const TrainingMachine& machine) {
  return work / achieved(machine) * machine.price;
}

}  // namespace moe
