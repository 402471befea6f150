#include "app/report/adapt_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/report/number_text.h"
#include "app/report/table_cells.h"
#include "app/report/training_cost_tables.h"
#include "data/numbers.h"

namespace moe::report {
namespace {

/// What a method trains in few words.
std::string trainedText(const AdaptRow& row) {
  const AdaptedModel& adapted = row.adapted;
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  if (adapted.added() == 0 && adapted.trained() == adapted.model.params.total())
    return "everything";
  for (std::size_t i = 0; i < kModelParts; ++i)
    if (adapted.own[i] > 0) add(std::string(name(static_cast<ModelPart>(i))));
  if (adapted.low_rank > 0) add("low-rank matrices");
  if (adapted.vectors > 0) add("vectors");
  if (adapted.mixture_routers > 0) add("their routers");
  return text;
}

double fullStepFlop(const AdaptOutcome& outcome) {
  for (const AdaptRow& row : outcome.rows)
    if (row.method == AdaptationMethod::kFull && row.flop) return row.flop->computed();
  return NAN;
}

/// A figure in proportion to time, with its interval where the speed was measured.
template <class Text>
TableCell trainedCell(const AdaptationCost& cost, double value, const char* unit,
                      const Text& text) {
  TableCell cell = figureCell(text(value), value, unit);
  if (!cost.basis) return cell;
  const Range range{value * cost.low_factor, value * cost.high_factor};
  cell.text = intervalText(cell.text, text(range.low), text(range.high));
  return withSpan(std::move(cell), range);
}

TableCell trainedTime(const AdaptationCost& cost) {
  return trainedCell(cost, cost.time.value(), "s",
                     [](double seconds) { return durationText(Seconds(seconds)); });
}

TableCell trainedPrice(const AdaptationCost& cost) {
  return trainedCell(cost, cost.price.value(), "USD",
                     [](double usd) { return moneyText(Usd(usd)); });
}

/// "15.7 B" as it was printed, and what it says.
TableCell quotedCount(std::string_view printed) {
  if (printed.empty()) return kNothing;
  const std::size_t blank = printed.find(' ');
  const auto number = parseNumber(printed.substr(0, blank));
  if (!number || blank == std::string_view::npos) return std::string(printed);
  return figureCell(std::string(printed), *number * unitScale(printed.substr(blank + 1)),
                    "parameters");
}

std::string expertList(const std::vector<int>& experts) {
  constexpr std::size_t kMostShown = 16;
  const auto shown = std::min(experts.size(), kMostShown);
  std::string text = fmt::format(
      "{}", fmt::join(experts.begin(), experts.begin() + static_cast<std::ptrdiff_t>(shown), " "));
  if (shown < experts.size()) text += fmt::format(" and {} more", experts.size() - shown);
  return text;
}

}  // namespace

const AdaptRow* cheapestMethod(const AdaptOutcome& outcome) {
  const AdaptRow* cheapest = nullptr;
  for (const AdaptRow& row : outcome.rows)
    if (row.cost && row.cost->fits &&
        (cheapest == nullptr || row.cost->price.value() < cheapest->cost->price.value()))
      cheapest = &row;
  return cheapest;
}

double oneExpertParams(const AdaptOutcome& outcome) {
  const ModelArchitecture& model = outcome.model;
  return static_cast<double>(model.params.one_expert) /
         std::max(1.0, static_cast<double>(model.routed_layers));
}

std::string binaryBytesText(Bytes size) {
  constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  double value = size.value();
  std::size_t unit = 0;
  for (; value >= 1024 && unit + 1 < std::size(kUnits); ++unit) value /= 1024;
  return fmt::format("{} {}", plainText(value), kUnits[unit]);
}

TextTable adaptMethodTable(const AdaptOutcome& outcome) {
  const bool flop = std::any_of(outcome.rows.begin(), outcome.rows.end(),
                                [](const AdaptRow& row) { return row.flop.has_value(); });
  TextTable table{"What each method trains and stores (counted from the architecture)",
                  {{"Method", "", Align::kLeft},
                   {"Trained", "parameters"},
                   {"Share", "of all"},
                   {"Checkpoint", "bf16"},
                   {"Checkpoint", "bf16, binary"},
                   {"Gradients", ""},
                   {"Optimizer", ""},
                   {"Activations", "kB/token"}}};
  if (flop) {
    table.columns.push_back({"Forward", "FLOP/token"});
    table.columns.push_back({"Backward", "FLOP/token"});
    table.columns.push_back({"Step", "of full"});
  }
  const double all = static_cast<double>(outcome.model.params.total());
  const double full = fullStepFlop(outcome);
  for (const AdaptRow& row : outcome.rows) {
    const double trained = static_cast<double>(row.adapted.trained());
    table.rows.push_back(
        {std::string(name(row.method)), countCell(trained), percentCell(trained / all),
         bytesCell(row.bytes.checkpoint),
         figureCell(binaryBytesText(row.bytes.checkpoint), row.bytes.checkpoint.value(), "bytes"),
         bytesCell(row.bytes.gradients), bytesCell(row.bytes.optimizer),
         plainCell(row.activation_bytes_per_token / 1e3)});
    if (!flop) continue;
    auto& cells = table.rows.back();
    cells.push_back(row.flop ? powerCell(row.flop->forward + row.flop->added) : kNothing);
    cells.push_back(row.flop ? powerCell(row.flop->backward()) : kNothing);
    cells.push_back(row.flop && std::isfinite(full) ? percentCell(row.flop->computed() / full)
                                                    : kNothing);
  }
  for (const AdaptRow& row : outcome.rows)
    table.footnotes.push_back(fmt::format("{}: {}", name(row.method), trainedText(row)));
  return table;
}

TextTable adaptTrainingTable(const AdaptOutcome& outcome) {
  TextTable table{"Memory of a device, time and price (90 % intervals)",
                  {{"Method", "", Align::kLeft},
                   {"ZeRO", "stage"},
                   {"Weights", "GB"},
                   {"States", "GB"},
                   {"Activations", "GB"},
                   {"All", "GB"},
                   {"Fits", "", Align::kLeft},
                   {"Speed", "tokens/s/device"},
                   {"Time"},
                   {"Price", "USD"},
                   {"Basis", "", Align::kLeft}}};
  const auto gigabytes = [](Bytes size) { return decimalCell(size.value() / 1e9, 1); };
  for (const AdaptRow& row : outcome.rows) {
    if (!row.cost) continue;
    const AdaptationCost& cost = *row.cost;
    const AdaptationMemory& memory = cost.memory;
    const auto when = [&](const TableCell& cell) { return cost.fits ? cell : kNothing; };
    table.rows.push_back({std::string(name(row.method)), wholeCell(cost.zero_stage),
                          gigabytes(memory.weights + memory.gathered_layer),
                          gigabytes(memory.gradients + memory.optimizer),
                          gigabytes(memory.activations + memory.logits), gigabytes(memory.total()),
                          cost.fits ? "yes" : "no", when(plainCell(cost.tokens_per_s_per_device)),
                          when(trainedTime(cost)), when(trainedPrice(cost)),
                          when(cost.basis ? std::string(name(*cost.basis)) : "given MFU")});
  }
  table.footnotes = {
      fmt::format("A device has {}. Speeds are that of full fine-tuning in the ratio of the FLOP; "
                  "replicas exchange and update what is trained.",
                  usableMemoryText(outcome.run->accelerator))};
  return table;
}

TextTable adaptServingTable(const AdaptOutcome& outcome) {
  TextTable table{
      fmt::format("{} adapters on one base against {} full copies (computed; steps from measured "
                  "kernels, adapters' reads from the roofline)",
                  outcome.adapters, outcome.adapters),
      {{"Method", "", Align::kLeft},
       {"One adapter"},
       {"Base and all"},
       {"KV left", "tokens"},
       {"Requests", "at once"},
       {"Extra step", "per token"},
       {"Output", "tokens/s"},
       {"Output", "tokens/s/device"},
       {"Copies", "devices"},
       {"Copies", "bytes"},
       {"Copies", "tokens/s/device"}}};
  for (const AdaptRow& row : outcome.rows) {
    if (!row.serving) continue;
    const AdapterServing& serving = *row.serving;
    const AdapterDeployment& shared = serving.shared;
    const AdapterDeployment& copies = serving.copies;
    const bool fits = serving.fits;
    const auto when = [&](const TableCell& cell) { return fits ? cell : kNothing; };
    table.rows.push_back(
        {std::string(name(row.method)), bytesCell(serving.adapter),
         fits ? bytesCell(shared.weights)
              : (row.method == AdaptationMethod::kFull ? "not shared" : "does not fit"),
         when(countCell(shared.kv_capacity_tokens)), when(plainCell(shared.concurrency)),
         when(durationCell(serving.extra_step)), when(plainCell(shared.output_tokens_per_s)),
         when(plainCell(shared.output_tokens_per_s / std::max(1, shared.devices))),
         wholeCell(copies.devices), bytesCell(copies.weights),
         plainCell(copies.output_tokens_per_s / std::max(1, copies.devices))});
  }
  table.footnotes = {fmt::format(
      "The base is on {} x {}; requests of {} prompt and {} output tokens, spread evenly over the "
      "adapters; the copies serve as many requests together.",
      outcome.serving_devices, outcome.run->accelerator.name, plainText(outcome.prompt_tokens),
      plainText(outcome.output_tokens))};
  return table;
}

TextTable adaptLayerTable(const AdaptOutcome& outcome, const AdaptSelection& selection) {
  TextTable table{fmt::format("Experts of {} by {} scores, p {} (ESFT)", selection.task,
                              name(selection.kind), selection.p),
                  {{"Layer"},
                   {"Experts"},
                   {"Effective", "of all"},
                   {"Gini"},
                   {"Largest", "share"},
                   {"Chosen, most relevant first", "", Align::kLeft}}};
  std::size_t row = 0;
  for (const auto& [layer, chosen] : selection.config.experts) {
    const bool known = row < selection.layers.size();
    const Concentration one = known ? selection.layers[row] : Concentration{};
    const auto when = [&](const TableCell& cell) { return known ? cell : kNothing; };
    table.rows.push_back(
        {wholeCell(layer), wholeCell(chosen.size()), when(decimalCell(one.effective_experts, 1)),
         when(decimalCell(one.gini, 2)), when(percentCell(one.largest_share)), expertList(chosen)});
    ++row;
  }
  const auto trained = static_cast<double>(trainedExperts(selection.config));
  const double layers = static_cast<double>(selection.config.experts.size());
  table.footnotes = {fmt::format("{} experts of {}, {} a layer: {} parameters, {}", trained,
                                 layers * outcome.model.entry.experts,
                                 decimalText(trained / std::max(1.0, layers), 2),
                                 countText(trained * oneExpertParams(outcome)),
                                 bytesText(Bytes(2 * trained * oneExpertParams(outcome))))};
  if (selection.layers.empty()) return table;
  const Concentration mean = meanConcentration(selection.layers);
  table.footnotes.push_back(fmt::format(
      "Routing is as concentrated as {} evenly used experts of {} (entropy {} nats, even use {}).",
      decimalText(mean.effective_experts, 1), outcome.model.entry.experts,
      decimalText(mean.entropy_nats, 2), decimalText(std::log(outcome.model.entry.experts), 2)));
  return table;
}

TextTable adaptSweepTable(const AdaptOutcome& outcome, const AdaptSelection& selection) {
  TextTable table{
      fmt::format("Threshold p on {} scores of {}", name(selection.kind), selection.task),
      {{"p"},
       {"Experts"},
       {"Per layer", "mean"},
       {"Least"},
       {"Most"},
       {"Trained", "parameters"},
       {"Share", "of all"},
       {"Checkpoint", "bf16"}}};
  const double all = static_cast<double>(outcome.model.params.total());
  for (const SelectionPoint& point : selection.sweep) {
    const double trained = static_cast<double>(point.experts) * oneExpertParams(outcome);
    table.rows.push_back({figureCell(fmt::format("{}", point.p), point.p), wholeCell(point.experts),
                          decimalCell(point.mean, 2), wholeCell(point.least), wholeCell(point.most),
                          countCell(trained), percentCell(trained / all),
                          bytesCell(Bytes(2 * trained))});
  }
  return table;
}

TextTable adaptOverlapTable(const AdaptSelection& selection) {
  TextTable table{
      fmt::format("What tasks have in common, means over layers ({} scores)", name(selection.kind)),
      {{"Task", "", Align::kLeft},
       {"and", "", Align::kLeft},
       {"Trained by both", "experts/layer"},
       {"Jaccard"},
       {"Top k in both", "experts/layer"}}};
  for (const TaskPair& pair : selection.pairs)
    table.rows.push_back({pair.first, pair.second, decimalCell(pair.selection.shared_experts, 2),
                          decimalCell(pair.selection.jaccard, 2),
                          pair.top_experts ? decimalCell(*pair.top_experts, 2) : kNothing});
  return table;
}

TextTable adaptQualityTable(const AdaptOutcome& outcome) {
  TextTable table{"Published quality (quoted, not predicted)",
                  {{"Method", "", Align::kLeft},
                   {"Trained", "", Align::kLeft},
                   {"Parameters", "as printed"},
                   {"Measure", "", Align::kLeft},
                   {"Value", "", Align::kLeft},
                   {"Source", "", Align::kLeft}}};
  for (const PublishedQuality& one : outcome.qualities)
    table.rows.push_back({std::string(name(one.method)), std::string(one.variant),
                          quotedCount(one.trained), std::string(one.measure),
                          std::string(one.value), std::string(one.source)});
  return table;
}

TextTable adaptFigureTable(const AdaptOutcome& outcome) {
  TextTable table{"Published figures of adapting this model, beside ours",
                  {{"Of", "", Align::kLeft},
                   {"Figure", "", Align::kLeft},
                   {"Published"},
                   {"Ours"},
                   {"Unit", "", Align::kLeft},
                   {"Match", "", Align::kLeft},
                   {"Convention", "", Align::kLeft}}};
  for (const MatchedFigure& match : outcome.figures)
    table.rows.push_back(
        {match.figure.system, match.figure.quantity,
         figureCell(match.figure.published, publishedValue(match.figure), match.figure.unit),
         match.derived ? figureCell(plainText(*match.derived, 4), *match.derived, match.figure.unit)
                       : kNothing,
         match.figure.unit, std::string(name(match.status)),
         match.figure.convention.empty() ? match.figure.note : match.figure.convention});
  return table;
}

}  // namespace moe::report
