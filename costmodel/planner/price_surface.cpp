#include "costmodel/planner/price_surface.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "data/parallel.h"

namespace moe {
namespace {

constexpr std::size_t kKnotsPerCell = 64;
constexpr int kKnotsAtWall = 20;  // halvings of the last knot's distance to the wall

double interpolated(const PriceSurface& surface, double params, double RealisedParams::*field) {
  const SurfaceTables& tables = surface.tables;
  const double x = std::log(params);
  const std::size_t i = cellOf(tables, x);
  const auto ratio = [&](std::size_t node) {
    return tables.sizes[node].*field / tables.sizes[node].dense;
  };
  const double low = tables.log_params[i];
  const double share = std::clamp((x - low) / (tables.log_params[i + 1] - low), 0.0, 1.0);
  return params * (ratio(i) + share * (ratio(i + 1) - ratio(i)));
}

/// ln device-seconds per token; infinite when there is no serving.
double logCost(const SurfaceTables& tables, std::size_t cell, double x) {
  const auto choice = cheapestChoice(tables, cell, x);
  return choice ? choice->log_device_s_per_token : std::numeric_limits<double>::infinity();
}

struct Knots {
  std::vector<double> x, y;
};

Knots evenKnots(const SurfaceTables& tables, int threads) {
  const std::size_t cells = tables.log_params.size() - 1;
  Knots knots;
  knots.x.resize(cells * kKnotsPerCell + 1);
  knots.y.resize(knots.x.size());
  parallelFor(cells, threads, {}, [&](std::size_t cell, std::size_t) {
    const double low = tables.log_params[cell];
    const double width = tables.log_params[cell + 1] - low;
    const std::size_t last = cell + 1 == cells ? kKnotsPerCell : kKnotsPerCell - 1;
    for (std::size_t i = 0; i <= last; ++i) {
      const double share = static_cast<double>(i) / kKnotsPerCell;
      // The ends are the nodes to the last bit: there the price is exact.
      const double x = i == kKnotsPerCell ? tables.log_params[cell + 1] : low + share * width;
      knots.x[cell * kKnotsPerCell + i] = x;
      knots.y[cell * kKnotsPerCell + i] = logCost(tables, cell, x);
    }
  });
  return knots;
}

/// Ends the knots at the largest N that has a price, with more knots before it, where few requests
/// still fit and the price runs away.
void endAtWall(Knots& knots, const SurfaceTables& tables) {
  const auto first_without =
      std::find_if(knots.y.begin(), knots.y.end(), [](double y) { return std::isinf(y); });
  if (first_without == knots.y.end()) return;
  const auto count = static_cast<std::size_t>(first_without - knots.y.begin());
  if (count == 0) {
    knots = {};
    return;
  }
  double low = knots.x[count - 1];
  double high = knots.x[count];
  const double start = low;
  const std::size_t cell = cellOf(tables, low);
  for (int i = 0; i < 50 && high - low > 1e-13 * std::abs(low); ++i) {
    const double middle = (low + high) / 2;
    (std::isinf(logCost(tables, cell, middle)) ? high : low) = middle;
  }
  knots.x.resize(count);
  knots.y.resize(count);
  double distance = low - start;
  for (int i = 0; i < kKnotsAtWall && distance > 1e-9; ++i) {
    distance /= 2;
    knots.x.push_back(low - distance);
    knots.y.push_back(logCost(tables, cell, low - distance));
  }
  if (low > knots.x.back()) {
    knots.x.push_back(low);
    knots.y.push_back(logCost(tables, cell, low));
  }
}

/// Relative amount by which the knot that falls most was lowered.
double makeRising(std::vector<double>& y) {
  double most = 0;
  for (std::size_t i = y.size() - 1; i-- > 0;) {
    if (y[i] <= y[i + 1]) continue;
    most = std::max(most, 1 - std::exp(y[i + 1] - y[i]));
    y[i] = y[i + 1];
  }
  return most;
}

}  // namespace

std::optional<PriceSurface> drawSurface(SurfaceTables tables, double usd_per_device_s_per_token,
                                        int threads) {
  Knots knots = evenKnots(tables, threads);
  endAtWall(knots, tables);
  if (knots.x.size() < 2) return std::nullopt;
  PriceSurface surface;
  surface.largest_lowering = makeRising(knots.y);
  const double factor = std::log(usd_per_device_s_per_token);
  for (double& y : knots.y) y += factor;
  surface.usd_per_device_s_per_token = usd_per_device_s_per_token;
  surface.smallest_params = std::exp(knots.x.front());
  surface.largest_params = std::exp(knots.x.back());
  surface.log_usd = PriceCurve(std::move(knots.x), std::move(knots.y));
  surface.tables = std::move(tables);
  return surface;
}

double PriceSurface::usd(double params) const {
  if (!(params <= largest_params)) return std::numeric_limits<double>::infinity();
  return std::exp(log_usd(std::log(params)));
}

std::optional<ServingPrice> PriceSurface::at(double params) const {
  const double usd_now = usd(params);
  if (std::isinf(usd_now)) return std::nullopt;
  const double x = std::clamp(std::log(params), log_usd.x().front(), log_usd.x().back());
  const std::size_t cell = cellOf(tables, x);
  auto choice = cheapestChoice(tables, cell, x);
  if (!choice) {  // a rounding above the wall
    const double inside = log_usd.x().back() - 1e-12;
    choice = cheapestChoice(tables, cell, inside);
  }
  if (!choice) return std::nullopt;
  const DivisionTable& division = tables.divisions[choice->division];
  ServingPrice price;
  price.usd_per_million_output_tokens_all_in = usd_now;
  price.usd_per_million_tokens = usd_now * output_share;
  price.devices = division.parallelism.devices();
  price.concurrency = choice->best.concurrency;
  price.kv_space_requests = choice->kv_requests;
  const ConcurrencyTimes times =
      timesAt(tables, choice->division, cell, x, choice->best.concurrency);
  price.tpot_s = times.tpot_s;
  price.ttft_s = times.ttft_s;
  price.parallelism = division.parallelism.devices() > 1 ? nameOf(division.parallelism) : "";
  return price;
}

double PriceSurface::activeParams(double params) const {
  return interpolated(*this, params, &RealisedParams::active);
}

double PriceSurface::totalParams(double params) const {
  return interpolated(*this, params, &RealisedParams::total);
}

void measureInterpolation(PriceSurface& surface, const std::vector<PricedModel>& models) {
  std::vector<double> errors;
  for (const PricedModel& model : models) {
    const double drawn = surface.usd(model.params);
    if (!std::isfinite(drawn) || !std::isfinite(model.usd)) continue;
    const double error = std::abs(drawn / model.usd - 1);
    const bool tight = model.params > kTightShare * surface.largest_params;
    if (tight) surface.tight_error = std::max(surface.tight_error, error);
    if (!tight) errors.push_back(error);
  }
  if (errors.empty()) return;
  std::sort(errors.begin(), errors.end());
  surface.interpolation_error = errors.back();
  surface.median_interpolation_error = errors[errors.size() / 2];
}

}  // namespace moe
