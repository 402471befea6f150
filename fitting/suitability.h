#pragma once

#include <span>
#include <string>
#include <vector>

#include "data/error.h"
#include "data/training_run.h"
#include "fitting/laws/law_family.h"

namespace moe {

/// What a law needs of its runs and these runs do not have.
struct Shortage {
  Variable variable = Variable::kAlways;
  std::string reason;                   ///< "E is 8 in every run"
  std::vector<std::string> parameters;  ///< that nothing determines without it
};

/// Variables of the family that never vary over the runs, with the parameters that hang on them;
/// parameters in `known` (held by the user) are left out.
std::vector<Shortage> shortages(const LawFamily& family, std::span<const TrainingRun> runs,
                                std::span<const std::string> known = {});

/// Whether the family can be fitted to these runs. Errors (kInput), each with what to do: a law
/// without experts on runs of several expert counts; a law whose variables do not vary, unless
/// `reduce` holds their parameters; fewer points than parameters to fit (`held` are not).
Result<void> suits(const LawFamily& family, std::span<const TrainingRun> runs,
                   std::span<const std::string> held, bool reduce);

}  // namespace moe
