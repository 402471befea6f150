#pragma once

#include "app/workflows/run/answer_step.h"
#include "app/workflows/run/step_stamp.h"

namespace moe::report {

/// The answer in one line, with its figure, unit and interval where it has one.
StepHeadline headlineOf(const StepAnswer& answer);

}  // namespace moe::report
