#include "costmodel/price/price_question.h"

namespace moe {
namespace {

Result<void> addComparisons(PriceAnswer& answer, const PriceQuestion& question,
                            const std::vector<ApiOffer>& offers) {
  const Replica replica{question.devices, question.device.price};
  for (const ApiOffer& offer : offers) {
    auto result =
        breakEven(offer.price, replica, question.work, question.traffic, question.idle_share);
    if (!result) return tl::unexpected(result.error());
    answer.comparisons.push_back({offer, *result});
  }
  return {};
}

}  // namespace

Result<PriceAnswer> priceTokens(const PriceQuestion& question) {
  auto cost =
      tokenCost(question.device.price, question.work, question.traffic, question.idle_share);
  if (!cost) return tl::unexpected(cost.error());
  PriceAnswer answer;
  answer.cost = *cost;
  for (const TokenPriceEntry& entry : question.api_prices) {
    const auto offers = apiOffersOf(entry);
    if (!offers) {
      answer.warnings.push_back({"incomplete_api_price", describe(offers.error())});
      continue;
    }
    if (auto added = addComparisons(answer, question, *offers); !added)
      return tl::unexpected(added.error());
  }
  return answer;
}

}  // namespace moe
