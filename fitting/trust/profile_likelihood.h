#pragma once

#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "data/progress.h"
#include "fitting/fit.h"

namespace moe {

/// The objective with one parameter held and all others refitted.
struct ProfilePoint {
  double value = 0;
  double objective = 0;
  double chi_square = 0;  ///< of the rise above the optimum, see rise_scale.h
};

struct Profile {
  std::string parameter;
  std::vector<ProfilePoint> curve;  ///< by value, the optimum among them
  double critical = 0;              ///< chi-square at the ends of the interval
  /// Ends of the interval; none where the data exclude no value up to the bound (or 1e20-fold).
  std::optional<double> low95;
  std::optional<double> high95;
  /// An end differs from the Wald interval's by more than a quarter of its width.
  bool differs_from_wald = false;
  /// A descent from a held value ended below the fit itself: the fit is not the global optimum.
  bool found_lower = false;
};

struct ProfileOptions {
  double confidence = 0.95;
  std::vector<std::string> parameters = {};  ///< all free ones unless named
};

/// Profile likelihood of the free parameters, those on a bound and those not identified included:
/// it says how far the data pin them. Each side steps outwards from the optimum with refits that
/// start where the path points, and closes in on the critical rise [Bates1988, chapter 6]. Parallel
/// over parameters and sides; equal for any number of threads. Empty when stopped, and for runs
/// that follow the law to rounding.
std::vector<Profile> profileParameters(const FitData& data, const FitOptions& options,
                                       const FitResult& result,
                                       const ProfileOptions& profile_options = {},
                                       std::stop_token stop = {},
                                       const ProgressSink& progress = {});

/// Takes the interval of every parameter whose profile has no end on a side, and says so: the data
/// do not exclude what lies there, whatever a bootstrap around the optimum says.
void markOpenProfiles(std::span<const Profile> profiles, FitResult& result);

}  // namespace moe
