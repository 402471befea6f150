#pragma once

#include <optional>
#include <vector>

#include "app/workflows/plan_designs.h"
#include "data/catalog/catalog.h"

namespace moe {

/// A machine that serves.
struct ServingMachine {
  KernelLibrary kernels;
  UsdPerSecond price;
};

/// What all designs of a question share.
struct Workshop {
  ModelTemplate family;
  std::vector<double> top_k;
  std::vector<ServingMachine> machines;
  bool several_widths = false;  ///< so that labels name them
  bool several_weights = false;
  DesignRequest base;  ///< everything but experts, top-k, granularity, precision and machine
};

/// One model family with its experts, before precision and machine are chosen.
struct RoutingChoice {
  double experts = 1;
  double top_k = 1;
  std::optional<double> granularity;
};

/// Looks up shape or template, machines, traffic and limits: what serves, without training. Sources
/// go into `result`. Errors: kUsage, kInput.
Result<Workshop> servingWorkshop(const LifetimeQuestion& question, const HardwareCatalog& catalog,
                                 PlanDesigns& result);

/// The same with the machine that trains; measured training speeds go into `result`.
Result<Workshop> workshopOf(const LifetimeQuestion& question, PlanDesigns& result);

/// Every combination of experts, top-k and granularity that makes sense; the others are left out.
Result<std::vector<RoutingChoice>> routingsOf(const LifetimeQuestion& question,
                                              const Workshop& workshop, PlanDesigns& result);

/// One design to be priced, with the label that tells it from the others.
DesignRequest requestOf(const Workshop& workshop, const RoutingChoice& routing, Precision weights,
                        const ServingMachine& machine);

}  // namespace moe
