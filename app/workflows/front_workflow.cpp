#include "app/workflows/front_workflow.h"

#include <fmt/format.h>

#include <chrono>

namespace moe {
namespace {

constexpr std::size_t kSums = 24;  // along a front over lifetime USD

Result<void> checkFrontGoal(const LifetimeQuestion& question) {
  if (question.target_loss)
    return usageError("--target-loss", "a front shows every loss; state it with --mode lifetime");
  if (question.sensitivity || !question.save_model.empty())
    return usageError(question.sensitivity ? "--sensitivity" : "--save-model",
                      "a front recommends no single model; use --mode lifetime");
  if (!question.models.empty())
    return usageError("--models", "a front is drawn over sizes; use --mode lifetime");
  if (!question.other_law_file.empty())
    return usageError("--other-law-file", "belongs to --sensitivity of --mode lifetime");
  if (question.max_train_days)
    return usageError("--max-train-days", "is not known to fronts; use --mode lifetime");
  if (question.total_usd.empty()) {
    if (question.budget_flop.has_value() == question.budget_usd.has_value())
      return usageError(
          "--budget-flop",
          "state the training budget of the models: --budget-flop or --budget-usd; or a "
          "range of lifetime costs with --total-usd LEAST,MOST");
    return {};
  }
  if (question.total_usd.size() != 2 || !(question.total_usd[0] > 0) ||
      !(question.total_usd[1] > question.total_usd[0]))
    return usageError("--total-usd", "takes two rising sums of USD, as in 1e6,1e8");
  if (question.budget_flop || question.budget_usd)
    return usageError("--total-usd", "holds training and serving; leave the training budget out");
  if (!question.lifetime_tokens)
    return usageError("--lifetime-tokens", "state how many output tokens the models will serve");
  return {};
}

ParetoRequest requestOf(const LifetimeQuestion& question) {
  ParetoRequest request;
  if (question.budget_flop) request.training_flop = Flop(*question.budget_flop);
  if (question.budget_usd) request.training_usd = Usd(*question.budget_usd);
  request.lifetime_tokens = question.lifetime_tokens.value_or(0);
  request.unique_tokens = question.unique_tokens;
  request.max_train_tokens = question.max_train_tokens;
  request.max_tokens_per_param = question.max_tokens_per_param;
  return request;
}

}  // namespace

Result<FrontAnswer> answerFront(const LifetimeQuestion& question, const LifetimeInputs& inputs,
                                std::stop_token stop) {
  const auto start = std::chrono::steady_clock::now();
  if (const auto good = checkFrontGoal(question); !good) return tl::unexpected(good.error());
  FrontAnswer answer;
  answer.question = question;
  answer.request = requestOf(question);
  answer.request.law = inputs.request.law;
  answer.request.designs = inputs.request.designs;
  answer.over_lifetime = !question.total_usd.empty();
  auto points = answer.over_lifetime
                    ? lifetimeFront(answer.request, {question.total_usd[0], question.total_usd[1]},
                                    kSums, stop)
                    : servingFront(answer.request, stop);
  if (!points) return tl::unexpected(points.error());
  answer.points = *std::move(points);
  answer.left_out = inputs.designs.left_out;
  answer.sources = inputs.designs.sources;
  answer.warnings = inputs.designs.warnings;
  for (const LeftOutDesign& design : answer.left_out)
    answer.warnings.push_back(
        {"left_out", fmt::format("{} is left out: {}", design.label, design.reason)});
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  answer.timing = Seconds(elapsed.count());
  return answer;
}

Result<FrontAnswer> answerFront(const LifetimeQuestion& question, std::stop_token stop,
                                const ProgressSink& progress) {
  const auto start = std::chrono::steady_clock::now();
  if (const auto good = checkFrontGoal(question); !good) return tl::unexpected(good.error());
  const auto inputs = lifetimeInputs(question, stop, progress);
  if (!inputs) return tl::unexpected(inputs.error());
  auto answer = answerFront(question, *inputs, stop);
  if (!answer) return answer;
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  answer->timing = Seconds(elapsed.count());
  return answer;
}

}  // namespace moe
