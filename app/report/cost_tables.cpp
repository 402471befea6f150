#include "app/report/cost_tables.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/report/number_text.h"
#include "app/report/table_cells.h"

namespace moe::report {
namespace {

std::string costUsd(double amount) { return moneyText(Usd(amount)); }
std::string costDuration(double seconds) { return durationText(Seconds(seconds)); }

/// Ends of a 90 % interval; `text` writes them.
template <class Text>
TableCell costInterval(const CostOutcome& outcome, double low, double high, const std::string& unit,
                       const Text& text) {
  if (!outcome.interval_known) return kNothing;
  return spanCell(fmt::format("{} to {}", text(low), text(high)), Range{low, high}, unit);
}

}  // namespace

TextTable costMemoryTable(const CostOutcome& outcome) {
  const CostMemory& memory = outcome.memory;
  const DeviceMemory& device = memory.device;
  TextTable table{"Memory of one device (computed from the architecture)",
                  {{"What", "", Align::kLeft}, {"Amount"}, {"Share"}}};
  const auto add = [&](const char* what, Bytes amount) {
    if (amount.value() > 0)
      table.rows.push_back({what, bytesCell(amount), percentCell(amount / device.capacity)});
  };
  add("weights: attention", device.attention_weights);
  add("weights: dense FFN, shared experts, router", device.dense_weights);
  add("weights: routed experts", device.expert_weights);
  add("weights: embedding and head", device.vocabulary_weights);
  add("engine's reserve", device.reserve);
  add("left alone by the engine's rule", device.unused);
  add("room for the KV cache", device.kv_space);
  table.rows.push_back({"capacity", bytesCell(device.capacity), figureCell("100 %", 100, "%")});
  table.footnotes.push_back(fmt::format(
      "The replica's cache holds {} tokens of {} each{}. A running request holds {} on average "
      "(in whole blocks of {}), so {} requests fit; {} overrun it at most 5 % of the time.",
      countText(memory.kv_capacity_tokens), bytesText(Bytes(memory.kv_bytes_per_token)),
      device.kv_copies > 1 ? fmt::format(" (stored {} times)", plainText(device.kv_copies)) : "",
      countText(memory.tokens_per_request), countText(memory.block_tokens),
      countText(memory.max_concurrency), countText(memory.safe_concurrency)));
  return table;
}

TextTable costStepTable(const CostOutcome& outcome) {
  const Seconds step = outcome.tpot * outcome.tokens_per_step;
  TextTable table{"One decode step of all requests, with its share of other requests' prefill",
                  {{"Part", "", Align::kLeft},
                   {"Time"},
                   {"Share"},
                   {"Bound by", "", Align::kLeft},
                   {"Basis", "", Align::kLeft}}};
  for (const CostPart& part : outcome.parts)
    if (part.time.value() != 0)
      table.rows.push_back({part.op, durationCell(part.time), percentCell(part.time / step),
                            part.bound, std::string(name(part.basis))});
  table.rows.push_back({"whole step", durationCell(step), figureCell("100 %", 100, "%"), "",
                        std::string(name(outcome.basis))});
  const CostRouting& routing = outcome.routing;
  if (outcome.model.params.experts > 0) {
    std::string text = fmt::format("Routing: {}", routing.name);
    if (routing.experts_touched > 0)
      text += fmt::format("; a step reads about {} of {} experts per layer",
                          countText(routing.experts_touched), outcome.model.params.experts);
    if (routing.imbalance > 1)
      text += fmt::format(", the busiest device {} times the mean", plainText(routing.imbalance));
    text += fmt::format(". Against even routing the price is {} times.",
                        decimalText(routing.price_against_even, 2));
    table.footnotes.push_back(text);
  }
  return table;
}

TextTable costPriceTable(const CostOutcome& outcome) {
  const TokenCost& cost = outcome.prices.cost;
  const TimeInterval& i = outcome.tpot_interval;
  const std::string basis(name(outcome.basis));
  TextTable table{"Speed and price",
                  {{"What", "", Align::kLeft},
                   {"Amount"},
                   {"90 % interval"},
                   {"Unit", "", Align::kLeft},
                   {"Basis", "", Align::kLeft}}};
  const auto money = [&](const char* what, double amount, const char* unit) {
    table.rows.push_back({what, figureCell(costUsd(amount), amount, unit),
                          costInterval(outcome, i.low * amount, i.high * amount, unit, costUsd),
                          unit, basis});
  };
  const double speed = outcome.output_tokens_per_s;
  const auto rate = [&](const char* what, double amount, const char* unit) {
    table.rows.push_back({what, figureCell(countText(amount), amount, unit),
                          costInterval(outcome, amount / i.high, amount / i.low, unit, countText),
                          unit, basis});
  };
  table.rows.push_back({"time to first token", durationCell(outcome.ttft), kNothing, "per request",
                        outcome.interval_known ? "fitted" : basis});
  table.rows.push_back({"time per output token", durationCell(outcome.tpot),
                        costInterval(outcome, i.low * outcome.tpot.value(),
                                     i.high * outcome.tpot.value(), "s", costDuration),
                        "per request", basis});
  rate("output", speed, "tokens/s");
  rate("output per device", speed / outcome.devices, "tokens/s");
  rate("requests", outcome.requests_per_s, "per second");
  money("all tokens", cost.usd_per_million_tokens, "USD per million tokens");
  money("output tokens, all in", cost.usd_per_million_output_tokens_all_in,
        "USD per million output tokens");
  if (outcome.prefix_hit_rate > 0) {
    money("split: uncached input", cost.usd_per_million_uncached_input_tokens,
          "USD per million input tokens");
    money("split: cached input", cost.usd_per_million_cached_input_tokens,
          "USD per million input tokens");
  } else {
    money("split: input tokens", cost.usd_per_million_input_tokens, "USD per million input tokens");
  }
  money("split: output tokens", cost.usd_per_million_output_tokens,
        "USD per million output tokens");
  table.footnotes = {
      "All in: the whole cost over output tokens. Split: prefill time over input tokens, the rest "
      "over output tokens."};
  if (outcome.idle_share > 0)
    table.footnotes.push_back(fmt::format("Devices are idle {} of the time, which is paid for.",
                                          percentText(outcome.idle_share)));
  if (outcome.disaggregated)
    table.footnotes.push_back(fmt::format(
        "Prefill runs on replicas of its own, {} for each of decode; input tokens pay for them.",
        plainText(outcome.prefill_replicas_per_decode_replica)));
  return table;
}

TextTable costOptionTable(const std::string& title, const std::vector<CostOption>& options) {
  TextTable table{title,
                  {{"Division", "", Align::kLeft},
                   {"Devices"},
                   {"Requests"},
                   {"Per user", "tokens/s"},
                   {"Per device", "tokens/s"},
                   {"First token"},
                   {"All in", "USD/M output"}}};
  for (const CostOption& option : options)
    table.rows.push_back({nameOf(option.parallelism), wholeCell(option.parallelism.devices()),
                          countCell(option.concurrency), plainCell(1 / option.tpot.value()),
                          plainCell(option.output_tokens_per_s_per_device),
                          durationCell(option.ttft),
                          moneyCell(option.usd_per_million_output_tokens_all_in)});
  return table;
}

TextTable costBreakEvenTable(const CostOutcome& outcome) {
  TextTable table{"Against published API prices, for the same requests",
                  {{"Provider", "", Align::kLeft},
                   {"API", "USD/1000 requests"},
                   {"Own", "USD/1000 requests"},
                   {"Equal at", "load"},
                   {"Date", "", Align::kLeft}}};
  for (const ApiComparison& comparison : outcome.prices.comparisons) {
    const BreakEven& even = comparison.break_even;
    table.rows.push_back(
        {comparison.offer.provider +
             (comparison.offer.reading.empty() ? "" : ", " + comparison.offer.reading),
         moneyCell(1000 * even.api_usd_per_request.value()),
         moneyCell(1000 * even.own_usd_per_request.value()),
         even.reachable ? percentCell(even.utilisation) : "never", comparison.offer.date});
  }
  return table;
}

std::string costAccuracySentence(const CostOutcome& outcome) {
  if (!outcome.interval_known)
    return "a roofline with the preset's constants, for comparison with the "
           "tables that it comes from; it was not held against measured serving.";
  const auto measured = [](const CostPart& part) {
    return part.basis != Basis::kRoofline && part.basis != Basis::kFitted;
  };
  if (std::none_of(outcome.parts.begin(), outcome.parts.end(), measured))
    return "neither kernels nor serving were measured on this machine or one like it; a "
           "roofline with assumed efficiencies stands for both. The interval is 2.5 times as wide, "
           "in "
           "logarithms, as on measured machines, which is a judgement. Ratios between models are "
           "firmer than prices.";
  return "on 1386 measured points of serving the time per output token was 11 % off on the "
         "mean, 12 % with the model and machine left out of the fit; the interval is that of such "
         "points (moeplan validate shows them). Time to first token was 24 % off on the median. "
         "Ratios between models are firmer than prices.";
}

}  // namespace moe::report
