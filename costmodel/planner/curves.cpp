#include "costmodel/planner/curves.h"

#include <fmt/format.h>

#include <cmath>

#include "costmodel/planner/lifetime_solve.h"
#include "costmodel/planner/local_minimum.h"

namespace moe {
namespace {

struct Reference {
  double log_params = 0;
  double log_tokens = 0;
};

CurvePoint pointAt(const CurveRequest& request, const LossSurface& surface,
                   const Reference& reference, double log_params, double log_tokens) {
  const PricedDesign& design = request.design;
  CurvePoint point;
  point.params = std::exp(log_params);
  point.train_tokens = std::exp(log_tokens);
  point.size_ratio = std::exp(log_params - reference.log_params);
  point.tokens_ratio = std::exp(log_tokens - reference.log_tokens);
  point.loss = std::exp(surface.logLoss(log_params, log_tokens));
  point.training = design.training(point.params, point.train_tokens);
  const double usd =
      point.params <= design.largest_params ? design.serving_usd(point.params) : kEndless;
  if (!std::isfinite(usd)) return point;
  point.usd_per_million = usd;
  point.total_usd = point.training.usd + request.lifetime_tokens / 1e6 * usd;
  return point;
}

/// `logTokens(ln N)` says the D of a size; not finite: none.
template <class LogTokens>
Curve curveOf(const CurveRequest& request, const LossSurface& surface, const Reference& reference,
              const LogTokens& logTokens) {
  Curve curve{std::exp(reference.log_params), std::exp(reference.log_tokens), {}};
  const double low = reference.log_params + std::log(request.least_size_ratio);
  const double high = reference.log_params + std::log(request.most_size_ratio);
  for (std::size_t i = 0; i < request.points; ++i) {
    const double share =
        request.points > 1 ? static_cast<double>(i) / static_cast<double>(request.points - 1) : 0;
    const double x = low + share * (high - low);
    const double y = logTokens(x);
    if (std::isfinite(y) && y < kMostLogTokens)
      curve.points.push_back(pointAt(request, surface, reference, x, y));
  }
  return curve;
}

/// The least loss along a curve over all sizes from 1e6 parameters on.
template <class LogTokens>
std::optional<Reference> leastLossAlong(const LossSurface& surface, const LogTokens& logTokens) {
  constexpr double kStride = 0.05;
  const auto loss = [&](double x) {
    const double y = logTokens(x);
    return std::isfinite(y) ? surface.logLoss(x, y) : kEndless;
  };
  double best = kEndless;
  double best_x = 0;
  for (double x = std::log(kSmallestPlanned); x < 46; x += kStride)
    if (const double value = loss(x); value < best) {
      best = value;
      best_x = x;
    }
  if (!std::isfinite(best)) return std::nullopt;
  const double x =
      polished(loss, localMinimum(loss, best_x - kStride, best_x, best_x + kStride, best, 1e-10)).x;
  return Reference{x, logTokens(x)};
}

tl::unexpected<Error> badRange() {
  return fail(ErrorKind::kUsage, "", "a curve needs sizes from a smaller to a larger ratio");
}

bool rangeIsGood(const CurveRequest& request) {
  return request.least_size_ratio > 0 && request.most_size_ratio >= request.least_size_ratio &&
         std::isfinite(request.most_size_ratio) && request.points > 0;
}

Result<Curve> isoTraining(const CurveRequest& request, double TrainingPrice::*spent, double amount,
                          const char* unit) {
  if (!rangeIsGood(request)) return badRange();
  if (!(amount > 0) || !std::isfinite(amount))
    return fail(ErrorKind::kUsage, "",
                fmt::format("{:g} {} is no training budget; it must be positive", amount, unit));
  const LossSurface surface(request.law, request.design.model, request.unique_tokens);
  const auto logTokens = [&](double x) {
    return std::log(tokensSpending(request.design, spent, std::exp(x), amount, 1e11));
  };
  const auto reference = leastLossAlong(surface, logTokens);
  if (!reference)
    return fail(ErrorKind::kInfeasible, request.design.label, "its training spends nothing");
  return curveOf(request, surface, *reference, logTokens);
}

}  // namespace

Result<Curve> isoLossCurve(const CurveRequest& request, double loss) {
  if (!rangeIsGood(request)) return badRange();
  const LossSurface surface(request.law, request.design.model, request.unique_tokens);
  const auto optimal = loss > 0 ? surface.lossOptimal(std::log(loss)) : std::nullopt;
  if (!optimal)
    return fail(ErrorKind::kInfeasible, request.law.name,
                fmt::format("no size has a loss of {:g} nats", loss));
  const Reference reference{optimal->log_params, optimal->log_tokens};
  return curveOf(request, surface, reference,
                 [&](double x) { return surface.logTokens(x, std::log(loss)); });
}

Result<Curve> isoTrainingCurve(const CurveRequest& request, Flop budget) {
  return isoTraining(request, &TrainingPrice::flop, budget.value(), "FLOP");
}

Result<Curve> isoTrainingCurve(const CurveRequest& request, Usd budget) {
  return isoTraining(request, &TrainingPrice::usd, budget.value(), "USD");
}

Result<Curve> isoCostCurve(const CurveRequest& request, Usd total) {
  if (!rangeIsGood(request)) return badRange();
  if (!(total.value() > 0) || !std::isfinite(total.value()))
    return fail(ErrorKind::kUsage, "",
                fmt::format("{:g} USD buy nothing; state a positive sum", total.value()));
  const LossSurface surface(request.law, request.design.model, request.unique_tokens);
  const PricedDesign& design = request.design;
  const auto logTokens = [&](double x) {
    const double params = std::exp(x);
    if (params > design.largest_params) return kEndless;
    const double money = total.value() - request.lifetime_tokens / 1e6 * design.serving_usd(params);
    if (!(money > 0)) return kEndless;
    return std::log(tokensSpending(design, &TrainingPrice::usd, params, money, 1e11));
  };
  const auto reference = leastLossAlong(surface, logTokens);
  if (!reference)
    return fail(ErrorKind::kInfeasible, design.label,
                fmt::format("serving {:.3g} tokens takes more than {:.3g} USD at every size",
                            request.lifetime_tokens, total.value()));
  return curveOf(request, surface, *reference, logTokens);
}

}  // namespace moe
