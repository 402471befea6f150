#include "app/report/advice_json.h"
#include "app/report/cost_report.h"
#include "app/report/json_document.h"

namespace moe::report {
namespace {

Json parallelismJson(const Parallelism& p) {
  return {{"tensor_parallel", p.tensor_parallel},
          {"data_parallel", p.data_parallel},
          {"pipeline_parallel", p.pipeline_parallel},
          {"expert_parallel", p.expert_parallel},
          {"expert_tensor_parallel", p.moe_tensor_parallel}};
}

Json deviceJson(const DeviceMemory& device) {
  return {{"capacity_bytes", jsonNumber(device.capacity.value())},
          {"attention_weights_bytes", jsonNumber(device.attention_weights.value())},
          {"dense_weights_bytes", jsonNumber(device.dense_weights.value())},
          {"expert_weights_bytes", jsonNumber(device.expert_weights.value())},
          {"vocabulary_weights_bytes", jsonNumber(device.vocabulary_weights.value())},
          {"engine_reserve_bytes", jsonNumber(device.reserve.value())},
          {"unused_bytes", jsonNumber(device.unused.value())},
          {"kv_space_bytes", jsonNumber(device.kv_space.value())},
          {"kv_bytes_per_token", jsonNumber(device.kv_bytes_per_token)}};
}

Json memoryJson(const CostOutcome& outcome) {
  const CostMemory& memory = outcome.memory;
  const double devices = outcome.devices;
  return {{"weights_bytes", jsonNumber(memory.weights.value())},
          {"kv_bytes_per_token", jsonNumber(memory.kv_bytes_per_token)},
          {"kv_capacity_tokens", jsonNumber(memory.kv_capacity_tokens)},
          {"max_concurrency", jsonNumber(memory.max_concurrency)},
          {"safe_concurrency", jsonNumber(memory.safe_concurrency)},
          {"tokens_per_request", jsonNumber(memory.tokens_per_request)},
          {"block_tokens", jsonNumber(memory.block_tokens)},
          {"kv_copies", jsonNumber(memory.device.kv_copies)},
          {"kv_space_bytes", jsonNumber(devices * memory.device.kv_space.value())},
          {"capacity_bytes", jsonNumber(devices * memory.device.capacity.value())},
          {"per_device", deviceJson(memory.device)}};
}

Json breakdownJson(const CostOutcome& outcome) {
  Json parts = Json::array();
  for (const CostPart& part : outcome.parts)
    parts.push_back({{"op", part.op},
                     {"seconds", jsonNumber(part.time.value())},
                     {"bound", part.bound},
                     {"basis", std::string(name(part.basis))}});
  return parts;
}

Json priceJson(const CostOutcome& outcome) {
  const TokenCost& cost = outcome.prices.cost;
  Json price = {
      {"usd_per_million_output_tokens", jsonNumber(cost.usd_per_million_output_tokens)},
      {"usd_per_million_input_tokens", jsonNumber(cost.usd_per_million_input_tokens)},
      {"usd_per_million_uncached_input_tokens",
       jsonNumber(cost.usd_per_million_uncached_input_tokens)},
      {"usd_per_million_cached_input_tokens",
       outcome.prefix_hit_rate > 0 ? jsonNumber(cost.usd_per_million_cached_input_tokens) : Json()},
      {"usd_per_million_tokens", jsonNumber(cost.usd_per_million_tokens)},
      {"usd_per_million_output_tokens_all_in",
       jsonNumber(cost.usd_per_million_output_tokens_all_in)},
      {"usd_per_request", jsonNumber(cost.usd_per_request.value())},
      {"basis", std::string(name(outcome.basis))}};
  if (outcome.interval_known)
    price["usd_per_million_output_tokens_all_in_ci90"] = {
        jsonNumber(outcome.tpot_interval.low * cost.usd_per_million_output_tokens_all_in),
        jsonNumber(outcome.tpot_interval.high * cost.usd_per_million_output_tokens_all_in)};
  return price;
}

Json optionsJson(const std::vector<CostOption>& options) {
  Json rows = Json::array();
  for (const CostOption& option : options)
    rows.push_back(
        {{"parallelism", parallelismJson(option.parallelism)},
         {"devices", option.parallelism.devices()},
         {"concurrency", jsonNumber(option.concurrency)},
         {"tpot_s", jsonNumber(option.tpot.value())},
         {"ttft_s", jsonNumber(option.ttft.value())},
         {"output_tokens_per_s_per_user", jsonNumber(1 / option.tpot.value())},
         {"output_tokens_per_s_per_device", jsonNumber(option.output_tokens_per_s_per_device)},
         {"usd_per_million_output_tokens_all_in",
          jsonNumber(option.usd_per_million_output_tokens_all_in)}});
  return rows;
}

Json breakEvenJson(const CostOutcome& outcome) {
  Json rows = Json::array();
  for (const ApiComparison& comparison : outcome.prices.comparisons) {
    const BreakEven& even = comparison.break_even;
    rows.push_back({{"provider", comparison.offer.provider},
                    {"reading", comparison.offer.reading},
                    {"date", comparison.offer.date},
                    {"api_usd_per_request", jsonNumber(even.api_usd_per_request.value())},
                    {"own_usd_per_request", jsonNumber(even.own_usd_per_request.value())},
                    {"utilisation", jsonNumber(even.utilisation)},
                    {"reachable", even.reachable},
                    {"tokens_per_month", jsonNumber(even.tokens_per_month)},
                    {"margin_on_cost", jsonNumber(even.margin_on_cost)},
                    {"source", comparison.offer.source}});
  }
  return rows;
}

Json inputsJson(const CostOutcome& outcome) {
  Json inputs = parallelismJson(outcome.parallelism);
  inputs["model"] = outcome.model.entry.name;
  inputs["hardware"] = outcome.accelerator.name;
  inputs["devices"] = outcome.devices;
  inputs["devices_chosen"] = outcome.devices_chosen;
  inputs["fewest_devices"] = outcome.fewest_devices;
  inputs["engine"] = outcome.engine;
  inputs["weights"] = std::string(name(outcome.weights));
  inputs["kv_cache"] = std::string(name(outcome.kv_cache));
  inputs["prompt_tokens"] = jsonNumber(outcome.workload.prompt_tokens);
  inputs["output_tokens"] = jsonNumber(outcome.workload.output_tokens);
  inputs["lengths"] = std::string(name(outcome.lengths.kind));
  inputs["prefix_hit_rate"] = jsonNumber(outcome.prefix_hit_rate);
  inputs["tokens_per_step"] = jsonNumber(outcome.tokens_per_step);
  inputs["disaggregated"] = outcome.disaggregated;
  inputs["router_skew"] = outcome.routing.name;
  inputs["concurrency_limit"] = jsonNumber(outcome.concurrency_limit);
  inputs["memory_fraction"] = jsonNumber(outcome.memory_fraction);
  inputs["usd_per_device_hour"] = jsonNumber(outcome.price.price.value() * 3600);
  inputs["idle_share"] = jsonNumber(outcome.idle_share);
  return inputs;
}

Json modelJson(const ModelArchitecture& model, double context) {
  return {{"total_params", model.params.total()},
          {"active_params", model.params.active()},
          {"forward_flop_per_token", jsonNumber(forwardFlopPerToken(model, context))}};
}

Json latencyJson(const CostOutcome& outcome) {
  Json latency = {{"ttft_s", jsonNumber(outcome.ttft.value())},
                  {"tpot_s", jsonNumber(outcome.tpot.value())},
                  {"decode_step_s", jsonNumber(outcome.decode_step.value())},
                  {"basis", std::string(name(outcome.basis))}};
  if (outcome.interval_known)
    latency["tpot_ci90_s"] = {jsonNumber(outcome.tpot_interval.low * outcome.tpot.value()),
                              jsonNumber(outcome.tpot_interval.high * outcome.tpot.value())};
  return latency;
}

}  // namespace

std::string costDocument(const CostOutcome& outcome, Seconds timing) {
  const double context = outcome.workload.prompt_tokens + outcome.workload.output_tokens / 2;
  Json results;
  results["model"] = modelJson(outcome.model, context);
  results["memory"] = memoryJson(outcome);
  results["latency"] = latencyJson(outcome);
  results["breakdown"] = breakdownJson(outcome);
  results["throughput"] = {
      {"output_tokens_per_s", jsonNumber(outcome.output_tokens_per_s)},
      {"output_tokens_per_s_per_device", jsonNumber(outcome.output_tokens_per_s / outcome.devices)},
      {"output_tokens_per_s_per_user", jsonNumber(1 / outcome.tpot.value())},
      {"requests_per_s", jsonNumber(outcome.requests_per_s)},
      {"concurrency", jsonNumber(outcome.concurrency)},
      {"experts_touched", jsonNumber(outcome.routing.experts_touched)}};
  results["routing"] = {{"name", outcome.routing.name},
                        {"experts_touched", jsonNumber(outcome.routing.experts_touched)},
                        {"imbalance", jsonNumber(outcome.routing.imbalance)},
                        {"price_against_even", jsonNumber(outcome.routing.price_against_even)}};
  if (outcome.disaggregated)
    results["disaggregated"] = {{"prefill_replicas_per_decode_replica",
                                 jsonNumber(outcome.prefill_replicas_per_decode_replica)}};
  results["price"] = priceJson(outcome);
  results["break_even"] = breakEvenJson(outcome);
  results["advice"] = adviceJson(outcome.advice);
  results["other_divisions"] = optionsJson(outcome.others);
  if (!outcome.frontier.empty()) results["frontier"] = optionsJson(outcome.frontier);
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
