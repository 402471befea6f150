#include "fitting/trust/profile_likelihood.h"

#include <Eigen/LU>
#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <memory>

#include "data/parallel.h"
#include "fitting/search/polish.h"
#include "fitting/trust/rise_scale.h"
#include "fitting/trust/standard_errors.h"

namespace moe {

namespace {

constexpr double kCloseEnough = 2e-3;  // of the root of the critical chi-square
constexpr double kLower = 1e-6;        // relative: a profile below the fit
constexpr double kFarthest = 46;       // in a logarithm: a factor of 1e20
constexpr int kMostSteps = 14;
constexpr int kMostClosing = 20;
constexpr double kFarAbove = 3;  // times the critical root: an end that may lie in another basin
constexpr PolishOptions kStepPolish{
    .max_iterations = 120, .relative_tolerance = 1e-10, .rounds = 2};

/// One refit along a path.
struct PathPoint {
  Eigen::VectorXd coordinates;
  double objective = 0;
  double root = 0;  // of the chi-square: about linear in the distance
};

class SideWalk {
 public:
  SideWalk(FitProblem& problem, const FitResult& result, const RiseScale& scale,
           const Eigen::VectorXd& tangent, double critical, Eigen::Index index, double direction)
      : problem_(problem),
        result_(result),
        scale_(scale),
        tangent_(tangent),
        wanted_(std::sqrt(critical)),
        index_(index),
        direction_(direction),
        at_(result.coordinates[index]) {
    const double bound = direction > 0 ? result.bounds.upper[index] : result.bounds.lower[index];
    reach_ = std::min(std::abs(bound - at_), kFarthest);
  }

  ProfileSide walk(double first_step, const std::stop_token& stop) {
    double inside = 0;  // distance whose rise is below the critical one
    double inside_root = 0;
    double distance = std::min(first_step, reach_);
    for (int step = 0; step < kMostSteps && reach_ > 0 && !stop.stop_requested(); ++step) {
      const PathPoint point = refit(distance);
      path_.push_back(point);
      if (point.root >= wanted_) {
        end_ = closeIn(inside, inside_root, distance, point.root);
        break;
      }
      if (distance >= reach_) break;  // the bound is not excluded
      inside = distance;
      inside_root = point.root;
      const double growth = point.root > 0 ? 1.05 * wanted_ / point.root : 4;
      distance = std::min(distance * std::clamp(growth, 1.15, 4.0), reach_);
    }
    return walked();
  }

 private:
  ProfileSide walked() const {
    ProfileSide side;
    for (const PathPoint& point : path_) {
      side.path.push_back({point.coordinates[index_], point.objective});
    }
    side.end = end_;
    return side;
  }

  /// Between `inside` and `outside` the root of chi-square is monotone and, close by, nearly
  /// straight. Returns the coordinate at the critical rise.
  double closeIn(double inside, double inside_root, double outside, double outside_root) {
    for (int step = 0; step < kMostClosing; ++step) {
      if (outside_root - wanted_ < kCloseEnough * wanted_) break;
      // Far above, the curve is no straight line: halve.
      const double share = outside_root > kFarAbove * wanted_
                               ? 0.5
                               : (wanted_ - inside_root) / (outside_root - inside_root);
      const double middle = inside + std::clamp(share, 0.02, 0.98) * (outside - inside);
      const PathPoint point = refit(middle);
      path_.push_back(point);
      if (std::abs(point.root - wanted_) < kCloseEnough * wanted_) {
        return at_ + direction_ * middle;
      }
      (point.root < wanted_ ? inside : outside) = middle;
      (point.root < wanted_ ? inside_root : outside_root) = point.root;
    }
    return at_ + direction_ * outside;
  }

  /// Held at this distance, from where the path points; an end far above the critical rise may be
  /// another basin, so it is sought from the nearest point along the tangent as well.
  PathPoint refit(double distance) {
    const double held_at = at_ + direction_ * distance;
    PathPoint point = descend(held_at, startAt(held_at));
    if (point.root < kFarAbove * wanted_) return point;
    const PathPoint other = descend(held_at, along(nearestTo(held_at), held_at));
    return other.objective < point.objective ? other : point;
  }

  PathPoint descend(double held_at, const Eigen::VectorXd& start) {
    Bounds held = result_.bounds;
    held.lower[index_] = held.upper[index_] = held_at;
    const Polished end = polish(problem_, held, clamped(start), kStepPolish);
    return {end.coordinates, end.value, std::sqrt(scale_.chiSquare(end.value))};
  }

  Eigen::VectorXd clamped(const Eigen::VectorXd& start) const {
    return start.cwiseMax(result_.bounds.lower).cwiseMin(result_.bounds.upper);
  }

  /// From a point along the tangent of the profile at the optimum.
  Eigen::VectorXd along(const Eigen::VectorXd& from, double held_at) const {
    return from + (held_at - from[index_]) * tangent_;
  }

  const Eigen::VectorXd& nearestTo(double held_at) const {
    const Eigen::VectorXd* nearest = &result_.coordinates;
    for (const PathPoint& point : path_) {
      if (point.root > kFarAbove * wanted_) continue;
      if (std::abs(point.coordinates[index_] - held_at) < std::abs((*nearest)[index_] - held_at)) {
        nearest = &point.coordinates;
      }
    }
    return *nearest;
  }

  Eigen::VectorXd startAt(double held_at) const {
    const Eigen::VectorXd& nearest = nearestTo(held_at);
    const Eigen::VectorXd* second = nullptr;
    const auto gap = [&](const Eigen::VectorXd& t) { return std::abs(t[index_] - held_at); };
    const auto consider = [&](const Eigen::VectorXd& t) {
      const bool other = &t != &nearest && t[index_] != nearest[index_];
      if (other && (second == nullptr || gap(t) < gap(*second))) second = &t;
    };
    consider(result_.coordinates);
    for (const PathPoint& point : path_) {
      if (point.root <= kFarAbove * wanted_) consider(point.coordinates);
    }
    if (second == nullptr) return along(nearest, held_at);
    const double share = (held_at - nearest[index_]) / (nearest[index_] - (*second)[index_]);
    Eigen::VectorXd start = nearest + std::clamp(share, -2.0, 2.0) * (nearest - *second);
    start[index_] = held_at;
    return start;
  }

  FitProblem& problem_;
  const FitResult& result_;
  const RiseScale& scale_;
  const Eigen::VectorXd& tangent_;
  double wanted_;
  Eigen::Index index_;
  double direction_;
  double at_;
  double reach_ = 0;
  std::vector<PathPoint> path_;  // outwards, without the optimum
  std::optional<double> end_;
};

/// How the other coordinates move with each one along its profile at the optimum, per unit:
/// columns of the covariance over their diagonal. A little is added to every eigenvalue, so that
/// along a ridge the move is the ridge itself. Zero where a coordinate is pressed on a bound.
Eigen::MatrixXd tangents(FitProblem& problem, const FitResult& result) {
  constexpr double kLeastEigenvalue = 1e-9;  // columns scaled to length 1
  const Eigen::Index count = result.coordinates.size();
  Eigen::MatrixXd moves = Eigen::MatrixXd::Identity(count, count);
  const std::vector<Eigen::Index> free = freeCoordinates(result);
  problem.value(result.coordinates);
  Eigen::MatrixXd jacobian = problem.jacobian()(Eigen::all, free);
  const Eigen::ArrayXd lengths = jacobian.colwise().norm().transpose().array().max(1e-300);
  jacobian.array().rowwise() /= lengths.transpose();
  const auto size = static_cast<Eigen::Index>(free.size());
  const Eigen::MatrixXd covariance =
      (jacobian.transpose() * jacobian + kLeastEigenvalue * Eigen::MatrixXd::Identity(size, size))
          .inverse();
  for (Eigen::Index k = 0; k < size; ++k) {
    for (Eigen::Index i = 0; i < size; ++i) {
      moves(free[static_cast<std::size_t>(i)], free[static_cast<std::size_t>(k)]) =
          covariance(i, k) / covariance(k, k) * lengths[k] / lengths[i];
    }
  }
  return moves;
}

/// Standard error in the coordinate, or a guess for what has none.
double firstStep(const FitResult& result, Eigen::Index index) {
  const ParameterFit& parameter = result.parameters[static_cast<std::size_t>(index)];
  const Coordinate coordinate =
      result.family->parameters[static_cast<std::size_t>(index)].coordinate;
  if (parameter.standard_error && *parameter.standard_error > 0) {
    return 2 * *parameter.standard_error / std::abs(valueSlope(coordinate, parameter.value));
  }
  return coordinate == Coordinate::kLog ? 0.5 : 0.05 + 0.3 * std::abs(result.coordinates[index]);
}

/// In the coordinate: of an amplitude in its logarithm, where Wald's interval is symmetric.
bool differs(const Profile& profile, const ParameterFit& parameter, Coordinate coordinate) {
  if (!parameter.wald95) return false;
  const double low = coordinateOf(coordinate, parameter.wald95->low);
  const double high = coordinateOf(coordinate, parameter.wald95->high);
  const auto far = [&](const std::optional<double>& end, double wald) {
    return !end || std::abs(coordinateOf(coordinate, *end) - wald) > 0.25 * std::abs(high - low);
  };
  return far(profile.low95, low) || far(profile.high95, high);
}

Profile joined(const FitResult& result, const RiseScale& scale, double critical, Eigen::Index index,
               const ProfileSide& down, const ProfileSide& up) {
  const auto place = static_cast<std::size_t>(index);
  const Coordinate coordinate = result.family->parameters[place].coordinate;
  Profile profile;
  profile.parameter = result.parameters[place].name;
  profile.critical = critical;
  profile.curve.push_back({result.values[place], result.objective, 0});
  for (const ProfileSide* side : {&down, &up}) {
    for (const ProfileSide::Step& point : side->path) {
      profile.curve.push_back({valueOf(coordinate, point.coordinate), point.objective,
                               scale.chiSquare(point.objective)});
      profile.found_lower =
          profile.found_lower || point.objective < result.objective * (1 - kLower);
    }
  }
  std::sort(profile.curve.begin(), profile.curve.end(),
            [](const ProfilePoint& a, const ProfilePoint& b) { return a.value < b.value; });
  const bool falls = coordinate == Coordinate::kInverse;
  const auto end = [&](const ProfileSide& side) {
    return side.end ? std::optional(valueOf(coordinate, *side.end)) : std::nullopt;
  };
  profile.low95 = end(falls ? up : down);
  profile.high95 = end(falls ? down : up);
  profile.differs_from_wald = differs(profile, result.parameters[place], coordinate);
  return profile;
}

std::vector<Eigen::Index> chosen(const FitResult& result, const ProfileOptions& options) {
  std::vector<Eigen::Index> indices;
  for (std::size_t i = 0; i < result.parameters.size(); ++i) {
    const auto index = static_cast<Eigen::Index>(i);
    const auto& names = options.parameters;
    const bool asked = names.empty() || std::find(names.begin(), names.end(),
                                                  result.parameters[i].name) != names.end();
    if (asked && !result.bounds.pinned(index)) indices.push_back(index);
  }
  return indices;
}

}  // namespace

std::size_t profileSideCount(const FitResult& result, const ProfileOptions& profile_options) {
  return result.exact() ? 0 : 2 * chosen(result, profile_options).size();
}

std::vector<ProfileSide> profileSides(const FitData& data, const FitOptions& options,
                                      const FitResult& result,
                                      const ProfileOptions& profile_options, IndexRange range,
                                      std::stop_token stop, const ProgressSink& progress) {
  std::vector<ProfileSide> sides(range.size());
  if (sides.empty()) return sides;
  FitProblem first(*result.family, data.points, result.objective_kind);
  const RiseScale scale(first, result);
  const double critical = scale.critical(profile_options.confidence);
  const Eigen::MatrixXd moves = tangents(first, result);
  const std::vector<Eigen::Index> indices = chosen(result, profile_options);
  std::array<std::unique_ptr<FitProblem>, kMostWorkers> problems;
  std::atomic<std::size_t> done = 0;
  parallelFor(sides.size(), options.threads, stop, [&](std::size_t i, std::size_t worker) {
    std::unique_ptr<FitProblem>& own = problems[worker];
    if (!own)
      own = std::make_unique<FitProblem>(*result.family, data.points, result.objective_kind);
    const std::size_t side = range.first + i;
    const Eigen::Index index = indices[side / 2];
    const Eigen::VectorXd tangent = moves.col(index);
    SideWalk walk(*own, result, scale, tangent, critical, index, side % 2 == 0 ? -1 : 1);
    sides[i] = walk.walk(firstStep(result, index), stop);
    ++done;
    if (worker == 0 && progress) {
      progress("profiles", static_cast<double>(done) / static_cast<double>(sides.size()));
    }
  });
  return sides;
}

std::vector<Profile> joinedProfiles(const FitData& data, const FitResult& result,
                                    const ProfileOptions& profile_options,
                                    std::span<const ProfileSide> sides) {
  if (sides.empty()) return {};
  FitProblem problem(*result.family, data.points, result.objective_kind);
  const RiseScale scale(problem, result);
  const double critical = scale.critical(profile_options.confidence);
  const std::vector<Eigen::Index> indices = chosen(result, profile_options);
  require(sides.size() == 2 * indices.size(), "a profile has two sides for each parameter");
  std::vector<Profile> profiles;
  for (std::size_t k = 0; k < indices.size(); ++k) {
    profiles.push_back(joined(result, scale, critical, indices[k], sides[2 * k], sides[2 * k + 1]));
  }
  return profiles;
}

std::vector<Profile> profileParameters(const FitData& data, const FitOptions& options,
                                       const FitResult& result,
                                       const ProfileOptions& profile_options, std::stop_token stop,
                                       const ProgressSink& progress) {
  const std::size_t count = profileSideCount(result, profile_options);
  const auto sides =
      profileSides(data, options, result, profile_options, {0, count}, stop, progress);
  if (stop.stop_requested()) return {};
  return joinedProfiles(data, result, profile_options, sides);
}

void markOpenProfiles(std::span<const Profile> profiles, FitResult& result) {
  for (const Profile& profile : profiles) {
    if (profile.low95 && profile.high95) continue;
    const auto own = std::find_if(
        result.parameters.begin(), result.parameters.end(),
        [&](const ParameterFit& parameter) { return parameter.name == profile.parameter; });
    if (own == result.parameters.end() || !own->identified) continue;
    own->identified = false;
    own->reason = profile.low95 ? "its profile has no upper end: the data exclude no larger value"
                  : profile.high95
                      ? "its profile has no lower end: the data exclude no smaller value"
                      : "its profile has no end on either side: the data exclude no value";
    own->standard_error.reset();
    own->ci95.reset();
    own->wald95.reset();
  }
}

}  // namespace moe
