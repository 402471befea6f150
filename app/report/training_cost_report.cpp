#include "app/report/training_cost_report.h"

#include <fmt/format.h>

#include "app/report/advice_report.h"
#include "app/report/number_text.h"
#include "app/report/text_table.h"

namespace moe::report {
namespace {

std::string basisText(const TrainingCostOutcome& outcome) {
  return outcome.cost.speed ? std::string(name(outcome.basis)) : "given MFU";
}

std::string splitText(const TrainingSetup& setup) {
  std::string text =
      fmt::format("tensor parallel {}, pipeline parallel {}, data parallel {}",
                  setup.tensor_parallel, setup.pipeline_parallel, setup.dataParallel());
  if (setup.context_parallel > 1)
    text += fmt::format(", context parallel {}", setup.context_parallel);
  if (setup.expert_parallel > 1) text += fmt::format(", expert parallel {}", setup.expert_parallel);
  if (setup.expert_tensor_parallel > 1)
    text += fmt::format(", expert tensor parallel {}", setup.expert_tensor_parallel);
  return text + fmt::format(", ZeRO stage {}", setup.zero_stage);
}

std::string headText(const TrainingCostOutcome& outcome) {
  const TrainingQuestion& question = outcome.question;
  const TrainingSetup& setup = question.setup;
  const ParameterCount& params = question.model.params;
  std::string text = fmt::format(
      "{}: {} total, {} active parameters ({}), trained on {} tokens in {}\n",
      question.model.entry.name, countText(static_cast<double>(params.total())),
      countText(static_cast<double>(params.active())), name(routingKind(question.model.entry)),
      countText(question.train_tokens), name(setup.precision));
  text += wrappedText(
      fmt::format("{} x {}: {}; {} USD per device-hour", setup.devices, question.accelerator.name,
                  splitText(setup), plainText(question.price.value() * 3600)),
      100, 2);
  text += wrappedText(
      fmt::format("Batches of {} sequences of {} tokens, {} at once on a replica, {} "
                  "recomputation of activations",
                  countText(setup.global_batch_sequences), countText(setup.sequence_length),
                  countText(setup.micro_batch_sequences),
                  setup.recompute == Recompute::kNone ? "no" : name(setup.recompute)),
      100, 2);
  return text;
}

TextTable flopTable(const TrainingCostOutcome& outcome) {
  const TrainingCost& cost = outcome.cost;
  const TrainingFlop& flop = cost.flop;
  TextTable table{"FLOP of forward and backward per token (computed from the architecture)",
                  {{"Part", "", Align::kLeft}, {"FLOP"}, {"Share"}}};
  const auto add = [&](const char* part, double forward) {
    if (forward > 0)
      table.rows.push_back({part, powerText(3 * forward), percentText(forward / flop.forward())});
  };
  add("attention, projections", flop.attention_projections);
  add("attention, scores", flop.attention_scores);
  add("dense FFN", flop.dense_ffn);
  add("shared experts", flop.shared_experts);
  add("routed experts", flop.routed_experts);
  add("router", flop.router);
  add("output head", flop.output_head);
  table.rows.push_back({"all", powerText(flop.step()), "100 %"});
  table.footnotes = {fmt::format(
      "The whole run: {} FLOP; 6 N D is {} ({} of it); computed with "
      "recomputation {}.",
      powerText(cost.train_flop.value()), powerText(cost.six_n_d.value()),
      percentText(cost.six_n_d / cost.train_flop), powerText(cost.computed_flop.value()))};
  return table;
}

TextTable memoryTable(const TrainingCostOutcome& outcome) {
  const TrainingMemory& memory = outcome.cost.memory;
  TextTable table{fmt::format("Memory of a device of pipeline stage {}, which needs most "
                              "(computed)",
                              memory.stage + 1),
                  {{"What", "", Align::kLeft}, {"Amount"}}};
  const auto add = [&](const char* what, Bytes size) {
    if (size.value() > 0) table.rows.push_back({what, bytesText(size)});
  };
  add("weights", memory.weights);
  add("gradients", memory.gradients);
  add("optimizer states", memory.optimizer);
  add("gathered layers (ZeRO-3)", memory.gathered_layer);
  add("activations", memory.activations);
  add("logits", memory.logits);
  table.rows.push_back({"all", bytesText(memory.total())});
  table.rows.push_back({"the device", bytesText(outcome.cost.usable_memory)});
  return table;
}

TextTable priceTable(const TrainingCostOutcome& outcome) {
  const TrainingCost& cost = outcome.cost;
  const std::string basis = basisText(outcome);
  const double speed = cost.tokens_per_s_per_device;
  const auto between = [&](auto text, double value, double low, double high) {
    return cost.speed ? intervalText(text(value), text(low), text(high)) : text(value);
  };
  const auto timed = [&](auto text, double value) {
    return between(text, value, value * cost.low_factor, value * cost.high_factor);
  };
  const auto count = [](double value) { return countText(value); };
  const auto plain = [](double value) { return plainText(value); };
  TextTable table{"Speed, time and price, with 90 % intervals",
                  {{"What", "", Align::kLeft},
                   {"Amount"},
                   {"Unit", "", Align::kLeft},
                   {"Basis", "", Align::kLeft}}};
  table.rows = {
      {"MFU",
       between(percentText, cost.mfu, cost.mfu / cost.high_factor, cost.mfu / cost.low_factor),
       fmt::format("of the {} peak", name(outcome.question.setup.precision)), basis},
      {"tokens per device",
       between(plain, speed, speed / cost.high_factor, speed / cost.low_factor), "tokens/s", basis},
      {"one step", timed([](double s) { return durationText(Seconds(s)); }, cost.step.value()),
       fmt::format("{} steps", countText(cost.steps)), basis},
      {"whole run", timed([](double s) { return durationText(Seconds(s)); }, cost.time.value()), "",
       basis},
      {"device-hours", timed(count, cost.device_time.value() / 3600), "h", basis},
      {"price", timed([](double usd) { return moneyText(Usd(usd)); }, cost.price.value()), "USD",
       basis},
  };
  return table;
}

TextTable timeTable(const TrainingCostOutcome& outcome) {
  const StepTime& time = outcome.cost.speed->computed;
  TextTable table{"Where the time goes (fitted to measured rows)",
                  {{"Part", "", Align::kLeft}, {"Share"}}};
  for (std::size_t i = 0; i < kStepTerms; ++i)
    if (time.parts[i] / time.seconds >= 0.005)
      table.rows.push_back(
          {std::string(name(static_cast<StepTerm>(i))), percentText(time.parts[i] / time.seconds)});
  return table;
}

TextTable neighbourTable(const TrainingCostOutcome& outcome) {
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
                          row.source + " " + row.release, std::to_string(row.devices),
                          countText(row.sequence_length), countText(row.tokens_per_s_per_device),
                          percentText(neighbour.mfu), decimalText(neighbour.distance, 1)});
  }
  return table;
}

std::string accuracyText(const TrainingCostOutcome& outcome) {
  const char* not_in_it =
      "Not in it: restarts, checkpoints, evaluation, phases with longer contexts, skewed routing.";
  if (!outcome.cost.speed)
    return wrappedText(std::string("How sure: as sure as the MFU that was given. ") + not_in_it);
  const char* left_out = outcome.basis == Basis::kTransferred ? "model" : "configuration";
  return wrappedText(fmt::format(
      "How sure: nine of ten measured rows that were predicted without their own {} lie within the "
      "interval. {}",
      left_out, not_in_it));
}

}  // namespace

std::string trainingCostText(const TrainingCostOutcome& outcome) {
  std::string text = headText(outcome) + "\n";
  text += tableText(flopTable(outcome)) + "\n";
  text += tableText(memoryTable(outcome)) + "\n";
  text += tableText(priceTable(outcome)) + "\n";
  if (outcome.cost.speed) {
    text += tableText(timeTable(outcome)) + "\n";
    text += tableText(neighbourTable(outcome)) + "\n";
  }
  text += instructionTuningText(outcome.instruction_tuning);
  for (const Warning& warning : outcome.warnings)
    text += wrappedText("Note: " + warning.message + ".", 100, 2);
  text += accuracyText(outcome);
  if (!outcome.advice.empty()) text += "\n" + adviceText(outcome.advice);
  text += "\nSources\n";
  for (const std::string& source : outcome.sources) text += wrappedText("  " + source, 100, 4);
  return text;
}

}  // namespace moe::report
