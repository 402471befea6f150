#pragma once

#include <stop_token>

#include "app/workflows/run/answer_step.h"
#include "app/workflows/run/shared_inputs.h"

namespace moe {

/// How one step among others is answered.
struct StepSetting {
  const LawFiles& laws;  ///< of the fits that it names
  SharedInputs& shared;
  int threads = 0;
  std::stop_token stop = {};
  ProgressSink progress = {};
};

/// As answerStep, with what steps have in common.
Result<StepAnswer> answerShared(const Project& project, const ProjectStep& step,
                                const StepSetting& setting);

}  // namespace moe
