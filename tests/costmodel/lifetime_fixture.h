#pragma once

#include "costmodel/planner/lifetime.h"
#include "costmodel/planner/lifetime_solve.h"
#include "costmodel/planner/simple_designs.h"
#include "tests/costmodel/planner_fixture.h"

namespace moe {

/// The setting of golden/lifetime_oracle.csv.
inline RooflineSetting referenceSetting(std::string_view shape = "ludziejewski") {
  const CostPreset preset = *costPreset("probe-v2");
  RooflineSetting setting;
  setting.shape_rule = *shapeRulePreset(shape);
  setting.accelerator = preset.accelerator;
  setting.price = *preset.accelerator.price;
  setting.max_devices = preset.max_devices;
  setting.workload = preset.workload;
  setting.settings = preset.settings;
  setting.training = {preset.accelerator, *preset.accelerator.price, 0.40};
  return setting;
}

inline constexpr double kReferenceLoss = 2.126165612;

inline LifetimeRequest lifetimeRequest(double lifetime_tokens,
                                       const std::vector<double>& experts = {1, 2, 4, 8, 16, 32},
                                       const RooflineSetting& setting = referenceSetting()) {
  LifetimeRequest request;
  request.law = referenceLaw("P");
  for (const double count : experts) request.designs.push_back(rooflineDesign(setting, count));
  request.lifetime_tokens = lifetime_tokens;
  request.target_loss = kReferenceLoss;
  request.draws = 0;
  return request;
}

/// The dense model of [Sardana2024] at a loss.
inline LifetimeRequest sardanaRequest(std::string_view prices, double target_loss,
                                      double lifetime_tokens) {
  LifetimeRequest request;
  request.law = *presetLaw("sardana2024");
  request.designs = {flopDesign(*flopPricesPreset(prices))};
  request.lifetime_tokens = lifetime_tokens;
  request.target_loss = target_loss;
  request.draws = 0;
  return request;
}

inline LifetimeOutcome lifetime(const LifetimeRequest& request) {
  return planLifetime(request).value();
}

/// The row of a design by its place in the request.
inline const LifetimeRow& rowOf(const LifetimeOutcome& outcome, std::size_t design) {
  for (const LifetimeRow& row : outcome.rows)
    if (row.design == design) return row;
  throw std::out_of_range("no such design");
}

}  // namespace moe
