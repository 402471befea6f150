#pragma once

#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "data/index_range.h"
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

/// One side of one parameter's profile, in the parameter's coordinate.
struct ProfileSide {
  struct Step {
    double coordinate = 0;
    double objective = 0;
  };
  std::vector<Step> path;     ///< outwards, without the optimum
  std::optional<double> end;  ///< coordinate at the critical rise
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

/// How many sides the profiles have: two for each parameter. None where there are no profiles.
std::size_t profileSideCount(const FitResult& result, const ProfileOptions& profile_options = {});

/// Some sides of the profiles, by index in the range; those that were not walked when stopped are
/// empty. Sides of ranges that follow one another make the whole, bit for bit.
std::vector<ProfileSide> profileSides(const FitData& data, const FitOptions& options,
                                      const FitResult& result,
                                      const ProfileOptions& profile_options, IndexRange range,
                                      std::stop_token stop = {}, const ProgressSink& progress = {});

/// The profiles from all of their sides. The fit may have got the intervals of a bootstrap since
/// its sides were walked.
std::vector<Profile> joinedProfiles(const FitData& data, const FitResult& result,
                                    const ProfileOptions& profile_options,
                                    std::span<const ProfileSide> sides);

/// Takes the interval of every parameter whose profile has no end on a side, and says so: the data
/// do not exclude what lies there, whatever a bootstrap around the optimum says.
void markOpenProfiles(std::span<const Profile> profiles, FitResult& result);

}  // namespace moe
