#include "costmodel/planner/check_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace moe {
namespace {

bool isCount(double value) { return value >= 1 && value <= 1e6 && value == std::floor(value); }

Result<void> checkExperts(const PlanRequest& request) {
  if (request.experts.empty())
    return usageError("--experts", "no expert counts; state some, as in 1,4,8,16,32");
  for (const double experts : request.experts)
    if (!isCount(experts))
      return usageError("--experts",
                        fmt::format("{:g} is no expert count; it must be a whole number "
                                    "from 1 (a dense model) on",
                                    experts));
  if (!isCount(request.base_experts))
    return usageError("--base-experts",
                      fmt::format("{:g} is no expert count; it must be a whole number "
                                  "from 1 (a dense model) on",
                                  request.base_experts));
  return {};
}

Result<void> checkServing(const PlanRequest& request) {
  if (request.max_devices < 1)
    return usageError("--max-devices", fmt::format("{} devices serve nothing; allow at least 1",
                                                   request.max_devices));
  if (!(request.workload.output_tokens > 0) || !std::isfinite(request.workload.output_tokens))
    return usageError("--output-tokens",
                      fmt::format("{:g} is no mean output length; it must be positive",
                                  request.workload.output_tokens));
  if (!(request.workload.prompt_tokens >= 0) || !std::isfinite(request.workload.prompt_tokens))
    return usageError("--prompt-tokens",
                      fmt::format("{:g} is no mean prompt length; it must be 0 or more",
                                  request.workload.prompt_tokens));
  if (!(request.price.value() > 0) || !std::isfinite(request.price.value()))
    return usageError(
        "--usd-per-device-hour",
        fmt::format("a price of {:g} USD makes every model equally cheap; state a positive "
                    "one",
                    request.price.value() * 3600));
  if (request.settings.max_concurrency && !(*request.settings.max_concurrency >= 1))
    return usageError("--max-concurrency",
                      fmt::format("a limit of {:g} running requests serves nothing; "
                                  "it must be at least 1",
                                  *request.settings.max_concurrency));
  return {};
}

Result<void> checkLaw(const PlanRequest& request) {
  const Law& law = request.law;
  const auto unanswered = [&](std::string message) {
    return fail(ErrorKind::kUnanswered, law.name, std::move(message));
  };
  if (!law.family->dependsOnTokens())
    return unanswered(
        fmt::format("{} has no training tokens D, so that a budget has no optimum; "
                    "plan with a law that has D, such as ludziejewski2025 or yun2024",
                    law.family->name));
  if (const std::string reason = law.noOptimum(); !reason.empty())
    return unanswered(
        fmt::format("its runs do not determine any optimum: {}; plan with a law whose runs differ "
                    "in N and D",
                    reason));
  if (law.family->dependsOnGranularity())
    return unanswered(
        fmt::format("{} holds at one expert count and varies granularity, which a "
                    "plan does not choose yet; use a law that has E",
                    law.family->name));
  if (law.family->compute_share != nullptr && law.family->dependsOnExperts())
    return unanswered(
        fmt::format("{} counts total parameters, whose training cost hangs on top-k; a plan does "
                    "not convert them yet; use a law of dense or active parameters, such as "
                    "ludziejewski2025 or yun2024",
                    law.family->name));
  const bool experts_differ = std::any_of(request.experts.begin(), request.experts.end(),
                                          [](double experts) { return experts != 1; });
  if (!law.family->dependsOnExperts() && (experts_differ || request.base_experts != 1))
    return unanswered(
        fmt::format("{} does not depend on the expert count; use a law that has E, "
                    "or ask for --experts 1 --base-experts 1",
                    law.family->name));
  return {};
}

}  // namespace

Result<CheckedRequest> checkedRequest(const PlanRequest& request) {
  require(request.law.family != nullptr, "a plan needs a law with a family");
  if (!(request.budget.value() > 0) || !std::isfinite(request.budget.value()))
    return usageError("--budget-flop",
                      fmt::format("{:g} is no training budget; state a positive number "
                                  "of FLOP",
                                  request.budget.value()));
  for (const auto& check : {checkExperts(request), checkServing(request), checkLaw(request)})
    if (!check) return tl::unexpected(check.error());

  CheckedRequest result{request, 0, {}};
  std::vector<double>& experts = result.request.experts;
  std::sort(experts.begin(), experts.end());
  experts.erase(std::unique(experts.begin(), experts.end()), experts.end());
  auto place = std::lower_bound(experts.begin(), experts.end(), request.base_experts);
  if (place == experts.end() || *place != request.base_experts) {
    place = experts.insert(place, request.base_experts);
    result.warnings.push_back(
        {"base_added", fmt::format("The base of {:g} experts was not among the expert counts and "
                                   "was added.",
                                   request.base_experts)});
  }
  result.base = static_cast<std::size_t>(place - experts.begin());
  return result;
}

}  // namespace moe
