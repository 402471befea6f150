#include "app/report/training_cost_tables.h"

#include <fmt/format.h>

#include "app/report/number_text.h"
#include "app/report/table_cells.h"

namespace moe::report {
namespace {

std::string trainingBasisText(const TrainingCostOutcome& outcome) {
  return outcome.cost.speed ? std::string(name(outcome.basis)) : "given MFU";
}

}  // namespace

TextTable trainingFlopTable(const TrainingCostOutcome& outcome) {
  const TrainingCost& cost = outcome.cost;
  const TrainingFlop& flop = cost.flop;
  TextTable table{"FLOP of forward and backward per token (computed from the architecture)",
                  {{"Part", "", Align::kLeft}, {"FLOP"}, {"Share"}}};
  const auto add = [&](const char* part, double forward) {
    if (forward > 0)
      table.rows.push_back({part, powerCell(3 * forward), percentCell(forward / flop.forward())});
  };
  add("attention, projections", flop.attention_projections);
  add("attention, scores", flop.attention_scores);
  add("dense FFN", flop.dense_ffn);
  add("shared experts", flop.shared_experts);
  add("routed experts", flop.routed_experts);
  add("router", flop.router);
  add("output head", flop.output_head);
  table.rows.push_back({"all", powerCell(flop.step()), figureCell("100 %", 100, "%")});
  table.footnotes = {fmt::format(
      "The whole run: {} FLOP; 6 N D is {} ({} of it); computed with "
      "recomputation {}.",
      powerText(cost.train_flop.value()), powerText(cost.six_n_d.value()),
      percentText(cost.six_n_d / cost.train_flop), powerText(cost.computed_flop.value()))};
  return table;
}

std::string usableMemoryText(const Accelerator& accelerator) {
  const Bytes usable = kUsableTrainingMemory * accelerator.memory;
  if (accelerator.device_memory <= usable) return bytesText(usable);
  return fmt::format(
      "{} of the {} that it reports; the rest is left for the driver, buffers and fragmentation",
      bytesText(usable), bytesText(accelerator.device_memory));
}

TextTable trainingMemoryTable(const TrainingCostOutcome& outcome) {
  const TrainingMemory& memory = outcome.cost.memory;
  TextTable table{fmt::format("Memory of a device of pipeline stage {}, which needs most "
                              "(computed)",
                              memory.stage + 1),
                  {{"What", "", Align::kLeft}, {"Amount"}}};
  const auto add = [&](const char* what, Bytes size) {
    if (size.value() > 0) table.rows.push_back({what, bytesCell(size)});
  };
  add("weights", memory.weights);
  add("gradients", memory.gradients);
  add("optimizer states", memory.optimizer);
  add("gathered layers (ZeRO-3)", memory.gathered_layer);
  add("activations", memory.activations);
  add("logits", memory.logits);
  table.rows.push_back({"all", bytesCell(memory.total())});
  table.rows.push_back({"the device", bytesCell(outcome.cost.usable_memory)});
  table.footnotes = {
      fmt::format("A device has {}.", usableMemoryText(outcome.question.accelerator))};
  return table;
}

TextTable trainingPriceTable(const TrainingCostOutcome& outcome) {
  const TrainingCost& cost = outcome.cost;
  const std::string basis = trainingBasisText(outcome);
  const double speed = cost.tokens_per_s_per_device;
  const auto between = [&](auto cell, double value, double low, double high) {
    TableCell shown = cell(value);
    if (!cost.speed) return shown;
    shown.text = intervalText(shown.text, cell(low).text, cell(high).text);
    TableNumber& number = shown.numbers.front();
    const double scale = value == 0 ? 1 : *number.value / value;  // a share is kept in %
    number.low = scale * low;
    number.high = scale * high;
    return shown;
  };
  const auto timed = [&](auto cell, double value) {
    return between(cell, value, value * cost.low_factor, value * cost.high_factor);
  };
  const auto in = [](const char* unit, std::string (*text)(double)) {
    return [unit, text](double value) { return figureCell(text(value), value, unit); };
  };
  const auto plain = in("tokens/s", [](double value) { return plainText(value); });
  const auto duration = [](double seconds) { return durationCell(Seconds(seconds)); };
  TextTable table{"Speed, time and price, with 90 % intervals",
                  {{"What", "", Align::kLeft},
                   {"Amount"},
                   {"Unit", "", Align::kLeft},
                   {"Basis", "", Align::kLeft}}};
  table.rows = {
      {"MFU",
       between(percentCell, cost.mfu, cost.mfu / cost.high_factor, cost.mfu / cost.low_factor),
       fmt::format("of the {} peak", name(outcome.question.setup.precision)), basis},
      {"tokens per device",
       between(plain, speed, speed / cost.high_factor, speed / cost.low_factor), "tokens/s", basis},
      {"one step", timed(duration, cost.step.value()),
       fmt::format("{} steps", countText(cost.steps)), basis},
      {"whole run", timed(duration, cost.time.value()), "", basis},
      {"device-hours", timed(in("h", countText), cost.device_time.value() / 3600), "h", basis},
      {"price",
       timed(in("USD", [](double usd) { return moneyText(Usd(usd)); }), cost.price.value()), "USD",
       basis},
  };
  return table;
}

TextTable trainingTimeTable(const TrainingCostOutcome& outcome) {
  const StepTime& time = outcome.cost.speed->computed;
  TextTable table{"Where the time goes (fitted to measured rows)",
                  {{"Part", "", Align::kLeft}, {"Share"}}};
  for (std::size_t i = 0; i < kStepTerms; ++i)
    if (time.parts[i] / time.seconds >= 0.005)
      table.rows.push_back(
          {std::string(name(static_cast<StepTerm>(i))), percentCell(time.parts[i] / time.seconds)});
  return table;
}

TextTable trainingNeighbourTable(const TrainingCostOutcome& outcome) {
  TextTable table{"The nearest measured rows",
                  {{"Model", "", Align::kLeft},
                   {"Machine", "", Align::kLeft},
                   {"Program", "", Align::kLeft},
                   {"Devices"},
                   {"Sequence", "tokens"},
                   {"Speed", "tokens/s/device"},
                   {"MFU"},
                   {"Distance"}}};
  for (const TrainingCostNeighbour& neighbour : outcome.neighbours) {
    const TrainingRow& row = neighbour.row;
    table.rows.push_back({row.model, row.hardware + " " + row.precision,
                          row.source + " " + row.release, wholeCell(row.devices),
                          countCell(row.sequence_length), countCell(row.tokens_per_s_per_device),
                          percentCell(neighbour.mfu), decimalCell(neighbour.distance, 1)});
  }
  return table;
}

std::string trainingAccuracySentence(const TrainingCostOutcome& outcome) {
  const char* not_in_it =
      "Not in it: restarts, checkpoints, evaluation, phases with longer contexts, skewed routing.";
  if (!outcome.cost.speed) return std::string("as sure as the MFU that was given. ") + not_in_it;
  const char* left_out = outcome.basis == Basis::kTransferred ? "model" : "configuration";
  return fmt::format(
      "nine of ten measured rows that were predicted without their own {} lie within the "
      "interval. {}",
      left_out, not_in_it);
}

}  // namespace moe::report
