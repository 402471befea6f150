#include "costmodel/planner/surface_builder.h"

#include <algorithm>
#include <cmath>

#include "data/parallel.h"

namespace moe {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kWorthPricing = 1.6;   // times the cheapest by roofline: these are priced
constexpr double kWorthKeeping = 1.25;  // times the cheapest: these are priced beside, too

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
  fillAll(likelyPlaces());
  fillAll(placesBeside());
  correct();
}

/// Divisions that the roofline has near the cheapest at a node or the next one to either side. With
/// limits on latency, which a roofline does not keep, every division at every second node.
std::vector<SurfaceBuilder::Place> SurfaceBuilder::likelyPlaces() const {
  const std::size_t divisions = tables_.divisions.size();
  std::vector<Place> places;
  if (limited()) {
    for (std::size_t i = 0; i < nodes_.size(); i += 2)
      for (std::size_t d = 0; d < divisions; ++d) places.push_back({i, d});
    return places;
  }
  std::vector<std::vector<bool>> likely(nodes_.size());
  parallelFor(nodes_.size(), request_.threads, {},
              [&](std::size_t i, std::size_t) { likely[i] = likelyDivisions(nodes_[i].setting); });
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    for (std::size_t d = 0; d < divisions; ++d)
      if (likely[i][d] || (i > 0 && likely[i - 1][d]) ||
          (i + 1 < nodes_.size() && likely[i + 1][d]))
        places.push_back({i, d});
  return places;
}

/// Where a division is nearly the cheapest at the next node to either side, and, with limits, all
/// before a node that has no serving: what is cheapest there cannot be seen from either side.
std::vector<SurfaceBuilder::Place> SurfaceBuilder::placesBeside() const {
  std::vector<Place> places;
  const std::size_t last = nodes_.size() - 1;
  for (std::size_t i = 0; i <= last; ++i)
    for (std::size_t d = 0; d < tables_.divisions.size(); ++d) {
      if (!std::isnan(exactRow(i)[d])) continue;
      const bool before_wall = limited() && (i == last || !anyServing(i + 1));
      if (before_wall || (i > 0 && nearLeast(exactRow(i - 1), d, kWorthKeeping)) ||
          (i < last && nearLeast(exactRow(i + 1), d, kWorthKeeping)))
        places.push_back({i, d});
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

/// By the roofline, which is bound in a fraction of the time that measured kernels take.
std::vector<bool> SurfaceBuilder::likelyDivisions(const SweepSetting& setting) const {
  std::vector<double> costs;
  for (const DivisionTable& table : tables_.divisions) {
    double cost = kNoServing;
    if (checkParallelism(table.parallelism, setting.model.entry)) {
      const BoundDivision bound(setting, table.parallelism, roofline_);
      const double limit = std::min(request_.engine_limit, bound.kvRequests());
      if (limit >= 1) cost = std::log(bound(limit).token_s * table.parallelism.devices());
    }
    costs.push_back(cost);
  }
  std::vector<bool> likely;
  for (std::size_t d = 0; d < costs.size(); ++d)
    likely.push_back(nearLeast(costs.data(), d, kWorthPricing));
  return likely;
}

bool SurfaceBuilder::limited() const {
  return request_.limits.ttft_s.has_value() || request_.limits.tpot_s.has_value();
}

bool SurfaceBuilder::anyServing(std::size_t node) const {
  const double* row = exactRow(node);
  return std::any_of(row, row + tables_.divisions.size(),
                     [](double cost) { return std::isfinite(cost); });
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
  std::vector<bool> likely(drawn.size(), false);
  if (!limited()) likely = likelyDivisions(setting);
  double least = kNoServing;
  for (std::size_t d = 0; d < drawn.size(); ++d) {
    if (!likely[d] && !nearLeast(drawn.data(), d, kWorthKeeping)) continue;
    const Parallelism& split = tables_.divisions[d].parallelism;
    if (!checkParallelism(split, setting.model.entry)) continue;
    const BoundDivision bound(setting, split, request_.kernels);
    least = std::min(
        least, logDeviceSeconds(exactConcurrency(bound, request_, tables_.concurrencies), split));
  }
  return std::exp(least) * request_.price.value() * kPricedTokens;
}

}  // namespace moe
