#include "costmodel/planner/priced_designs.h"

#include <fmt/format.h>

#include <algorithm>

namespace moe {
namespace {

std::string labelOf(const DesignRequest& request) {
  if (!request.label.empty()) return request.label;
  const PriceSurfaceRequest& serving = request.serving;
  std::string label = fmt::format("E {:g}", serving.experts);
  if (serving.experts > 1) label += fmt::format(", top-{:g}", serving.top_k);
  if (serving.granularity && serving.experts > 1)
    label += fmt::format(", G {:g}", *serving.granularity);
  return label + fmt::format(", {}, {}", name(serving.weights), serving.kernels.target().name);
}

}  // namespace

PricedDesign joinedDesign(const DesignRequest& request, std::shared_ptr<const PriceSurface> serving,
                          std::shared_ptr<const TrainingCurve> training) {
  require(serving && training, "a design needs both curves");
  const PriceSurfaceRequest& asked = request.serving;
  PricedDesign design;
  design.label = labelOf(request);
  design.model.experts = asked.experts;
  design.model.top_k = design.top_k = std::min(asked.top_k, asked.experts);
  design.model.granularity =
      asked.experts > 1 ? asked.granularity.value_or(asked.family.granularity) : 1;
  design.weights = asked.weights;
  design.hardware = asked.kernels.target().name;
  design.largest_params = serving->largest_params;
  design.price_uncertainty = serving->price_uncertainty;
  design.interpolation_error = serving->interpolation_error;
  design.active_params = [serving](double params) { return serving->activeParams(params); };
  design.total_params = [serving](double params) { return serving->totalParams(params); };
  design.serving = [serving](double params) { return serving->at(params); };
  design.serving_usd = [serving](double params) { return serving->usd(params); };
  design.training = [training = std::move(training)](double params, double tokens) {
    return training->price(params, tokens);
  };
  return design;
}

Result<PricedDesign> pricedDesign(const DesignRequest& request) {
  auto serving = priceSurface(request.serving);
  if (!serving) return tl::unexpected(serving.error());
  TrainingPriceRequest asked = request.training;
  asked.family = request.serving.family;
  asked.experts = request.serving.experts;
  asked.top_k = request.serving.top_k;
  asked.granularity = request.serving.granularity;
  asked.min_params = request.serving.min_params;
  // What cannot be served need not be trained.
  asked.max_params = std::max(1.2 * asked.min_params, serving->largest_params * 1.05);
  auto training = trainingCurve(asked);
  if (!training) return tl::unexpected(training.error());
  return joinedDesign(request, std::make_shared<const PriceSurface>(*std::move(serving)),
                      std::make_shared<const TrainingCurve>(*std::move(training)));
}

}  // namespace moe
