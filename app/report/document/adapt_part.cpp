#include <fmt/format.h>

#include <algorithm>

#include "app/report/adapt_tables.h"
#include "app/report/document/answer_headline.h"
#include "app/report/document/part_builders.h"
#include "app/report/document/table_shape.h"
#include "app/report/number_text.h"
#include "app/report/plots/adapt_plots.h"
#include "app/report/table_cells.h"

namespace moe::report {
namespace {

TextTable withAdaptUnits(TextTable table) {
  return withUnits(std::move(table), {{"Layer", "number"},
                                      {"Experts", "count"},
                                      {"Gini", "0 even, 1 one expert"},
                                      {"p", "sum of scores"},
                                      {"Least", "experts"},
                                      {"Most", "experts"},
                                      {"Jaccard", "share of both"},
                                      {"Chosen, most relevant first", "numbers"},
                                      {"Value", "as printed"}});
}

FactSheet adaptInputsSheet(const ProjectStep& step, const AdaptOutcome& outcome) {
  const auto total = static_cast<double>(outcome.model.params.total());
  const auto active = static_cast<double>(outcome.model.params.active());
  FactSheet sheet{keyOf(step) + "_inputs", {}};
  sheet.facts.push_back({"Model",
                         fmt::format("{}: {} parameters in memory, {} active",
                                     outcome.model.entry.name, countText(total), countText(active)),
                         outcome.freeze_router ? "its routers are frozen" : "",
                         {namedFigure("in memory", total, "parameters"),
                          namedFigure("active", active, "parameters")}});
  for (const AdaptTask& task : outcome.tasks)
    sheet.facts.push_back({"Task " + task.name, task.basis, task.source});
  if (!outcome.run) return sheet;
  const TrainingSetup& setup = outcome.run->setup;
  const double price = outcome.run->price.value() * 3600;
  sheet.facts.push_back(
      {"Training",
       fmt::format("{} tokens on {} x {}", countText(outcome.run->tokens), setup.devices,
                   outcome.run->accelerator.name),
       fmt::format("batches of {} sequences of {} tokens, {} at once on a device",
                   countText(setup.global_batch_sequences), countText(setup.sequence_length),
                   countText(setup.micro_batch_sequences)),
       {namedFigure("tokens", outcome.run->tokens, "tokens"),
        namedFigure("devices", setup.devices, "devices")}});
  sheet.facts.push_back({"Price of a device",
                         fmt::format("{} USD per device-hour", plainText(price)),
                         outcome.price_source,
                         {namedFigure("price", price, "USD per device-hour")}});
  return sheet;
}

bool anyRowHas(const AdaptOutcome& outcome, auto member) {
  return std::any_of(outcome.rows.begin(), outcome.rows.end(),
                     [&](const AdaptRow& row) { return (row.*member).has_value(); });
}

void addSelection(const std::string& key, const AdaptOutcome& outcome,
                  const AdaptSelection& selection, Section& section) {
  const std::string begin = fmt::format("{}_{}", key, name(selection.kind));
  addFigure(section, key, expertsPerLayerPlot(outcome, selection));
  addTable(section, begin + "_layers", withAdaptUnits(adaptLayerTable(outcome, selection)));
  if (!selection.sweep.empty()) addFigure(section, key, thresholdPlot(outcome, selection));
  addTable(section, begin + "_thresholds", withAdaptUnits(adaptSweepTable(outcome, selection)));
  addTable(section, begin + "_tasks", withAdaptUnits(adaptOverlapTable(selection)));
}

void addAdapt(const ProjectStep& step, const AdaptOutcome& outcome, Section& section) {
  const std::string key = keyOf(step);
  section.blocks.push_back(Subheading{stepTitle(step)});
  section.blocks.push_back(adaptInputsSheet(step, outcome));
  addWarnings(section, outcome.warnings, "Notes");
  addTable(section, key + "_methods", adaptMethodTable(outcome));
  if (anyRowHas(outcome, &AdaptRow::flop)) addFigure(section, key, adaptMethodPlot(outcome));
  if (anyRowHas(outcome, &AdaptRow::cost))
    addTable(section, key + "_training", adaptTrainingTable(outcome));
  if (anyRowHas(outcome, &AdaptRow::serving))
    addTable(section, key + "_serving", adaptServingTable(outcome));
  for (const AdaptSelection& selection : outcome.selections)
    addSelection(key, outcome, selection, section);
  addTable(section, key + "_quality", withAdaptUnits(adaptQualityTable(outcome)));
  addTable(section, key + "_published", adaptFigureTable(outcome));
}

std::optional<Range> adaptRange(const AdaptationCost& cost, double value) {
  if (!cost.basis) return std::nullopt;
  return Range{value * cost.low_factor, value * cost.high_factor};
}

Fact methodFact(const AdaptRow& row) {
  const auto trained = static_cast<double>(row.adapted.trained());
  const double stored = row.bytes.checkpoint.value();
  Fact fact{
      std::string(name(row.method)),
      fmt::format("trains {} parameters, stores {}", countText(trained),
                  bytesText(row.bytes.checkpoint)),
      "counted from the architecture; stored in bf16",
      {namedFigure("trained", trained, "parameters"), namedFigure("checkpoint", stored, "bytes")}};
  if (!row.cost) return fact;
  const AdaptationCost& cost = *row.cost;
  if (!cost.fits) {
    fact.value += "; does not fit on a device";
    return fact;
  }
  const auto price = [](double usd) { return moneyText(Usd(usd)); };
  const auto time = [](double seconds) { return durationText(Seconds(seconds)); };
  const double usd = cost.price.value();
  const double seconds = cost.time.value();
  fact.value += fmt::format("; {} USD, {}", withInterval(usd, adaptRange(cost, usd), price),
                            withInterval(seconds, adaptRange(cost, seconds), time));
  fact.detail += cost.basis ? fmt::format("; time and price: {}, 90 % interval", name(*cost.basis))
                            : "; time and price: as sure as the MFU that was given";
  fact.numbers.push_back(namedFigure("price", usd, "USD", adaptRange(cost, usd)));
  fact.numbers.push_back(namedFigure("time", seconds, "s", adaptRange(cost, seconds)));
  return fact;
}

}  // namespace

AnswerHeadline answerHeadline(const ProjectStep& step, const AdaptOutcome& outcome,
                              const StepEvidence&) {
  AnswerHeadline headline;
  headline.title = fmt::format("Adapting {} ({})", outcome.model.entry.name, step.name);
  if (const AdaptRow* cheapest = cheapestMethod(outcome)) {
    headline.title +=
        fmt::format(": {} costs least, {} in {}", name(cheapest->method),
                    usdText(cheapest->cost->price), durationText(cheapest->cost->time));
    headline.text = "How good the adapted model will be is not predicted.";
  } else if (outcome.run) {
    headline.kind = CalloutKind::kFailure;
    headline.text = "None of the methods fits on this machine.";
  }
  for (const AdaptRow& row : outcome.rows) headline.facts.push_back(methodFact(row));
  return headline;
}

void addAdaptPart(const ReportSource& source, Section& section) {
  eachAnswer<AdaptOutcome>(source, [&](const ProjectStep& step, const AdaptOutcome& outcome,
                                       const StepEvidence&) { addAdapt(step, outcome, section); });
  addFailures(source, "adapt", section);
  if (section.blocks.empty())
    section.blocks.push_back(
        Paragraph{"No adaptation was asked for: the project has no [adapt.NAME]."});
}

}  // namespace moe::report
