#include <fmt/format.h>

#include "app/report/cost_tables.h"
#include "app/report/document/part_builders.h"
#include "app/report/document/table_shape.h"
#include "app/report/number_text.h"
#include "app/report/plots/cost_frontier_plot.h"
#include "app/report/plots/cost_memory_plot.h"
#include "app/report/plots/cost_price_plot.h"
#include "app/report/plots/cost_roofline_plot.h"
#include "app/report/plots/cost_step_plot.h"
#include "app/report/training_cost_tables.h"

namespace moe::report {
namespace {

FactSheet costInputsSheet(const ProjectStep& step, const CostOutcome& outcome) {
  const ParameterCount& params = outcome.model.params;
  FactSheet sheet{keyOf(step) + "_inputs", {}};
  sheet.facts = {
      {"Model",
       fmt::format("{}: {} parameters in memory, {} active", outcome.model.entry.name,
                   countText(static_cast<double>(params.total())),
                   countText(static_cast<double>(params.active()))),
       fmt::format("weights in {}, KV cache in {}", name(outcome.weights), name(outcome.kv_cache))},
      {"Machine",
       fmt::format("{} x {}, {}", outcome.devices, outcome.accelerator.name,
                   nameOf(outcome.parallelism)),
       outcome.devices_chosen ? fmt::format("the cheapest of {} divisions", outcome.divisions_tried)
                              : "as stated"},
      {"Price of a device",
       fmt::format("{} USD per device-hour", plainText(outcome.price.price.value() * 3600)),
       outcome.price.date.empty()
           ? outcome.price.source
           : fmt::format("{} ({})", outcome.price.source, outcome.price.date)},
      {"Traffic",
       fmt::format("{} prompt and {} output tokens a request",
                   countText(outcome.workload.prompt_tokens),
                   countText(outcome.workload.output_tokens)),
       fmt::format("{} requests at once{}", plainText(outcome.concurrency),
                   outcome.concurrency_chosen ? ", the cheapest that memory and engine allow"
                                              : ", as stated")},
      {"Engine", outcome.engine, "times rest on: " + outcome.kernels}};
  return sheet;
}

void addCost(const ProjectStep& step, const CostOutcome& outcome, const StepEvidence& evidence,
             Section& section) {
  const std::string key = keyOf(step);
  section.blocks.push_back(Subheading{stepTitle(step)});
  section.blocks.push_back(costInputsSheet(step, outcome));
  addWarnings(section, outcome.warnings);
  addFigure(section, key, pricePlot(outcome));
  addTable(section, key + "_prices", costPriceTable(outcome));
  section.blocks.push_back(
      Callout{CalloutKind::kNote, "How sure", sentenceOf(costAccuracySentence(outcome)), {}});
  addFigure(section, key, memoryPlot(outcome));
  addTable(section, key + "_memory", costMemoryTable(outcome));
  addFigure(section, key, stepPlot(outcome));
  addTable(section, key + "_step", costStepTable(outcome));
  if (!evidence.concurrency.empty())
    addFigure(section, key, frontierPlot(outcome, evidence.concurrency));
  addFigure(section, key, rooflinePlot(outcome));
  const auto counted = [](TextTable table) {
    return withUnits(std::move(table), {{"Devices", "count"}, {"Requests", "at once"}});
  };
  addTable(section, key + "_frontier",
           counted(costOptionTable("Frontier of speed for a user and output of a device",
                                   outcome.frontier)));
  addTable(section, key + "_divisions",
           counted(costOptionTable("Other divisions, each at its cheapest", outcome.others)));
  addTable(section, key + "_api",
           withUnits(costBreakEvenTable(outcome), {{"Date", "of the price"}}));
  addAdvice(section, outcome.advice);
}

FactSheet trainingInputsSheet(const ProjectStep& step, const TrainingCostOutcome& outcome) {
  const TrainingQuestion& question = outcome.question;
  const TrainingSetup& setup = question.setup;
  FactSheet sheet{keyOf(step) + "_inputs", {}};
  sheet.facts = {
      {"Model",
       fmt::format("{}: {} parameters in memory, {} active", question.model.entry.name,
                   countText(static_cast<double>(question.model.params.total())),
                   countText(static_cast<double>(question.model.params.active()))),
       fmt::format("{} training tokens in {}", countText(question.train_tokens),
                   name(setup.precision))},
      {"Machine", fmt::format("{} x {}", setup.devices, question.accelerator.name),
       fmt::format("tensor parallel {}, pipeline parallel {}, expert parallel {}, ZeRO stage {}",
                   setup.tensor_parallel, setup.pipeline_parallel, setup.expert_parallel,
                   setup.zero_stage)},
      {"Price of a device",
       fmt::format("{} USD per device-hour", plainText(question.price.value() * 3600)),
       outcome.price_source}};
  return sheet;
}

void addTraining(const ProjectStep& step, const TrainingCostOutcome& outcome, Section& section) {
  const std::string key = keyOf(step);
  section.blocks.push_back(Subheading{stepTitle(step)});
  section.blocks.push_back(trainingInputsSheet(step, outcome));
  addWarnings(section, outcome.warnings);
  addTable(section, key + "_prices", trainingPriceTable(outcome));
  section.blocks.push_back(
      Callout{CalloutKind::kNote, "How sure", sentenceOf(trainingAccuracySentence(outcome)), {}});
  addTable(section, key + "_flop", withUnits(trainingFlopTable(outcome), {{"FLOP", "per token"}}));
  addTable(section, key + "_memory", trainingMemoryTable(outcome));
  addAdvice(section, outcome.advice);
  if (!outcome.cost.speed) return;
  addTable(section, key + "_time", trainingTimeTable(outcome));
  addTable(section, key + "_rows",
           withUnits(trainingNeighbourTable(outcome),
                     {{"Devices", "count"}, {"Distance", "of the model's features"}}));
}

}  // namespace

void addCostPart(const ReportSource& source, Section& section) {
  eachAnswer<CostOutcome>(
      source, [&](const ProjectStep& step, const CostOutcome& outcome,
                  const StepEvidence& evidence) { addCost(step, outcome, evidence, section); });
  eachAnswer<TrainingCostOutcome>(
      source, [&](const ProjectStep& step, const TrainingCostOutcome& outcome,
                  const StepEvidence&) { addTraining(step, outcome, section); });
  addFailures(source, "cost", section);
  addFailures(source, "training", section);
  if (section.blocks.empty())
    section.blocks.push_back(
        Paragraph{"No cost was asked for: the project has no [cost.NAME] and no [training.NAME]."});
}

}  // namespace moe::report
