#include "costmodel/planner/surface_builder.h"

#include <algorithm>
#include <cmath>

#include "data/parallel.h"

namespace moe {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kCoarse = 4;      // nodes from one with all divisions to the next
constexpr double kWorthPricing = 2.5;   // times the cheapest by roofline: others are not priced
constexpr double kWorthKeeping = 1.25;  // times the cheapest: cheaper ones are priced between, too
constexpr double kTokens = 1e6;         // that a price is of

/// Divisions that every node can be divided in.
std::vector<Parallelism> commonDivisions(const PriceSurfaceRequest& request,
                                         const std::vector<SurfaceNode>& nodes) {
  std::vector<Parallelism> divisions = surfaceDivisions(request, nodes.front().model.entry);
  std::erase_if(divisions, [&](const Parallelism& division) {
    return std::any_of(nodes.begin(), nodes.end(), [&](const SurfaceNode& node) {
      return !checkParallelism(division, node.model.entry).has_value();
    });
  });
  return divisions;
}

}  // namespace

SurfaceBuilder::SurfaceBuilder(const PriceSurfaceRequest& request,
                               const std::vector<SurfaceNode>& nodes)
    : request_(request),
      nodes_(nodes),
      roofline_(KernelLibrary::roofline(request.kernels.target())) {
  tables_.device_memory = request.kernels.target().device_memory;
  tables_.rules = request.rules;
  tables_.concurrency_limit = request.engine_limit;
  tables_.limits = request.limits;
  tables_.concurrencies = concurrencySteps(std::max(2.0, request.engine_limit));
  for (const SurfaceNode& node : nodes) {
    tables_.log_params.push_back(std::log(node.model.params.dense));
    tables_.sizes.push_back(node.model.params);
  }
  for (const Parallelism& division : commonDivisions(request, nodes)) addDivision(division);
  exact_.assign(nodes.size() * tables_.divisions.size(), kNan);
}

void SurfaceBuilder::addDivision(const Parallelism& division) {
  const std::size_t nodes = nodes_.size();
  const std::vector<double> node_row(nodes, kNan);
  const std::vector<double> rows(nodes * tables_.concurrencies.size(), kNan);
  tables_.divisions.push_back({division, node_row, node_row, rows, rows, rows, node_row});
}

void SurfaceBuilder::fill() {
  std::vector<std::size_t> coarse;
  for (std::size_t i = 0; i + 1 < nodes_.size(); i += kCoarse) coarse.push_back(i);
  coarse.push_back(nodes_.size() - 1);
  fillAll(coarsePlaces(coarse));
  fillAll(placesBetween(coarse));
  correct();
}

/// Divisions that the roofline has near the cheapest at a coarse node or the next one to either
/// side.
std::vector<SurfaceBuilder::Place> SurfaceBuilder::coarsePlaces(
    const std::vector<std::size_t>& coarse) const {
  const std::size_t divisions = tables_.divisions.size();
  std::vector<double> costs(coarse.size() * divisions);
  parallelFor(costs.size(), request_.threads, {}, [&](std::size_t i, std::size_t) {
    costs[i] = rooflineCost(coarse[i / divisions], i % divisions);
  });
  std::vector<Place> places;
  for (std::size_t i = 0; i < coarse.size(); ++i)
    for (std::size_t d = 0; d < divisions; ++d) {
      const auto near = [&](std::size_t k) {
        return k < coarse.size() && nearLeast(&costs[k * divisions], d, kWorthPricing);
      };
      if (near(i) || near(i + 1) || (i > 0 && near(i - 1))) places.push_back({coarse[i], d});
    }
  return places;
}

std::vector<SurfaceBuilder::Place> SurfaceBuilder::placesBetween(
    const std::vector<std::size_t>& coarse) const {
  std::vector<Place> places;
  for (std::size_t i = 0; i + 1 < coarse.size(); ++i)
    for (std::size_t d = 0; d < tables_.divisions.size(); ++d) {
      const bool kept = nearLeast(exactRow(coarse[i]), d, kWorthKeeping) ||
                        nearLeast(exactRow(coarse[i + 1]), d, kWorthKeeping);
      for (std::size_t node = coarse[i] + 1; kept && node < coarse[i + 1]; ++node)
        places.push_back({node, d});
    }
  return places;
}

void SurfaceBuilder::fillAll(const std::vector<Place>& places) {
  parallelFor(places.size(), request_.threads, {},
              [&](std::size_t i, std::size_t) { fillOne(places[i].node, places[i].division); });
}

void SurfaceBuilder::fillOne(std::size_t node, std::size_t division) {
  DivisionTable& table = tables_.divisions[division];
  const BoundDivision bound(nodes_[node].setting, table.parallelism, request_.kernels);
  table.log_weight_bytes[node] = std::log(bound.weightBytes());
  table.log_request_bytes[node] = std::log(bound.requestBytes());
  const std::size_t count = tables_.concurrencies.size();
  for (std::size_t i = 0; i < count; ++i) {
    const ConcurrencyTimes times = bound(tables_.concurrencies[i]);
    table.log_token_s[node * count + i] = std::log(times.token_s);
    table.log_tpot_s[node * count + i] = std::log(times.tpot_s);
    table.log_ttft_s[node * count + i] = std::log(times.ttft_s);
  }
  table.log_correction[node] = 0;
  exact(node, division) =
      logDeviceSeconds(exactConcurrency(bound, request_, tables_.concurrencies), table.parallelism);
}

/// Bound in a fraction of the time that measured kernels take. With limits on latency it would
/// rule out too much: then 0, and all divisions are priced.
double SurfaceBuilder::rooflineCost(std::size_t node, std::size_t division) const {
  if (request_.limits.ttft_s || request_.limits.tpot_s) return 0;
  const Parallelism& split = tables_.divisions[division].parallelism;
  const BoundDivision bound(nodes_[node].setting, split, roofline_);
  const double limit = std::min(request_.engine_limit, bound.kvRequests());
  return limit >= 1 ? std::log(bound(limit).token_s * split.devices()) : kNoServing;
}

/// Whether a division is within this factor of the cheapest of a row of all.
bool SurfaceBuilder::nearLeast(const double* costs, std::size_t division, double factor) const {
  double least = kNoServing;
  for (std::size_t d = 0; d < tables_.divisions.size(); ++d) least = std::min(least, costs[d]);
  return std::isfinite(costs[division]) && costs[division] <= least + std::log(factor);
}

/// What interpolation over concurrencies misses at the nodes.
void SurfaceBuilder::correct() {
  for (std::size_t d = 0; d < tables_.divisions.size(); ++d)
    for (std::size_t node = 0; node < nodes_.size(); ++node) {
      const std::size_t cell = std::min(node, nodes_.size() - 2);
      // Only where the cell's other end is filled does the table answer; the value at the node
      // does not depend on it.
      for (const std::size_t one : {cell, node > 0 ? node - 1 : cell}) {
        const auto drawn = divisionChoice(tables_, d, one, tables_.log_params[node]);
        if (!drawn || !std::isfinite(exact(node, d))) continue;
        tables_.divisions[d].log_correction[node] += exact(node, d) - drawn->log_device_s_per_token;
        break;
      }
    }
}

double SurfaceBuilder::exactUsd(const SweepSetting& setting, double log_params) const {
  const std::size_t cell = cellOf(tables_, log_params);
  std::vector<double> drawn;
  for (std::size_t d = 0; d < tables_.divisions.size(); ++d) {
    const auto choice = divisionChoice(tables_, d, cell, log_params);
    drawn.push_back(choice ? choice->log_device_s_per_token : kNoServing);
  }
  double least = kNoServing;
  for (std::size_t d = 0; d < drawn.size(); ++d) {
    if (!nearLeast(drawn.data(), d, kWorthKeeping)) continue;
    const Parallelism& split = tables_.divisions[d].parallelism;
    if (!checkParallelism(split, setting.model.entry)) continue;
    const BoundDivision bound(setting, split, request_.kernels);
    least = std::min(
        least, logDeviceSeconds(exactConcurrency(bound, request_, tables_.concurrencies), split));
  }
  return std::exp(least) * request_.price.value() * kTokens;
}

}  // namespace moe
