#pragma once

#include <gtest/gtest.h>

#include <random>
#include <string_view>
#include <utility>

#include "costmodel/planner/plan.h"
#include "costmodel/presets.h"

namespace moe {

inline Law namedLaw(std::string_view family, std::string name,
                    std::initializer_list<std::pair<std::string_view, double>> values) {
  Law law;
  law.family = findLawFamily(family);
  law.name = std::move(name);
  law.values.assign(law.family->parameters.size(), 0.0);
  for (const auto& [parameter, value] : values)
    law.values.at(law.family->parameterIndex(parameter)) = value;
  return law;
}

/// The laws of the reference tables (golden/plan_oracle.csv). P is Ludziejewski2025, Table 3; Y and
/// S are fits to unfinished evaluations of the Clark2022 runs, good as fixtures and nothing else.
inline Law referenceLaw(std::string_view letter) {
  if (letter == "Y")
    return namedLaw("yun2024", "Y",
                    {{"A", 63.2415},
                     {"alpha", 0.248093},
                     {"B", 0.575694},
                     {"beta", 0.116853},
                     {"C", 7923.68},
                     {"gamma", 0.427466},
                     {"F", 1.41339},
                     {"d", -0.000600818},
                     {"E_start", 1.71861},
                     {"E_max", 164.808}});
  if (letter == "S")
    return namedLaw("ludziejewski2025", "S",
                    {{"a", 65.6848},
                     {"alpha", -0.229017},
                     {"delta", -0.1081},
                     {"gamma", 0.000340126},
                     {"b", 7274.25},
                     {"beta", -0.42529},
                     {"omega", 0},
                     {"zeta", 0},
                     {"c", 1.68886},
                     {"E_start", 2.28948},
                     {"E_max", 211.248}});
  return *presetLaw("ludziejewski2025");
}

/// A request with the cost preset's machine, traffic and settings, and the Yun shape.
inline PlanRequest referenceRequest(Law law, double budget_flop, PlanMode mode,
                                    std::string_view preset_name = "probe-v2") {
  const CostPreset preset = *costPreset(preset_name);
  PlanRequest request;
  request.law = std::move(law);
  request.mode = mode;
  request.budget = Flop(budget_flop);
  request.experts = {1, 2, 4, 8, 16, 32};
  request.accelerator = preset.accelerator;
  request.price = *preset.accelerator.price;
  request.max_devices = preset.max_devices;
  request.workload = preset.workload;
  request.settings = preset.settings;
  return request;
}

/// A posterior sample around the law's values: amplitudes and exponents all move by about
/// `spread`, relative, independently. Seeded, so that it is the same on every run.
inline void addPosterior(Law& law, std::size_t draws, double spread) {
  std::mt19937_64 generator(7);
  for (std::size_t i = 0; i < draws; ++i) {
    std::vector<double> values = law.values;
    for (double& value : values)
      value *= 1 + spread * (static_cast<double>(generator() >> 11) * 0x1p-52 - 1);
    law.posterior.push_back(std::move(values));
  }
}

inline const PlanRow& rowWith(const PlanOutcome& outcome, double experts) {
  for (const PlanRow& row : outcome.rows)
    if (row.experts == experts) return row;
  ADD_FAILURE() << "no row with " << experts << " experts";
  return outcome.rows.front();
}

inline bool hasWarning(const PlanOutcome& outcome, std::string_view code) {
  for (const Warning& warning : outcome.warnings)
    if (warning.code == code) return true;
  return false;
}

}  // namespace moe
