#include "app/gui/presenters/cost_presenter.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/report/number_text.h"
#include "app/report/plots/cost_frontier_plot.h"
#include "app/report/plots/cost_memory_plot.h"
#include "app/report/plots/cost_price_plot.h"
#include "app/report/plots/cost_roofline_plot.h"
#include "app/report/plots/cost_step_plot.h"
#include "app/workflows/cost_sweep.h"

namespace moe {
namespace {

using report::moneyText;
using report::plainText;

/// What a new project asks first: an open model on a common machine.
CostRequest firstCostQuestion() {
  CostRequest request;
  request.model = "mixtral-8x7b";
  request.hardware = "h100-sxm";
  request.prompt_tokens = 512;
  request.output_tokens = 256;
  return request;
}

std::string costHeadline(const CostOutcome& outcome) {
  return fmt::format("{} USD per million tokens on {} x {}",
                     moneyText(Usd(outcome.prices.cost.usd_per_million_tokens)), outcome.devices,
                     outcome.accelerator.name);
}

std::string costDetail(const CostOutcome& outcome) {
  return fmt::format(
      "{} requests at once ({}); {} per output token, first token after {}; {} output tokens/s per "
      "device; basis: {}",
      plainText(outcome.concurrency), nameOf(outcome.parallelism),
      report::durationText(outcome.tpot), report::durationText(outcome.ttft),
      plainText(outcome.output_tokens_per_s / outcome.devices), name(outcome.basis));
}

TableData::Cell textCell(std::string text) { return {std::move(text), 0, false}; }

TableData::Cell numberCell(std::string text, double order) {
  return {std::move(text), order, true};
}

TableData partsTable(const CostOutcome& outcome) {
  TableData table;
  table.columns = {{"Part of a step", "", report::Align::kLeft},
                   {"time"},
                   {"share"},
                   {"bound by", "", report::Align::kLeft},
                   {"basis", "", report::Align::kLeft}};
  double whole = 0;
  for (const CostPart& part : outcome.parts) whole += part.time.value();
  for (const CostPart& part : outcome.parts) {
    TableData::Row row;
    row.cells = {textCell(part.op), numberCell(report::durationText(part.time), part.time.value()),
                 numberCell(report::percentText(part.time.value() / whole), part.time.value()),
                 textCell(part.bound), textCell(std::string(name(part.basis)))};
    table.rows.push_back(std::move(row));
  }
  return table;
}

TableData divisionsTable(const CostOutcome& outcome) {
  TableData table;
  table.columns = {{"Division", "", report::Align::kLeft},
                   {"requests at once"},
                   {"per token"},
                   {"first token"},
                   {"output", "tokens/s/device"},
                   {"all-in", "USD/M output"}};
  for (const CostOption& option : outcome.others) {
    const double usd = option.usd_per_million_output_tokens_all_in;
    TableData::Row row;
    row.cells = {textCell(nameOf(option.parallelism)),
                 numberCell(plainText(option.concurrency), option.concurrency),
                 numberCell(report::durationText(option.tpot), option.tpot.value()),
                 numberCell(report::durationText(option.ttft), option.ttft.value()),
                 numberCell(plainText(option.output_tokens_per_s_per_device),
                            option.output_tokens_per_s_per_device),
                 numberCell(moneyText(Usd(usd)), usd)};
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace

Result<CostPicture> costPicture(const CostRequest& request) {
  auto outcome = runCost(request);
  if (!outcome) return tl::unexpected(outcome.error());
  const auto sweep = sweepConcurrency(request, *outcome);
  if (!sweep) return tl::unexpected(sweep.error());
  CostPicture picture;
  picture.memory = report::memoryPlot(*outcome);
  picture.frontier = report::frontierPlot(*outcome, *sweep);
  picture.roofline = report::rooflinePlot(*outcome);
  picture.step = report::stepPlot(*outcome);
  picture.price = report::pricePlot(*outcome);
  picture.outcome = *std::move(outcome);
  return picture;
}

const std::vector<std::string_view>& CostPresenter::basicKeys() {
  // Requests at once and the prompt have sliders of their own.
  static const std::vector<std::string_view> kKeys{"model",        "hardware",    "devices",
                                                   "weights",      "kv_cache",    "output_tokens",
                                                   "ttft_limit_s", "tpot_limit_s"};
  return kKeys;
}

const std::vector<std::string_view>& CostPresenter::furtherKeys() {
  static const std::vector<std::string_view> kKeys{
      "max_devices",        "tensor_parallel",   "data_parallel",
      "expert_parallel",    "pipeline_parallel", "lengths",
      "prefix_hit_rate",    "request_rate",      "engine",
      "engine_limit",       "memory_fraction",   "router_skew",
      "router_correlation", "tokens_per_step",   "disaggregated",
      "overlap_exchange",   "frontier",          "usd_per_device_hour",
      "price_scenario",     "idle_share"};
  return kKeys;
}

void CostPresenter::projectChanged(const Project& project) {
  catalog_dir_ = project.catalog_dir;
  const auto step = std::find_if(project.steps.begin(), project.steps.end(), [](const auto& s) {
    return std::holds_alternative<CostRequest>(s.question);
  });
  if (step == project.steps.end()) {
    name_ = "serving";
    question_ = firstCostQuestion();
  } else {
    name_ = step->name;
    question_ = std::get<CostRequest>(step->question);
  }
  view_.showQuestion();
}

Project CostPresenter::withQuestion(Project project) const {
  for (ProjectStep& step : project.steps) {
    if (step.name != name_ || !std::holds_alternative<CostRequest>(step.question)) continue;
    step.question = question_;
    return project;
  }
  project.steps.push_back({name_, question_, 0});
  return project;
}

CostRequest CostPresenter::request() const {
  CostRequest request = question_;
  request.catalog_dir = catalog_dir_;
  return request;
}

void CostPresenter::answered(const Result<CostPicture>& picture) {
  if (!picture) {
    if (picture.error().kind != ErrorKind::kCancelled) view_.showProblem(describe(picture.error()));
    return;
  }
  const CostOutcome& outcome = picture->outcome;
  view_.showHeadline(costHeadline(outcome), costDetail(outcome));
  view_.showPlots(*picture);
  view_.showTables(partsTable(outcome), divisionsTable(outcome));
  view_.showWarnings(outcome.warnings);
}

}  // namespace moe
