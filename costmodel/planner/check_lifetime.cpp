#include "costmodel/planner/check_lifetime.h"

#include <fmt/format.h>

#include <cmath>

namespace moe {
namespace {

bool isPositive(double value) { return value > 0 && std::isfinite(value); }

Result<void> checkGoal(const LifetimeRequest& request) {
  if (request.target_loss.has_value() == request.total_usd.has_value())
    return usageError("--target-loss", "state either a target loss or a total budget in USD");
  if (request.target_loss && !isPositive(*request.target_loss))
    return usageError("--target-loss",
                      fmt::format("{:g} is no loss; it must be a positive number of "
                                  "nats",
                                  *request.target_loss));
  if (request.total_usd && !isPositive(*request.total_usd))
    return usageError("--total-usd",
                      fmt::format("{:g} is no budget; it must be a positive number of "
                                  "USD",
                                  *request.total_usd));
  if (!(request.lifetime_tokens >= 0) || !std::isfinite(request.lifetime_tokens))
    return usageError("--lifetime-tokens",
                      fmt::format("{:g} output tokens cannot be served; state 0 or more",
                                  request.lifetime_tokens));
  return {};
}

Result<void> checkLimits(const LifetimeRequest& request) {
  const std::pair<const char*, const std::optional<double>&> limits[] = {
      {"--unique-tokens", request.unique_tokens},
      {"--max-train-tokens", request.max_train_tokens},
      {"--max-tokens-per-param", request.max_tokens_per_param},
      {"--max-train-days", request.max_wall_s}};
  for (const auto& [option, value] : limits)
    if (value && !isPositive(*value))
      return usageError(option,
                        fmt::format("a limit of {:g} allows nothing; it must be positive", *value));
  if (!request.max_wall_s) return {};
  for (const PricedDesign& design : request.designs)
    if (!(design.training(1e9, 1e11).wall_s > 0))
      return usageError(
          "--max-train-days",
          fmt::format("a limit on wall time needs a cluster to train on, and '{}' names "
                      "none; state --training-devices",
                      design.label));
  return {};
}

Result<void> checkLaw(const LifetimeRequest& request) {
  const Law& law = request.law;
  const auto unanswered = [&](std::string message) {
    return fail(ErrorKind::kUnanswered, law.name, std::move(message));
  };
  if (!law.family->dependsOnTokens())
    return unanswered(
        fmt::format("{} has no training tokens D, so that no size trades against "
                    "them; plan with a law that has D, such as ludziejewski2025",
                    law.family->name));
  if (const std::string reason = law.noOptimum(); !reason.empty())
    return unanswered(fmt::format("its runs do not determine any optimum: {}", reason));
  if (law.family->compute_share != nullptr && law.family->dependsOnExperts())
    return unanswered(
        fmt::format("{} counts total parameters, which the designs do not; use a law of dense or "
                    "active parameters, such as ludziejewski2025 or yun2024",
                    law.family->name));
  for (const PricedDesign& design : request.designs)
    if (auto known = law.knowsExperts(design.model.experts); !known) return known;
  return {};
}

}  // namespace

Result<void> checkLifetime(const LifetimeRequest& request) {
  require(request.law.family != nullptr, "a plan needs a law with a family");
  if (request.designs.empty()) return usageError("--experts", "no designs to choose among");
  for (const auto& check : {checkGoal(request), checkLimits(request), checkLaw(request)})
    if (!check) return check;
  return {};
}

}  // namespace moe
