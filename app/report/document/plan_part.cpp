#include <fmt/format.h>

#include "app/report/document/part_builders.h"
#include "app/report/document/table_shape.h"
#include "app/report/front_report.h"
#include "app/report/lifetime_report.h"
#include "app/report/lifetime_tables.h"
#include "app/report/number_text.h"
#include "app/report/plan_report.h"
#include "app/report/plan_table.h"
#include "app/report/plots/front_plot.h"
#include "app/report/plots/over_training_plot.h"
#include "app/report/plots/plan_curve_plot.h"
#include "app/report/table_cells.h"

namespace moe::report {
namespace {

std::string planGoal(const PlanAnswer& answer) {
  const std::string base =
      fmt::format("loss-optimal {:g} experts", answer.outcome.baseRow().experts);
  switch (answer.outcome.mode) {
    case PlanMode::kLossOptimal:
      return "the model of least loss per expert count";
    case PlanMode::kMinCost:
      return "least serving cost at the loss of " + base;
    case PlanMode::kMinLoss:
      return "least loss at the serving cost of " + base;
  }
  return "";
}

std::string coveredText(const FittedRange& range) {
  std::string text;
  const auto add = [&](const char* what, const std::optional<Range>& part, const char* unit) {
    if (part)
      text += fmt::format("{}{} {} to {}{}", text.empty() ? "" : ", ", what, countText(part->low),
                          countText(part->high), unit);
  };
  add("N", range.params, " parameters");
  add("D", range.train_tokens, " tokens");
  add("D/N", range.tokens_per_param, " tokens per parameter");
  return text.empty() ? "range of its runs not known" : "runs of " + text;
}

FactSheet planInputsSheet(const ProjectStep& step, const PlanAnswer& answer) {
  const PlanRequest& request = answer.request;
  FactSheet sheet{keyOf(step) + "_inputs", {}};
  sheet.facts = {
      {"Goal", planGoal(answer), "mode " + answer.question.mode},
      {"Law", fmt::format("{} ({})", request.law.name, request.law.family->name),
       coveredText(request.law.range)},
      {"Budget",
       powerText(request.budget.value()) + " training FLOP of each model",
       fmt::format(
           "C = {:g}{} N D", request.law.flop_per_param_token,
           request.shape_rule.train_flop_factor == 1
               ? ""
               : fmt::format(" x {:.4g} (for E > 1)", request.shape_rule.train_flop_factor)),
       {namedFigure("budget", request.budget.value(), "FLOP")}},
      {"Shape",
       fmt::format("{}: {:.3g} of N replaced by experts, top-{:g}", request.shape_rule.name,
                   request.shape_rule.routed_fraction, request.shape_rule.top_k),
       ""},
      {"Serving",
       fmt::format("up to {} x {} at {} USD per device-hour", request.max_devices,
                   request.accelerator.name, plainText(request.price.value() * 3600)),
       fmt::format(
           "{} prompt and {} output tokens a request, {}",
           countText(request.workload.prompt_tokens), countText(request.workload.output_tokens),
           request.settings.max_concurrency
               ? fmt::format("at most {:g} requests at once", *request.settings.max_concurrency)
               : "no limit on requests at once")},
      {"Basis", fmt::format("loss: fitted; prices: {}", name(servingBasis(request))),
       answer.outcome.draws > 0
           ? fmt::format("intervals hold 95 % of {} joint draws", answer.outcome.draws)
           : "no intervals: the law has no posterior draws"}};
  return sheet;
}

void addPlan(const ProjectStep& step, const PlanAnswer& answer, const StepEvidence& evidence,
             Section& section) {
  const std::string key = keyOf(step);
  section.blocks.push_back(Subheading{stepTitle(step)});
  section.blocks.push_back(planInputsSheet(step, answer));
  addWarnings(section, answer.warnings);
  addFigure(section, key, planPlot(answer, evidence.plan));
  addTable(section, key + "_configurations",
           withUnits(intervalsInCells(planTable(answer)), {{"E", "experts"},
                                                           {"N", "parameters"},
                                                           {"Tokens", "tokens"},
                                                           {"Tokens per N", "tokens/param"},
                                                           {"Devices", "count"}}));
  addTable(section, key + "_other_fits", variantTable(answer));
  addTable(section, key + "_paper",
           withUnits(paperTable(answer), {{"Paper", "ratio"}, {"Ours", "ratio"}}));
  addAdvice(section, answer.advice);
}

/// Tables of a lifetime plan leave these to their headings.
TextTable withLifetimeUnits(TextTable table) {
  return withUnits(std::move(table), {{"D/N", "tokens/param"}});
}

void addLifetime(const ProjectStep& step, const LifetimeAnswer& answer, Section& section) {
  const std::string key = keyOf(step);
  section.blocks.push_back(Subheading{stepTitle(step)});
  section.blocks.push_back(Paragraph{lifetimeSentence(answer)});
  addWarnings(section, answer.warnings);
  addFigure(section, key, lifetimeBillPlot(answer));
  addFigure(section, key, overTrainingPlot(answer));
  TextTable designs = withLifetimeUnits(designTable(answer));
  for (TableColumn& column : designs.columns)
    if (column.heading == "95 % of draws")
      column.unit = answer.request.target_loss ? "USD" : "nats";
  addTable(section, key + "_designs", std::move(designs));
  addTable(section, key + "_intervals", intervalTable(answer));
  addTable(section, key + "_other_fits", lifetimeVariantTable(answer));
  addTable(section, key + "_model", modelTable(answer));
  addAdvice(section, answer.advice);
}

void addFront(const ProjectStep& step, const FrontAnswer& answer, Section& section) {
  const std::string key = keyOf(step);
  section.blocks.push_back(Subheading{stepTitle(step)});
  addWarnings(section, answer.warnings);
  addFigure(section, key, frontPlot(answer));
  addTable(section, key + "_models", frontTable(answer));
}

}  // namespace

void addPlanPart(const ReportSource& source, Section& section) {
  eachAnswer<PlanAnswer>(
      source, [&](const ProjectStep& step, const PlanAnswer& answer, const StepEvidence& evidence) {
        addPlan(step, answer, evidence, section);
      });
  eachAnswer<LifetimeAnswer>(
      source, [&](const ProjectStep& step, const LifetimeAnswer& answer, const StepEvidence&) {
        addLifetime(step, answer, section);
      });
  eachAnswer<FrontAnswer>(source, [&](const ProjectStep& step, const FrontAnswer& answer,
                                      const StepEvidence&) { addFront(step, answer, section); });
  addFailures(source, "plan", section);
  if (section.blocks.empty())
    section.blocks.push_back(Paragraph{"Nothing was planned: the project has no [plan.NAME]."});
}

}  // namespace moe::report
