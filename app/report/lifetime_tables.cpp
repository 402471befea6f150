#include "app/report/lifetime_tables.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/report/lifetime_report.h"
#include "app/report/number_text.h"
#include "app/report/plan_layout.h"
#include "app/report/table_cells.h"

namespace moe::report {
namespace {

using Cells = TableRow;

constexpr std::size_t kShownDesigns = 12;

std::string dollars(double usd) { return moneyText(Usd(usd)); }
std::string price(double usd) { return plainText(usd, 3); }

TableCell share(const std::optional<double>& value) {
  return value ? percentCell(*value) : TableCell(kNothing);
}

/// A limit's figure in its own unit.
std::string limitText(Binding limit, double value) {
  switch (limit) {
    case Binding::kWallTime:
      return durationText(Seconds(value));
    case Binding::kLossFloor:
      return decimalText(value, 3) + " nats";
    case Binding::kServingBudget:
      return usdText(Usd(value));
    case Binding::kLargestModel:
    case Binding::kSmallestModel:
      return "N = " + countText(value);
    case Binding::kTokensPerParam:
      return plainText(value) + " tokens per parameter";
    default:
      return countText(value) + " tokens";
  }
}

std::string reasonText(const LifetimeShortfall& shortfall) {
  if (shortfall.relaxations.empty()) {
    std::string text = "no single limit is to blame";
    if (shortfall.least_loss)
      text += fmt::format("; the least loss within the limits is {} nats",
                          decimalText(*shortfall.least_loss, 3));
    return text;
  }
  std::string text = "in the way: " + bindingText(shortfall.limit()) + "; would do, changed alone:";
  const char* separator = " ";
  for (const Relaxation& change : shortfall.relaxations) {
    text += fmt::format("{}{} instead of {}", separator, limitText(change.limit, change.needs),
                        limitText(change.limit, change.has));
    separator = ", or ";
  }
  return text;
}

/// Footnotes as rows are made.
class LifetimeNotes {
 public:
  std::string marks(const LifetimeRow& row) {
    if (row.extrapolated) extrapolated_ = true;
    if (row.extrapolated) return " !";
    const bool out = row.extrapolation.worstOfSizeAndTokens() > 0;
    outside_ = outside_ || out;
    return out ? " ~" : "";
  }
  std::string letter(const std::string& text) {
    const char mark = static_cast<char>('a' + lines_.size() % 26);
    lines_.push_back(fmt::format("{}) {}.", mark, text));
    return fmt::format(" {})", mark);
  }
  std::vector<std::string> lines() const {
    std::vector<std::string> all;
    if (extrapolated_)
      all.push_back(
          "! more than one decade outside the law's runs in N, D or D/N: not recommended.");
    if (outside_) all.push_back("~ outside the law's runs, by less than a decade.");
    all.insert(all.end(), lines_.begin(), lines_.end());
    return all;
  }

 private:
  bool extrapolated_ = false;
  bool outside_ = false;
  std::vector<std::string> lines_;
};

/// The figure that decides, with its interval beside it.
Cells objectiveCells(const LifetimeAnswer& answer, const LifetimeRow& row) {
  if (answer.request.target_loss)
    return {moneyCell(row.best->total_usd),
            spanCell(bracketText(row.ci95.total_usd, dollars), row.ci95.total_usd)};
  return {lossCell(row.best->loss), spanCell(bracketText(row.ci95.loss, lossText), row.ci95.loss)};
}

Cells designCells(const LifetimeAnswer& answer, const LifetimeRow& row, const std::string& label) {
  const LifetimeModel& m = *row.best;
  const PricedDesign& design = answer.request.designs[row.design];
  Cells cells = {label,
                 countCell(m.params),
                 countCell(design.total_params(m.params)),
                 countCell(m.train_tokens),
                 plainCell(m.tokensPerParam()),
                 moneyCell(m.training.usd),
                 plainCell(m.serving.usd_per_million_output_tokens_all_in)};
  const Cells objective = objectiveCells(answer, row);
  cells.insert(cells.end(), objective.begin(), objective.end());
  cells.insert(cells.end(), {share(row.best_share), share(row.regret_share)});
  return cells;
}

std::vector<TableColumn> designColumns(bool by_cost) {
  return {{"Design", "", Align::kLeft},
          {"N", "dense"},
          {"In memory", "params"},
          {"Trained on", "tokens"},
          {"D/N"},
          {"Training", "USD"},
          {"Serving", "USD/M output"},
          {by_cost ? "All" : "Loss", by_cost ? "USD" : "nats"},
          {"95 % of draws"},
          {"Best", "of draws"},
          {"Regret", "mean"}};
}

std::string designBasis(const LifetimeAnswer& answer) {
  std::string text;
  for (const Basis basis : {Basis::kInterpolated, Basis::kTransferred, Basis::kRoofline})
    if (std::count(answer.price_basis.begin(), answer.price_basis.end(), basis) > 0)
      text += (text.empty() ? "" : ", ") + std::string(name(basis));
  return text;
}

/// One end of the tornado as three cells.
void addEnd(const std::optional<SensitivityEnd>& end, bool by_cost, Cells& cells) {
  if (!end) {
    cells.insert(cells.end(), {kNothing, "", ""});
  } else if (!end->problem.empty()) {
    cells.insert(cells.end(), {end->label, "none", ""});
  } else {
    cells.insert(
        cells.end(),
        {end->label,
         by_cost ? decimalCell(end->total_ratio, 2)
                 : figureCell(fmt::format("{:+.3f}", end->loss_difference), end->loss_difference),
         figureCell(fmt::format("{:.2f}{}", end->params_ratio, end->design_changed ? " *" : ""),
                    end->params_ratio)});
  }
}

}  // namespace

TextTable designTable(const LifetimeAnswer& answer) {
  TextTable table{
      fmt::format("Designs, the best first (law: fitted; serving prices: {})", designBasis(answer)),
      designColumns(answer.request.target_loss.has_value())};
  LifetimeNotes notes;
  for (const LifetimeRow& row : answer.outcome.rows) {
    if (table.rows.size() == kShownDesigns) break;
    const std::string& label = answer.request.designs[row.design].label;
    if (row.best) {
      table.rows.push_back(designCells(answer, row, label + notes.marks(row)));
      continue;
    }
    Cells cells(table.columns.size(), "-");
    cells.front() = label + notes.letter(reasonText(row.shortfall));
    table.rows.push_back(std::move(cells));
  }
  table.footnotes = notes.lines();
  if (answer.outcome.rows.size() > kShownDesigns)
    table.footnotes.push_back(
        fmt::format("{} more designs are in --json.", answer.outcome.rows.size() - kShownDesigns));
  return table;
}

TextTable intervalTable(const LifetimeAnswer& answer) {
  TextTable table{"95 % of draws of the law and of the prices' uncertainty",
                  {{"Design", "", Align::kLeft},
                   {"N", "dense"},
                   {"Trained on", "tokens"},
                   {"Loss", "nats"},
                   {"Training", "USD"},
                   {"Serving", "USD/M output"}}};
  const auto add = [&](const std::optional<std::size_t>& index) {
    if (!index) return;
    const LifetimeRow& row = answer.outcome.rows[*index];
    const LifetimeIntervals& ci = row.ci95;
    if (!ci.params) return;
    const auto span = [](const std::optional<Range>& range, std::string (*text)(double)) {
      return spanCell(bracketText(range, text), range);
    };
    table.rows.push_back({answer.request.designs[row.design].label, span(ci.params, countText),
                          span(ci.train_tokens, countText), span(ci.loss, lossText),
                          span(ci.train_usd, dollars),
                          span(ci.usd_per_million_output_tokens_all_in, price)});
  };
  add(answer.shown);
  add(answer.outcome.recommendation.runner_up);
  return table;
}

TextTable lifetimeVariantTable(const LifetimeAnswer& answer) {
  const bool by_cost = answer.request.target_loss.has_value();
  TextTable table{"Other fits of the same runs",
                  {{"Fit", "", Align::kLeft},
                   {"Design", "", Align::kLeft},
                   {"N", "dense"},
                   {"Trained on", "tokens"},
                   {by_cost ? "All" : "Loss", by_cost ? "USD" : "nats"}}};
  if (!answer.shown) return table;
  const std::size_t design = answer.outcome.rows[*answer.shown].design;
  for (const LifetimeVariant& variant : answer.outcome.variants) {
    const auto& figures = variant.designs[design];
    const std::string& label = answer.request.designs[design].label;
    if (!figures) {
      table.rows.push_back({variant.label, label, "-", "-", "infeasible"});
      continue;
    }
    table.rows.push_back({variant.label, label, countCell(figures->params),
                          countCell(figures->train_tokens),
                          by_cost ? moneyCell(figures->objective) : lossCell(figures->objective)});
  }
  return table;
}

TextTable sensitivityTable(const LifetimeAnswer& answer) {
  const bool by_cost = answer.request.target_loss.has_value();
  const std::string figure = by_cost ? "USD" : "Loss";
  const std::string unit = by_cost ? "x base" : "nats";
  TextTable table{"What the recommendation rests on, the assumption that moves most first",
                  {{"Assumption", "", Align::kLeft},
                   {"Low", "", Align::kLeft},
                   {figure, unit},
                   {"N", "x base"},
                   {"High", "", Align::kLeft},
                   {figure, unit},
                   {"N", "x base"}}};
  if (!answer.sensitivity) return table;
  bool changed = false;
  for (const SensitivityRow& row : answer.sensitivity->rows) {
    Cells cells = {row.name};
    addEnd(row.low, by_cost, cells);
    addEnd(row.high, by_cost, cells);
    changed =
        changed || (row.low && row.low->design_changed) || (row.high && row.high->design_changed);
    table.rows.push_back(std::move(cells));
  }
  if (changed) table.footnotes.push_back("* another design is the best there.");
  const std::string& base = answer.sensitivity->base.design;
  if (answer.shown &&
      base != answer.request.designs[answer.outcome.rows[*answer.shown].design].label)
    table.footnotes.push_back("Base: " + base + ", the best of all, also outside the law's runs.");
  return table;
}

TextTable modelTable(const LifetimeAnswer& answer) {
  TextTable table{"As a real model (sizes: computed; speeds: the exact cost model)",
                  {{"What", "", Align::kLeft}, {"Answer", "", Align::kLeft}}};
  if (!answer.model) return table;
  const ConcreteModel& real = *answer.model;
  const PricedDesign& design = answer.request.designs[answer.outcome.rows[*answer.shown].design];
  const ModelEntry& m = real.model.entry;
  std::string sizes = fmt::format("{} layers, hidden {}, {} heads of {} ({} KV)", m.layers,
                                  m.hidden, m.heads, m.head_dim, m.kv_heads);
  if (m.dense_ffn > 0) sizes += fmt::format(", FFN {}", m.dense_ffn);
  if (m.experts > 0)
    sizes += fmt::format(
        ", {} experts of {}, top-{}, in every {}", m.experts, m.expert_ffn, m.top_k,
        m.moe_every_n_layers == 1 ? "layer" : fmt::format("{} layers", m.moe_every_n_layers));
  const RealisedParams& params = real.model.params;
  const TrainingCost& training = real.training.cost;
  const TrainingSetup& setup = real.training.setup;
  table.rows = {
      {"model", sizes},
      {"parameters", fmt::format("{} active, {} in memory; N {}", countText(params.active),
                                 countText(params.total), countText(params.dense))},
      {"training", fmt::format("{} tokens, {} FLOP, {} device-hours at MFU {}, {}",
                               countText(real.train_tokens), powerText(training.train_flop.value()),
                               countText(training.device_time.value() / 3600),
                               percentText(training.mfu), usdText(training.price))},
      {"  how", fmt::format("{} devices: tensor {}, pipeline {}, expert parallel {}; {} on them",
                            setup.devices, setup.tensor_parallel, setup.pipeline_parallel,
                            setup.expert_parallel, durationText(training.time))},
      {"serving",
       fmt::format("{} weights on {} x {} ({}), {:.0f} requests at once, {} output tokens a day, "
                   "TPOT {}, TTFT {}",
                   name(design.weights), real.serving.parallelism.devices(), design.hardware,
                   nameOf(real.serving.parallelism), real.serving.best.concurrency,
                   countText(real.output_tokens_per_s * 86400),
                   durationText(Seconds(real.serving.best.times.tpot_s)),
                   durationText(Seconds(real.serving.best.times.ttft_s)))},
      {"  price", fmt::format("{} per million output tokens all-in, {} per million of all tokens",
                              usdText(Usd(real.serving.usd_per_million_output_tokens_all_in)),
                              usdText(Usd(real.usd_per_million_tokens)))},
      {"whole life",
       fmt::format("{} at {} nats", usdText(Usd(real.total_usd)), decimalText(real.loss, 3))}};
  return table;
}

}  // namespace moe::report
