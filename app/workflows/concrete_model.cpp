#include "app/workflows/concrete_model.h"

#include <cmath>

#include "costmodel/planner/loss_surface.h"
#include "costmodel/planner/model_toml.h"

namespace moe {
namespace {

LawPoint lawPointOf(const DesignRequest& design) {
  const PriceSurfaceRequest& serving = design.serving;
  LawPoint point;
  point.experts = serving.experts;
  point.top_k = std::min(serving.top_k, serving.experts);
  point.granularity =
      serving.experts > 1 ? serving.granularity.value_or(serving.family.granularity) : 1;
  return point;
}

Result<Realised> realised(const DesignRequest& design, double params) {
  RealiseRequest asked;
  asked.family = design.serving.family;
  asked.params = params;
  asked.experts = design.serving.experts;
  asked.top_k = design.serving.top_k;
  asked.granularity = design.serving.granularity;
  return realise(asked);
}

Result<Realised> asItIs(const DesignRequest& design, const ModelEntry& entry) {
  const ModelTemplate& family = design.serving.family;
  const auto params = realisedParams(entry, family.granularity, family.count);
  if (!params) return tl::unexpected(params.error());
  return Realised{entry, *params, 0};
}

Error notFeasible(const char* what) {
  return {ErrorKind::kInfeasible, "",
          std::string("rounded to whole layers, heads and widths it ") + what};
}

void addBill(const LifetimeRequest& request, const DesignRequest& design, ConcreteModel& model) {
  const ServingLoad& load = design.serving.load;
  const double price = model.serving.usd_per_million_output_tokens_all_in;
  model.serve_usd = request.lifetime_tokens / 1e6 * price;
  model.total_usd = model.training.cost.price.value() + model.serve_usd;
  model.usd_per_million_tokens =
      price * load.output_tokens / (load.prompt_tokens + load.output_tokens);
  model.output_tokens_per_s = 1 / model.serving.best.times.token_s;
}

}  // namespace

Result<ConcreteModel> concreteModel(const LifetimeRequest& request, const DesignRequest& design,
                                    const LifetimeModel& planned, const ModelEntry* fixed) {
  const PriceSurfaceRequest& serving = design.serving;
  ConcreteModel result;
  auto real = fixed ? asItIs(design, *fixed) : realised(design, planned.params);
  if (!real) return tl::unexpected(real.error());
  result.model = *std::move(real);

  const LossSurface surface(request.law, lawPointOf(design), request.unique_tokens);
  const double log_params = std::log(result.model.params.dense);
  result.train_tokens = planned.train_tokens;
  if (request.target_loss)
    result.train_tokens = std::exp(surface.logTokens(log_params, std::log(*request.target_loss)));
  if (!std::isfinite(result.train_tokens))
    return tl::unexpected(notFeasible("does not reach the loss"));
  result.loss = std::exp(surface.logLoss(log_params, std::log(result.train_tokens)));

  const auto price = exactPrice(serving, result.model.entry);
  if (!price) return tl::unexpected(price.error());
  if (!*price) return tl::unexpected(notFeasible("is not served within the limits"));
  result.serving = **price;
  const auto training = cheapestTraining(design.training, result.model.entry, result.train_tokens);
  if (!training) return tl::unexpected(training.error());
  if (!*training) return tl::unexpected(notFeasible("does not fit on the training cluster"));
  result.training = **training;
  addBill(request, design, result);
  result.toml = modelToml(result.model.entry);
  return result;
}

}  // namespace moe
