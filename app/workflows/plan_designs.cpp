#include "app/workflows/plan_designs.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/workflows/design_workshop.h"
#include "app/workflows/formula_designs.h"
#include "app/workflows/model_choice.h"
#include "costmodel/engine/engine_constants.h"
#include "costmodel/planner/fixed_design.h"
#include "data/catalog/catalog.h"

namespace moe {
namespace {

/// Without what is listed twice, in the order of the list.
template <class Item>
std::vector<Item> distinct(const std::vector<Item>& list) {
  std::vector<Item> items;
  for (const Item& item : list)
    if (std::find(items.begin(), items.end(), item) == items.end()) items.push_back(item);
  return items;
}

/// A wrong question is an error of all; what cannot be served is an answer about one design.
bool isOfOneDesign(const Error& error) {
  return error.kind == ErrorKind::kInfeasible || error.where == "--weights" ||
         error.where == "--kv-cache";
}

using Surfaces = std::vector<std::pair<DesignRequest, std::shared_ptr<const PriceSurface>>>;

Result<Surfaces> surfacesOf(const LifetimeQuestion& question, const Workshop& workshop,
                            const RoutingChoice& routing, PlanDesigns& result) {
  Surfaces surfaces;
  for (const Precision weights : distinct(question.weights))
    for (const ServingMachine& machine : workshop.machines) {
      DesignRequest request = requestOf(workshop, routing, weights, machine);
      auto surface = priceSurface(request.serving);
      if (surface) {
        surfaces.emplace_back(std::move(request),
                              std::make_shared<const PriceSurface>(*std::move(surface)));
        continue;
      }
      if (!isOfOneDesign(surface.error())) return tl::unexpected(surface.error());
      result.left_out.push_back(
          {request.label, surface.error().message, surface.error().kind, surface.error().where});
    }
  return surfaces;
}

/// Designs of one routing: one training curve for all machines that serve.
Result<void> addDesigns(const LifetimeQuestion& question, const Workshop& workshop,
                        const RoutingChoice& routing, PlanDesigns& result) {
  const auto surfaces = surfacesOf(question, workshop, routing, result);
  if (!surfaces) return tl::unexpected(surfaces.error());
  if (surfaces->empty()) return {};
  double largest = 0;
  for (const auto& [request, surface] : *surfaces)
    largest = std::max(largest, surface->largest_params);
  TrainingPriceRequest asked = surfaces->front().first.training;
  asked.min_params = surfaces->front().first.serving.min_params;
  asked.max_params = std::max(1.2 * asked.min_params, 1.05 * largest);
  auto curve = trainingCurve(asked);
  if (!curve && curve.error().kind == ErrorKind::kInfeasible) {
    for (const auto& [request, surface] : *surfaces)
      result.left_out.push_back({request.label, curve.error().message});
    return {};
  }
  if (!curve) return tl::unexpected(curve.error());
  const auto training = std::make_shared<const TrainingCurve>(*std::move(curve));
  for (const auto& [request, surface] : *surfaces) {
    result.designs.push_back(joinedDesign(request, surface, training));
    result.requests.push_back(request);
  }
  return {};
}

/// Sizes and experts of concrete models are their own.
Result<void> checkModels(const LifetimeQuestion& question) {
  const std::pair<const char*, bool> stated[] = {
      {"--model-template", !question.model_template.empty()},
      {"--top-k", !question.top_k.empty()},
      {"--granularity", !question.granularity.empty()},
      {"--cost-preset", !question.cost_preset.empty()},
      {"--flop-prices", !question.flop_prices.empty()}};
  for (const auto& [option, given] : stated)
    if (given)
      return fail(ErrorKind::kUsage, option,
                  "--models lists concrete models; leave one of them out");
  return {};
}

/// The designs of one concrete model.
Result<void> addModel(const LifetimeQuestion& question, const Workshop& workshop,
                      const std::string& name_or_file, PlanDesigns& result) {
  const auto entry = chosenModel(name_or_file, question.catalog_dir);
  if (!entry) return tl::unexpected(entry.error());
  auto family = templateOfModel(*entry);
  if (!family) return tl::unexpected(family.error());
  const RoutingChoice routing{std::max(1.0, static_cast<double>(entry->experts)),
                              std::max(1.0, static_cast<double>(entry->top_k)),
                              family->granularity};
  for (const Precision weights : distinct(question.weights))
    for (const ServingMachine& machine : workshop.machines) {
      DesignRequest request = requestOf(workshop, routing, weights, machine);
      request.serving.family = request.training.family = *family;
      request.label = entry->name;
      if (workshop.several_weights) request.label += fmt::format(", {}", name(weights));
      if (workshop.machines.size() > 1) request.label += ", " + machine.kernels.target().name;
      auto design = fixedDesign(request, *entry);
      if (!design && !isOfOneDesign(design.error())) return tl::unexpected(design.error());
      if (!design) {
        result.left_out.push_back(
            {request.label, design.error().message, design.error().kind, design.error().where});
        continue;
      }
      result.designs.push_back(*std::move(design));
      result.requests.push_back(std::move(request));
      result.models.push_back(*entry);
    }
  return {};
}

Error nothingServed(const PlanDesigns& result) {
  const bool senseless = std::all_of(
      result.left_out.begin(), result.left_out.end(),
      [](const LeftOutDesign& design) { return design.kind != ErrorKind::kInfeasible; });
  if (senseless) {
    const LeftOutDesign& first = result.left_out.front();
    return {first.kind, first.option, first.reason};
  }
  std::string message = "no design can be served and trained:";
  for (const LeftOutDesign& design : result.left_out)
    message += fmt::format(" {}: {};", design.label, design.reason);
  message.back() = '.';
  return {ErrorKind::kInfeasible, "", message};
}

bool isFormula(const LifetimeQuestion& question) {
  return !question.flop_prices.empty() || !question.cost_preset.empty();
}

Result<PlanDesigns> formulaShare(const LifetimeQuestion& question, const Share& share) {
  auto result = formulaDesigns(question);
  if (!result) return result;
  const IndexRange range = rangeOf(share, result->designs.size());
  std::vector<PricedDesign>& designs = result->designs;
  designs.erase(designs.begin() + static_cast<std::ptrdiff_t>(range.end), designs.end());
  designs.erase(designs.begin(), designs.begin() + static_cast<std::ptrdiff_t>(range.first));
  return result;
}

/// The workshop of a question and its combinations; what is left out of them goes into `result`.
struct Combinations {
  Workshop workshop;
  std::vector<RoutingChoice> routings;
};

Result<Combinations> combinationsOf(const LifetimeQuestion& question, PlanDesigns& result) {
  auto workshop = workshopOf(question, result);
  if (!workshop) return tl::unexpected(workshop.error());
  auto routings = routingsOf(question, *workshop, result);
  if (!routings) return tl::unexpected(routings.error());
  result.never_priced = result.left_out.size();
  return Combinations{*std::move(workshop), *std::move(routings)};
}

/// The designs of the concrete models that a question lists.
Result<PlanDesigns> modelDesigns(const LifetimeQuestion& question, std::stop_token stop) {
  if (const auto good = checkModels(question); !good) return tl::unexpected(good.error());
  PlanDesigns result;
  const auto workshop = workshopOf(question, result);
  if (!workshop) return tl::unexpected(workshop.error());
  for (const std::string& model : distinct(question.models)) {
    if (stop.stop_requested()) return fail(ErrorKind::kCancelled, "", "stopped");
    if (auto done = addModel(question, *workshop, model, result); !done)
      return tl::unexpected(done.error());
  }
  if (result.designs.empty()) return tl::unexpected(nothingServed(result));
  return result;
}

}  // namespace

Result<PlanDesigns> planDesigns(const LifetimeQuestion& question, std::stop_token stop,
                                const ProgressSink& progress) {
  if (!question.models.empty()) return modelDesigns(question, stop);
  auto result = planDesigns(question, Share{}, stop, progress);
  if (!result) return result;
  if (const auto served = checkServed(*result); !served) return tl::unexpected(served.error());
  return result;
}

Result<PlanDesigns> planDesigns(const LifetimeQuestion& question, const Share& share,
                                std::stop_token stop, const ProgressSink& progress) {
  require(question.models.empty(), "concrete models are not shared out");
  if (isFormula(question)) return formulaShare(question, share);
  PlanDesigns result;
  const auto all = combinationsOf(question, result);
  if (!all) return tl::unexpected(all.error());
  const IndexRange range = rangeOf(share, all->routings.size());
  for (std::size_t i = range.first; i < range.end; ++i) {
    if (stop.stop_requested()) return fail(ErrorKind::kCancelled, "", "stopped");
    if (progress)
      progress("pricing designs",
               static_cast<double>(i - range.first) / static_cast<double>(range.size()));
    if (auto done = addDesigns(question, all->workshop, all->routings[i], result); !done)
      return tl::unexpected(done.error());
  }
  return result;
}

Result<PlanDesigns> unpricedDesigns(const LifetimeQuestion& question) {
  if (isFormula(question)) {
    auto result = formulaDesigns(question);
    if (result) result->designs.clear();
    return result;
  }
  PlanDesigns result;
  if (const auto all = combinationsOf(question, result); !all) return tl::unexpected(all.error());
  return result;
}

Result<void> checkServed(const PlanDesigns& designs) {
  if (designs.designs.empty()) return tl::unexpected(nothingServed(designs));
  return {};
}

Result<std::optional<ExactServing>> exactServing(const LifetimeQuestion& question,
                                                 std::stop_token stop,
                                                 const ProgressSink& progress) {
  PlanDesigns notes;
  const auto catalog = loadHardware(question.catalog_dir);
  if (!catalog) return tl::unexpected(catalog.error());
  const auto workshop = servingWorkshop(question, *catalog, notes);
  if (!workshop) return tl::unexpected(workshop.error());
  const KernelLibrary& kernels = workshop->machines.front().kernels;
  if (!kernels.measured()) return std::nullopt;
  const auto routings = routingsOf(question, *workshop, notes);
  if (!routings) return tl::unexpected(routings.error());
  ExactServing result;
  for (const RoutingChoice& routing : *routings) {
    if (stop.stop_requested()) return fail(ErrorKind::kCancelled, "", "stopped");
    if (progress)
      progress("pricing designs", static_cast<double>(&routing - routings->data()) /
                                      static_cast<double>(routings->size()));
    const auto surfaces = surfacesOf(question, *workshop, routing, notes);
    if (!surfaces) return tl::unexpected(surfaces.error());
    for (const auto& [request, surface] : *surfaces)
      result.served.push_back({routing.experts, surface});
  }
  result.basis = kernels.transferredFrom().empty() ? Basis::kInterpolated : Basis::kTransferred;
  result.left_out = std::move(notes.left_out);
  result.sources = {engineConstantsSource()};
  return result;
}

}  // namespace moe
