#include <gtest/gtest.h>

#include "tests/costmodel/planner_fixture.h"
#include "tests/costmodel/planner_surface_fixture.h"

namespace moe {
namespace {

/// Dense and 8-expert models priced by the exact cost model; 16 experts have no price.
PlanRequest servedRequest(PlanMode mode) {
  PlanRequest request = referenceRequest(referenceLaw("P"), 5e21, mode);
  request.experts = {1, 8, 16};
  request.base_experts = 1;
  PriceSurfaceRequest asked = surfaceRequest();
  request.price = asked.price;
  for (const double experts : {1.0, 8.0}) {
    asked.experts = experts;
    request.served.push_back({experts, std::make_shared<const PriceSurface>(surfaceOf(asked))});
  }
  return request;
}

const PlanRow& rowOf(const PlanOutcome& outcome, double experts) {
  for (const PlanRow& row : outcome.rows)
    if (row.experts == experts) return row;
  throw std::out_of_range("no such row");
}

TEST(ServedPlan, TakesItsPricesFromTheExactCostModel) {
  const PlanRequest request = servedRequest(PlanMode::kMinCost);
  const PlanOutcome outcome = makePlan(request).value();
  const Configuration& eight = rowOf(outcome, 8).chosen;
  const double exact = request.served[1].surface->usd(eight.dense_params);
  EXPECT_NEAR(eight.serving->usd_per_million_output_tokens_all_in, exact, 1e-9 * exact);
  // The replica's output at the price of its devices is the price per token.
  EXPECT_NEAR(eight.serving->devices * request.price.value() / eight.serving->output_tokens_per_s,
              exact / 1e6, 1e-9);
}

TEST(ServedPlan, HasNoPriceForExpertsThatWereNotPriced) {
  const PlanOutcome outcome = makePlan(servedRequest(PlanMode::kMinCost)).value();
  EXPECT_EQ(rowOf(outcome, 16).chosen.shortfall, Shortfall::kDoesNotFit);
  EXPECT_FALSE(rowOf(outcome, 16).chosen.serving);
}

TEST(ServedPlan, HoldsTheCostOfTheBase) {
  const PlanRequest request = servedRequest(PlanMode::kMinLoss);
  const PlanOutcome outcome = makePlan(request).value();
  const double bound = outcome.baseRow().loss_optimal.serving->usd_per_million_output_tokens_all_in;
  EXPECT_LE(rowOf(outcome, 8).chosen.serving->usd_per_million_output_tokens_all_in,
            bound * (1 + 1e-9));
  EXPECT_LT(rowOf(outcome, 8).chosen.loss, outcome.baseRow().loss_optimal.loss);
}

}  // namespace
}  // namespace moe
