#include "app/report/cost_report.h"

#include <fmt/format.h>

#include "app/report/json_document.h"
#include "app/report/number_text.h"
#include "app/report/text_table.h"

namespace moe::report {
namespace {

std::string headText(const CostOutcome& outcome) {
  const ParameterCount& params = outcome.model.params;
  const auto& limit = outcome.settings.max_concurrency;
  std::string text =
      fmt::format("{}: {} total, {} active parameters, weights in {}, KV cache in {}\n",
                  outcome.model.entry.name, countText(static_cast<double>(params.total())),
                  countText(static_cast<double>(params.active())), name(outcome.weights),
                  name(outcome.kv_cache));
  text += fmt::format("{} x {}{}, tensor parallel, {}; {} USD per device-hour\n", outcome.devices,
                      outcome.accelerator.name,
                      outcome.devices_chosen ? fmt::format(" (the cheapest count; {} hold{} it)",
                                                           outcome.fewest_devices,
                                                           outcome.fewest_devices == 1 ? "s" : "")
                                             : "",
                      outcome.engine, plainText(outcome.price.value() * 3600));
  text += fmt::format(
      "{} prompt and {} output tokens per request, {} requests at once ({})\n",
      countText(outcome.workload.prompt_tokens), countText(outcome.workload.output_tokens),
      plainText(outcome.serving.concurrency),
      limit && outcome.serving.concurrency >= *limit ? "the limit" : "all that memory holds");
  return text;
}

TextTable memoryTable(const CostOutcome& outcome) {
  const CostMemory& memory = outcome.memory;
  TextTable table{"Memory (computed from the architecture)",
                  {{"What", "", Align::kLeft}, {"Amount"}}};
  table.rows = {
      {"all devices", bytesText(memory.capacity)},
      {"weights", bytesText(memory.weights)},
      {"room for the KV cache", bytesText(memory.kv_space)},
      {"KV cache per token", bytesText(Bytes(memory.kv_bytes_per_token))},
      {"tokens that fit", countText(memory.kv_capacity_tokens)},
      {"requests that fit", countText(memory.max_concurrency)},
  };
  return table;
}

TextTable stepTable(const CostOutcome& outcome) {
  TextTable table{"One decode step of all requests, with its share of other requests' prefill",
                  {{"Part", "", Align::kLeft},
                   {"Time"},
                   {"Share"},
                   {"Bound by", "", Align::kLeft},
                   {"Basis", "", Align::kLeft}}};
  for (const StepPart& part : outcome.serving.parts)
    if (part.time.value() > 0)
      table.rows.push_back({part.name, durationText(part.time),
                            percentText(part.time / outcome.tpot), part.bound,
                            std::string(name(part.basis))});
  table.rows.push_back(
      {"whole step", durationText(outcome.tpot), "100 %", "", std::string(name(outcome.basis))});
  if (outcome.model.params.experts > 0)
    table.footnotes.push_back(fmt::format("A step reads {} of {} experts per layer (even routing).",
                                          plainText(outcome.serving.experts_touched),
                                          outcome.model.params.experts));
  return table;
}

TextTable priceTable(const CostOutcome& outcome) {
  const ServingCost& cost = outcome.serving;
  const std::string basis(name(outcome.basis));
  const auto usd = [](double amount) { return moneyText(Usd(amount)); };
  const auto rate = [](double tokens) { return countText(tokens); };
  TextTable table{"Speed and price",
                  {{"What", "", Align::kLeft},
                   {"Amount"},
                   {"Unit", "", Align::kLeft},
                   {"Basis", "", Align::kLeft}}};
  table.rows = {
      {"time to first token", durationText(outcome.ttft), "half a step and one prompt", basis},
      {"time per output token", durationText(outcome.tpot), "per request", basis},
      {"output", rate(cost.output_tokens_per_s), "tokens/s", basis},
      {"output per device", rate(cost.output_tokens_per_s / cost.devices), "tokens/s", basis},
      {"all tokens", usd(cost.usd_per_million_tokens), "USD per million tokens", basis},
      {"output tokens, all in", usd(cost.usd_per_million_output_tokens_all_in),
       "USD per million output tokens", basis},
      {"split: input tokens", usd(cost.usd_per_million_input_tokens),
       "USD per million input tokens", basis},
      {"split: output tokens", usd(cost.usd_per_million_output_tokens),
       "USD per million output tokens", basis},
  };
  table.footnotes = {
      "All in: the whole cost over output tokens. Split: prefill time over input tokens, the rest "
      "over output tokens."};
  return table;
}

std::string accuracyText() {
  return wrappedText(
      "How sure: this version has not been held against measured serving. Rooflines with three "
      "fitted constants miss measured times by 20 to 57 %, depending on the machine, so prices are "
      "rough; ratios between models are firmer. Not in it: skewed routing, waiting for a free "
      "slot, idle devices, block rounding of the cache.");
}

Json memoryJson(const CostOutcome& outcome) {
  const CostMemory& memory = outcome.memory;
  return {{"weights_bytes", jsonNumber(memory.weights.value())},
          {"kv_bytes_per_token", jsonNumber(memory.kv_bytes_per_token)},
          {"kv_capacity_tokens", jsonNumber(memory.kv_capacity_tokens)},
          {"max_concurrency", jsonNumber(memory.max_concurrency)},
          {"kv_copies", jsonNumber(memory.kv_copies)},
          {"kv_space_bytes", jsonNumber(memory.kv_space.value())},
          {"capacity_bytes", jsonNumber(memory.capacity.value())}};
}

Json breakdownJson(const CostOutcome& outcome) {
  Json parts = Json::array();
  for (const StepPart& part : outcome.serving.parts)
    parts.push_back({{"op", part.name},
                     {"seconds", jsonNumber(part.time.value())},
                     {"bound", part.bound},
                     {"basis", std::string(name(part.basis))}});
  return parts;
}

Json priceJson(const CostOutcome& outcome) {
  const ServingCost& cost = outcome.serving;
  return {{"usd_per_million_output_tokens", jsonNumber(cost.usd_per_million_output_tokens)},
          {"usd_per_million_input_tokens", jsonNumber(cost.usd_per_million_input_tokens)},
          {"usd_per_million_tokens", jsonNumber(cost.usd_per_million_tokens)},
          {"usd_per_million_output_tokens_all_in",
           jsonNumber(cost.usd_per_million_output_tokens_all_in)},
          {"basis", std::string(name(outcome.basis))}};
}

Json inputsJson(const CostOutcome& outcome) {
  const Accelerator& machine = outcome.accelerator;
  const ServingSettings& settings = outcome.settings;
  return {{"model", outcome.model.entry.name},
          {"hardware", machine.name},
          {"devices", outcome.devices},
          {"devices_chosen", outcome.devices_chosen},
          {"fewest_devices", outcome.fewest_devices},
          {"tensor_parallel", outcome.devices},
          {"engine", outcome.engine},
          {"weights", std::string(name(outcome.weights))},
          {"kv_cache", std::string(name(outcome.kv_cache))},
          {"prompt_tokens", jsonNumber(outcome.workload.prompt_tokens)},
          {"output_tokens", jsonNumber(outcome.workload.output_tokens)},
          {"concurrency_limit", jsonNumber(settings.max_concurrency)},
          {"memory_fraction", jsonNumber(settings.memory_fraction)},
          {"usd_per_device_hour", jsonNumber(outcome.price.value() * 3600)},
          {"compute_efficiency",
           jsonNumber(settings.compute_efficiency.value_or(machine.compute_efficiency))},
          {"bandwidth_efficiency", jsonNumber(machine.bandwidth_efficiency)},
          {"fixed_per_layer_s", jsonNumber(machine.fixed_per_layer.value())},
          {"allreduce", settings.allreduce}};
}

Json modelJson(const ModelArchitecture& model, double context) {
  return {{"total_params", model.params.total()},
          {"active_params", model.params.active()},
          {"forward_flop_per_token", jsonNumber(forwardFlopPerToken(model, context))}};
}

}  // namespace

std::string costText(const CostOutcome& outcome) {
  std::string text = headText(outcome) + "\n";
  text += tableText(memoryTable(outcome)) + "\n";
  text += tableText(stepTable(outcome)) + "\n";
  text += tableText(priceTable(outcome)) + "\n";
  for (const Warning& warning : outcome.warnings)
    text += wrappedText("Note: " + warning.message + ".", 100, 2);
  text += accuracyText();
  text += "\nSources\n";
  for (const std::string& source : outcome.sources) text += wrappedText("  " + source, 100, 4);
  return text;
}

std::string costDocument(const CostOutcome& outcome, Seconds timing) {
  const ServingCost& cost = outcome.serving;
  const double context = outcome.workload.prompt_tokens + outcome.workload.output_tokens / 2;
  Json results;
  results["model"] = modelJson(outcome.model, context);
  results["memory"] = memoryJson(outcome);
  results["latency"] = {{"ttft_s", jsonNumber(outcome.ttft.value())},
                        {"tpot_s", jsonNumber(outcome.tpot.value())},
                        {"decode_step_s", jsonNumber(cost.decode_step.value())},
                        {"basis", std::string(name(outcome.basis))}};
  results["breakdown"] = breakdownJson(outcome);
  results["throughput"] = {
      {"output_tokens_per_s", jsonNumber(cost.output_tokens_per_s)},
      {"output_tokens_per_s_per_device", jsonNumber(cost.output_tokens_per_s / cost.devices)},
      {"concurrency", jsonNumber(cost.concurrency)},
      {"experts_touched", jsonNumber(cost.experts_touched)}};
  results["price"] = priceJson(outcome);
  DocumentHead head;
  head.schema = "moeplan.cost/1";
  head.command = "cost";
  head.inputs = inputsJson(outcome);
  head.sources = outcome.sources;
  head.warnings = outcome.warnings;
  head.timing = timing;
  return documentText(head, results);
}

}  // namespace moe::report
