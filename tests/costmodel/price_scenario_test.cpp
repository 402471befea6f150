#include "costmodel/price/price_scenario.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace moe {
namespace {

using testing::HasSubstr;
using testing::Not;

double usdPerHourOf(const char* machine, PriceScenario scenario) {
  const auto catalog = loadHardware({}).value();
  const auto price = devicePrice(findHardware(catalog, machine).value(), scenario, catalog);
  EXPECT_TRUE(price) << describe(price.error());
  return price ? price->price.value() * 3600 : 0;
}

std::string refusal(const char* machine, PriceScenario scenario) {
  const auto catalog = loadHardware({}).value();
  const auto price = devicePrice(findHardware(catalog, machine).value(), scenario, catalog);
  return price ? "accepted" : describe(price.error());
}

// The offers that the source of the entry names: AWS 12.29, Nebius 2.95, the lowest 1.99.
TEST(DevicePrice, TakesTheLowestTypicalAndHighestOffer) {
  EXPECT_NEAR(usdPerHourOf("h100", PriceScenario::kCheap), 1.99, 1e-12);
  EXPECT_NEAR(usdPerHourOf("h100", PriceScenario::kTypical), 2.95, 1e-12);
  EXPECT_NEAR(usdPerHourOf("h100", PriceScenario::kExpensive), 12.29, 1e-12);
}

TEST(DevicePrice, CarriesScenarioDateAndSource) {
  const auto catalog = loadHardware({}).value();
  const auto price =
      devicePrice(findHardware(catalog, "h800").value(), PriceScenario::kTypical, catalog).value();
  EXPECT_EQ(price.scenario, PriceScenario::kTypical);
  EXPECT_EQ(price.date, "2025-02-28");
  EXPECT_THAT(price.source, HasSubstr("DeepSeek assumed 2.00"));
}

TEST(DevicePrice, RefusesAMachineWithoutPriceAndNamesThoseThatHaveOne) {
  const std::string message = refusal("h20", PriceScenario::kTypical);
  EXPECT_THAT(message, testing::StartsWith("H20-96GB: has no rental price in the catalog; a "
                                           "typical price is known for A100-40GB SXM, "));
  EXPECT_THAT(message, testing::EndsWith("; give --usd-per-device-hour"));
  EXPECT_THAT(message, HasSubstr("GB200"));
}

// The GB200 has one offer; machines with one offer do not have a cheap price either.
TEST(DevicePrice, DoesNotTakeASingleOfferForTheLowest) {
  const std::string message = refusal("gb200", PriceScenario::kCheap);
  EXPECT_THAT(message,
              testing::StartsWith("GB200 NVL72 (per GPU): has a single rental offer in the "
                                  "catalog, the typical one; a cheap price is known for "));
  EXPECT_THAT(message, HasSubstr("H100-80GB SXM"));
  EXPECT_THAT(message, Not(HasSubstr("RTX 5090")));
}

// InferenceX-app's GPU_SPECS: MI300X costh 1.12, costn 1.4, costr 1.55; b300 has costs and no
// offer.
TEST(DevicePrice, NeverTakesACostOfOwning) {
  const auto catalog = loadHardware({}).value();
  const auto mi300x = findHardware(catalog, "mi300x").value();
  ASSERT_TRUE(mi300x.owning);
  EXPECT_NEAR(mi300x.owning->hyperscaler.value() * 3600, 1.12, 1e-12);
  EXPECT_NEAR(mi300x.owning->neocloud.value() * 3600, 1.40, 1e-12);
  EXPECT_NEAR(mi300x.owning->three_year_rental.value() * 3600, 1.55, 1e-12);
  EXPECT_THAT(refusal("mi300x", PriceScenario::kCheap), HasSubstr("has a single rental offer"));
  ASSERT_TRUE(findHardware(catalog, "b300")->owning);
  EXPECT_THAT(refusal("b300", PriceScenario::kTypical), HasSubstr("has no rental price"));
}

TEST(PriceScenario, IsReadByItsName) {
  for (const PriceScenario scenario :
       {PriceScenario::kCheap, PriceScenario::kTypical, PriceScenario::kExpensive})
    EXPECT_EQ(priceScenarioOf(name(scenario)).value(), scenario);
  const auto wrong = priceScenarioOf("free");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().kind, ErrorKind::kUsage);
  EXPECT_EQ(describe(wrong.error()),
            "--price-scenario: is 'free'; use cheap, typical or expensive");
}

}  // namespace
}  // namespace moe
