#pragma once

#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "data/progress.h"
#include "fitting/fit.h"
#include "fitting/iso_flop.h"
#include "fitting/trust/allocation.h"
#include "fitting/trust/influence.h"
#include "fitting/trust/profile_likelihood.h"
#include "fitting/trust/residuals.h"

namespace moe {

/// How far a finished fit is looked into.
enum class StudyDepth {
  kAuto,  ///< everything, where the table is small enough to take no time
  kFull,  ///< everything
  kNone,  ///< the fit alone
};

/// The split of compute at one expert count.
struct AllocationAtExperts {
  double experts = 1;
  Allocation allocation;
};

/// What is said about a fit beside its parameters.
struct FitStudy {
  std::vector<Profile> profiles;  ///< empty when not made
  std::optional<ResidualStudy> residuals;
  std::vector<RunInfluence> influence;  ///< the strongest first; empty when not made
  std::vector<AllocationAtExperts> allocations;
  std::string no_allocation;              ///< why there is none
  std::optional<IsoFlopResult> iso_flop;  ///< of runs made at a few budgets
  std::string left_out;                   ///< what a large table made too slow, and how to get it
};

struct StudyRequest {
  const FitData* data = nullptr;
  FitOptions options = {};
  StudyDepth depth = StudyDepth::kAuto;
  std::uint64_t seed = 0;
};

/// Whether the parameters are profiled, as deep as asked for.
bool wantsProfiles(const StudyRequest& request);

/// Profiles of the parameters from their sides; those of which one has no end lose their interval
/// in `fit`. Comes before everything that reads which parameters are identified. Empty without
/// sides.
std::vector<Profile> profileFit(const StudyRequest& request, std::span<const ProfileSide> sides,
                                FitResult& fit);

/// Residuals and influence, and the optimal split of compute at 1, 10 and 100 times the largest
/// run's, into a study that holds its profiles. What was not finished when stopped is left empty.
void studyFit(const StudyRequest& request, const FitResult& fit, const Law& law,
              std::stop_token stop, const ProgressSink& progress, FitStudy& study);

}  // namespace moe
