#pragma once

#include <vector>

#include "costmodel/planner/surface_nodes.h"

namespace moe {

inline constexpr double kPricedTokens = 1e6;  ///< that a price is of

/// Fills the tables of a surface from the exact cost model: every fourth node with the divisions
/// that a roofline does not rule out, then the nodes between with those that are nearly the
/// cheapest at either end.
class SurfaceBuilder {
 public:
  /// Request and nodes must outlive it.
  SurfaceBuilder(const PriceSurfaceRequest& request, const std::vector<SurfaceNode>& nodes);

  void fill();
  const SurfaceTables& tables() const { return tables_; }

  /// The exact price of a model, USD per million output tokens, among the divisions that the
  /// roofline has near the cheapest for it and those that the tables have.
  double exactUsd(const SweepSetting& setting, double log_params) const;

 private:
  struct Place {
    std::size_t node, division;
  };
  void addDivision(const Parallelism& division);
  std::vector<Place> likelyPlaces() const;
  std::vector<Place> placesBeside() const;
  void fillAll(const std::vector<Place>& places);
  void fillOne(std::size_t node, std::size_t division);
  std::vector<bool> likelyDivisions(const SweepSetting& setting) const;
  bool limited() const;
  bool anyServing(std::size_t node) const;
  bool nearLeast(const double* costs, std::size_t division, double factor) const;
  void correct();
  double& exact(std::size_t node, std::size_t division) {
    return exact_[node * tables_.divisions.size() + division];
  }
  const double* exactRow(std::size_t node) const {
    return &exact_[node * tables_.divisions.size()];
  }

  const PriceSurfaceRequest& request_;
  const std::vector<SurfaceNode>& nodes_;
  KernelLibrary roofline_;
  SurfaceTables tables_;
  std::vector<double> exact_;  ///< ln device-seconds per token by node, then division
};

}  // namespace moe
