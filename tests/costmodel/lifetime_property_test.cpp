#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

#include "tests/costmodel/lifetime_fixture.h"

namespace moe {
namespace {

/// A random problem: law, shape, machine, experts, traffic, target.
struct Problem {
  LifetimeRequest request;
  RooflineSetting setting;
  double experts = 1;
};

Problem anyProblem() {
  Problem problem;
  problem.experts = *rc::gen::element(1.0, 2.0, 4.0, 8.0, 16.0, 32.0);
  problem.setting = referenceSetting(*rc::gen::element("yun", "ludziejewski"));
  auto& settings = problem.setting.settings;
  settings.max_concurrency = *rc::gen::element(std::optional<double>(64),
                                               std::optional<double>(256), std::optional<double>());
  settings.allreduce = *rc::gen::inRange(0, 4) > 0;
  problem.setting.workload = {std::pow(10.0, *rc::gen::inRange(10, 40) / 10.0),
                              std::pow(10.0, *rc::gen::inRange(15, 35) / 10.0)};
  problem.setting.training.mfu = *rc::gen::inRange(10, 60) / 100.0;
  const double tokens = std::pow(10.0, *rc::gen::inRange(90, 145) / 10.0);
  problem.request = lifetimeRequest(tokens, {problem.experts}, problem.setting);
  problem.request.law = referenceLaw(*rc::gen::element("P", "Y", "S"));
  const double budget = std::pow(10.0, *rc::gen::inRange(190, 230) / 10.0);
  problem.request.target_loss =
      computeOptimum(problem.request.law, Flop(budget), {.experts = problem.experts})->loss;
  return problem;
}

/// The least total on a grid, from the law's public functions and the serving model alone.
double bruteForce(const Problem& problem, double step) {
  const RooflineSetting& setting = problem.setting;
  double least = INFINITY;
  for (double x = std::log(1e6); x < std::log(2e11); x += step) {
    const double params = std::exp(x);
    const auto tokens =
        tokensForLoss(problem.request.law, {.params = params, .experts = problem.experts},
                      *problem.request.target_loss);
    if (!tokens) continue;
    const auto cost =
        cheapestServing(setting.shape_rule.shape(params, problem.experts), setting.accelerator,
                        setting.price, setting.max_devices, setting.workload, setting.settings);
    if (!cost) break;
    const double seconds = 6 * params * *tokens / (setting.training.mfu * 312e12);
    least = std::min(
        least, seconds * setting.price.value() + problem.request.lifetime_tokens / 1e6 *
                                                     cost->usd_per_million_output_tokens_all_in);
  }
  return least;
}

constexpr double kGridStep = 0.02;  // in ln N

RC_GTEST_PROP(LifetimeProperty, BruteForceFindsNothingBetter, ()) {
  const Problem problem = anyProblem();
  const double least = bruteForce(problem, kGridStep);
  const LifetimeOutcome outcome = lifetime(problem.request);
  RC_ASSERT(outcome.feasible() || std::isinf(least));
  if (!outcome.feasible()) return;
  const double ours = outcome.rows.front().best->total_usd;
  RC_LOG() << ours / least - 1;
  RC_ASSERT(ours <= least * (1 + 1e-9));
}

RC_GTEST_PROP(LifetimeProperty, MoreTokensNeverRaiseTheSizeNorThePriceOfWhatIsChosen, ()) {
  Problem problem = anyProblem();
  problem.request = [&] {
    LifetimeRequest request =
        lifetimeRequest(problem.request.lifetime_tokens, {1, 4, 16}, problem.setting);
    request.target_loss = problem.request.target_loss;
    return request;
  }();
  LifetimeRequest more = problem.request;
  more.lifetime_tokens *= 1 + *rc::gen::inRange(1, 300) / 100.0;
  const LifetimeOutcome before = lifetime(problem.request);
  const LifetimeOutcome after = lifetime(more);
  RC_ASSERT(before.feasible() == after.feasible());
  if (!before.feasible()) return;
  for (std::size_t d = 0; d < 3; ++d) {
    if (!rowOf(before, d).best) continue;
    RC_ASSERT(rowOf(after, d).best->params <= rowOf(before, d).best->params * (1 + 1e-6));
  }
  RC_ASSERT(after.rows[0].best->serving.usd_per_million_output_tokens_all_in <=
            before.rows[0].best->serving.usd_per_million_output_tokens_all_in * (1 + 1e-6));
}

RC_GTEST_PROP(LifetimeProperty, MoreMoneyNeverCostsLoss, ()) {
  Problem problem = anyProblem();
  problem.request.target_loss.reset();
  problem.request.total_usd = std::pow(10.0, *rc::gen::inRange(30, 70) / 10.0);
  LifetimeRequest more = problem.request;
  *more.total_usd *= 1 + *rc::gen::inRange(1, 300) / 100.0;
  const LifetimeOutcome before = lifetime(problem.request);
  const LifetimeOutcome after = lifetime(more);
  RC_PRE(before.feasible());
  RC_ASSERT(after.rows[0].best->loss <= before.rows[0].best->loss * (1 + 1e-12));
  RC_ASSERT(after.rows[0].best->total_usd <= *more.total_usd * (1 + 1e-9));
}

RC_GTEST_PROP(LifetimeProperty, TighterLimitsAreNeverCheaper, ()) {
  Problem problem = anyProblem();
  const LifetimeOutcome free = lifetime(problem.request);
  RC_PRE(free.feasible());
  const LifetimeModel best = *free.rows.front().best;
  LifetimeRequest loose = problem.request;
  const double share = *rc::gen::inRange(10, 120) / 100.0;
  const int which = *rc::gen::inRange(0, 4);
  const auto limit = [&](LifetimeRequest& request, double factor) {
    if (which == 0) request.max_train_tokens = factor * best.train_tokens;
    if (which == 1) request.max_tokens_per_param = factor * best.tokensPerParam();
    if (which == 2) request.unique_tokens = factor * best.train_tokens;
    if (which == 3) request.designs[0].largest_params = factor * best.params;
  };
  LifetimeRequest tight = problem.request;
  limit(loose, share);
  limit(tight, 0.8 * share);
  const auto total = [](const LifetimeRequest& request) {
    const LifetimeOutcome outcome = lifetime(request);
    return outcome.feasible() ? outcome.rows[0].best->total_usd : INFINITY;
  };
  RC_ASSERT(best.total_usd <= total(loose) * (1 + 1e-9));
  RC_ASSERT(total(loose) <= total(tight) * (1 + 1e-9) || std::isinf(total(tight)));
}

// Paying for a target and spending that money are the same question.
RC_GTEST_PROP(LifetimeProperty, SpendingTheLeastCostReachesTheTarget, ()) {
  Problem problem = anyProblem();
  const LifetimeOutcome cheapest = lifetime(problem.request);
  RC_PRE(cheapest.feasible());
  LifetimeRequest spend = problem.request;
  spend.total_usd = cheapest.rows[0].best->total_usd;
  spend.target_loss.reset();
  const LifetimeOutcome best = lifetime(spend);
  RC_ASSERT(std::abs(best.rows[0].best->loss / *problem.request.target_loss - 1) < 1e-8);
}

}  // namespace
}  // namespace moe
