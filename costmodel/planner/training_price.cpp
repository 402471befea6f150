#include "costmodel/planner/training_price.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "data/parallel.h"

namespace moe {
namespace {

constexpr double kAnyTokens = 1e12;  // prices are proportional to tokens
constexpr double kSecondsPerHour = 3600;

struct Point {
  Realised model;
  std::optional<TrainingChoice> choice;
  double deviceSeconds() const { return choice->cost.device_time.value() / kAnyTokens; }
  double flop() const { return choice->cost.train_flop.value() / kAnyTokens; }
};

Result<Point> pointAt(const TrainingPriceRequest& request, double params) {
  auto model = realise({.family = request.family,
                        .params = params,
                        .experts = request.experts,
                        .top_k = request.top_k,
                        .granularity = request.granularity});
  if (!model) return tl::unexpected(model.error());
  auto choice = cheapestTraining(request, model->entry, kAnyTokens);
  if (!choice) return tl::unexpected(choice.error());
  return Point{*std::move(model), *std::move(choice)};
}

/// Points at equal steps of ln N, `half_steps` of half a step further.
Result<std::vector<Point>> pointsOf(const TrainingPriceRequest& request, double low, double high,
                                    int count) {
  std::vector<Result<Point>> found(static_cast<std::size_t>(count),
                                   fail(ErrorKind::kCancelled, "", ""));
  const double step = count > 1 ? std::log(high / low) / (count - 1) : 0;
  parallelFor(found.size(), request.threads, {}, [&](std::size_t i, std::size_t) {
    found[i] = pointAt(request, low * std::exp(static_cast<double>(i) * step));
  });
  std::vector<Point> points;
  for (auto& one : found) {
    if (!one) return tl::unexpected(one.error());
    points.push_back(*std::move(one));
  }
  return points;
}

/// The largest N within [low, high] that trains, to 2 %; `low` does.
Result<double> largestThatTrains(const TrainingPriceRequest& request, double low, double high) {
  while (std::log(high / low) > 0.02) {
    const double middle = std::sqrt(low * high);
    const auto point = pointAt(request, middle);
    if (!point) return tl::unexpected(point.error());
    (point->choice ? low : high) = middle;
  }
  return low;
}

Error doesNotFit(const TrainingPriceRequest& request, const Point& smallest) {
  const std::string where =
      request.cluster_devices
          ? fmt::format("{} x {}", *request.cluster_devices, request.accelerator.name)
          : fmt::format("up to 32768 x {}", request.accelerator.name);
  return {ErrorKind::kInfeasible, "--training-devices",
          fmt::format("no split of {} holds the training of the smallest model, {:.3g} parameters "
                      "in memory",
                      where, smallest.model.params.total)};
}

void measureError(TrainingCurve& curve, const std::vector<Point>& points) {
  std::vector<double> errors;
  for (const Point& point : points) {
    if (!point.choice || point.model.params.dense > curve.largest_params) continue;
    const double drawn = std::exp(curve.log_device_s_per_token(std::log(point.model.params.dense)));
    errors.push_back(std::abs(drawn / point.deviceSeconds() - 1));
  }
  if (errors.empty()) return;
  std::sort(errors.begin(), errors.end());
  curve.interpolation_error = errors.back();
  curve.median_interpolation_error = errors[errors.size() / 2];
}

TrainingCurve curveOf(const TrainingPriceRequest& request, std::vector<Point>& points) {
  TrainingCurve curve;
  std::vector<double> x, seconds, flop;
  for (Point& point : points) {
    const double log_params = std::log(point.model.params.dense);
    if (!point.choice || (!x.empty() && !(log_params > x.back() + 1e-3))) continue;
    x.push_back(log_params);
    seconds.push_back(std::log(point.deviceSeconds()));
    flop.push_back(std::log(point.flop()));
    curve.sizes.push_back(point.model.params.dense);
    curve.models.push_back(std::move(point.model.entry));
    curve.setups.push_back(point.choice->setup);
    if (x.size() == points.size() / 2 + 1)
      curve.price_uncertainty =
          std::max(point.choice->cost.high_factor - 1, 1 - point.choice->cost.low_factor);
  }
  curve.largest_params = curve.sizes.back();
  curve.usd_per_device_s = request.price.value();
  curve.cluster_devices = request.cluster_devices.value_or(0);
  curve.log_device_s_per_token = PriceCurve(x, std::move(seconds));
  curve.log_flop_per_token = PriceCurve(std::move(x), std::move(flop));
  return curve;
}

}  // namespace

TrainingPrice TrainingCurve::price(double params, double train_tokens) const {
  constexpr double kNone = std::numeric_limits<double>::infinity();
  if (!(params <= largest_params)) return {kNone, kNone, kNone, kNone};
  const double x = std::log(params);
  const double start = log_device_s_per_token.x().front();
  // Below the smallest model, time and FLOP are taken as proportional to N.
  const double below = x < start ? params / sizes.front() : 1;
  const double device_s = train_tokens * below * std::exp(log_device_s_per_token(x));
  TrainingPrice price;
  price.usd = device_s * usd_per_device_s;
  price.flop = train_tokens * below * std::exp(log_flop_per_token(x));
  price.device_hours = device_s / kSecondsPerHour;
  price.wall_s = cluster_devices > 0 ? device_s / cluster_devices : 0;
  return price;
}

Result<TrainingCurve> trainingCurve(const TrainingPriceRequest& request) {
  if (!(request.min_params >= 1e6 && request.max_params > 1.1 * request.min_params))
    return fail(ErrorKind::kUsage, "--params", "the range of model sizes must rise from 1e6 on");
  if (request.points < 3) return fail(ErrorKind::kUsage, "--points", "take 3 or more");
  const auto ends = pointsOf(request, request.min_params, request.max_params, 2);
  if (!ends) return tl::unexpected(ends.error());
  if (!ends->front().choice) return tl::unexpected(doesNotFit(request, ends->front()));
  double high = request.max_params;
  if (!ends->back().choice) {
    const auto largest = largestThatTrains(request, request.min_params, high);
    if (!largest) return tl::unexpected(largest.error());
    high = *largest;
  }
  auto points = pointsOf(request, request.min_params, high, request.points);
  if (!points) return tl::unexpected(points.error());
  TrainingCurve curve = curveOf(request, *points);
  const double half_step =
      std::sqrt(std::pow(high / request.min_params, 1.0 / (request.points - 1)));
  const auto middles =
      pointsOf(request, request.min_params * half_step, high / half_step, request.points - 1);
  if (!middles) return tl::unexpected(middles.error());
  measureError(curve, *middles);
  return curve;
}

}  // namespace moe
