#include "app/report/plan_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/report/number_text.h"
#include "app/report/plan_layout.h"
#include "app/report/table_cells.h"

namespace moe::report {
namespace {

using Cells = TableRow;
using MaybeInterval = std::optional<Interval>;

constexpr int kColumns = 9;

/// As many decimals as an interval of this width needs, so that value and interval look alike.
std::string aligned(double value, const MaybeInterval& interval) {
  const auto text = [](double v) { return plainText(v, 3); };
  if (!interval || interval->low == interval->high) return text(value);
  if (interval->high - interval->low > value) return text(value);  // two digits of it would vanish
  const std::string all = intervalText(value, interval->low, interval->high);
  return all.substr(0, all.find(' '));
}

std::string alignedBracket(double value, const MaybeInterval& interval) {
  if (!interval) return "";
  if (interval->high - interval->low > value) {
    return fmt::format("[{}, {}]", plainText(interval->low, 2), plainText(interval->high, 2));
  }
  const std::string all = intervalText(value, interval->low, interval->high);
  return all.substr(all.find(' ') + 1);
}

std::string savingPercent(double cost_vs_base) {
  const double saving = 100 * (1 - cost_vs_base);
  return fmt::format("{:.0f}", std::abs(saving) < 0.5 ? 0.0 : saving);
}

std::string savingText(double cost_vs_base) { return savingPercent(cost_vs_base) + " %"; }

/// What is saved against the base, kept in %.
TableNumber savingNumber(double cost_vs_base, const MaybeInterval& interval) {
  TableNumber saving{.value = 100 * (1 - cost_vs_base), .unit = "%"};
  if (!interval) return saving;
  saving.low = 100 * (1 - interval->high);
  saving.high = 100 * (1 - interval->low);
  return saving;
}

std::string savingBracket(const MaybeInterval& cost_vs_base) {
  if (!cost_vs_base) return "";
  return fmt::format("[{}, {}] %", savingPercent(cost_vs_base->high),
                     savingPercent(cost_vs_base->low));
}

std::string ratioText(double value) { return fmt::format("{:.{}f}", value, value < 10 ? 1 : 0); }

const char* chosenName(PlanMode mode) {
  return mode == PlanMode::kMinLoss ? "equal cost" : "over-trained";
}

/// Collects footnotes as rows are made.
struct PlanNotes {
  std::vector<std::string> lines;
  bool outside = false;
  bool extrapolated = false;
  bool tight = false;

  std::string letter(std::string text) {
    const char mark = static_cast<char>('a' + lines.size() % 26);
    lines.push_back(fmt::format("{}) {}", mark, text));
    return fmt::format("{})", mark);
  }
};

std::string reason(const PlanAnswer& answer, const PlanRow& row, const Configuration& c) {
  const PlanRow& base = answer.outcome.baseRow();
  switch (c.shortfall) {
    case Shortfall::kCannotReach:
      return fmt::format("E = {:g} cannot reach {} nats at this budget; it would at {} FLOP.",
                         row.experts, lossText(base.loss_optimal.loss),
                         c.reachable_at ? powerText(c.reachable_at->value()) : "no");
    case Shortfall::kDoesNotFit:
      return fmt::format("{} parameters leave no room for a request on up to {} x {}.",
                         countText(c.total_params), answer.request.max_devices,
                         answer.request.accelerator.name);
    case Shortfall::kNoCostBound:
      return "The base cannot be served, so there is no cost to hold.";
    case Shortfall::kTooDear:
      return fmt::format("No model with E = {:g} serves at the base's cost.", row.experts);
    case Shortfall::kNoOptimum:
      return fmt::format("Loss has no minimum along the budget with E = {:g}.", row.experts);
    case Shortfall::kNone:
      break;
  }
  return "";
}

std::string marks(const PlanAnswer& answer, const PlanRow& row, const Configuration& c,
                  PlanNotes& notes) {
  std::string text;
  if (c.extrapolated)
    text += " !";
  else if (c.extrapolation.worstOfSizeAndTokens() > 0)
    text += " ~";
  notes.outside = notes.outside || text == " ~";
  if (c.tight_memory) text += " *";
  notes.extrapolated = notes.extrapolated || c.extrapolated;
  notes.tight = notes.tight || c.tight_memory;
  const std::string why = reason(answer, row, c);
  if (!why.empty()) text += " " + notes.letter(why);
  return text;
}

void addConfiguration(const PlanAnswer& answer, const PlanRow& row, const Configuration& c,
                      const std::string& name, bool first, bool chosen, PlanNotes& notes,
                      TextTable& table) {
  const std::string label = name + marks(answer, row, c, notes);
  Cells cells(kColumns, "-");
  Cells below(kColumns);
  cells[0] = TableCell(first ? fmt::format("{:g}", row.experts) : "", {{.value = row.experts}});
  cells[1] = label;
  if (c.exists) {
    cells[2] = withSpan(countCell(c.dense_params), c.ci95.dense_params);
    below[2] = bracketText(c.ci95.dense_params, countText);
    cells[3] = withSpan(countCell(c.train_tokens), c.ci95.train_tokens);
    cells[4] = withSpan(lossCell(c.loss), c.ci95.loss);
    below[4] = bracketText(c.ci95.loss, lossText);
    cells[5] = withSpan(figureCell(ratioText(c.tokensPerParam()), c.tokensPerParam()),
                        c.ci95.tokens_per_param);
    below[5] = bracketText(c.ci95.tokens_per_param, ratioText);
  }
  if (c.serving) {
    const double price = c.serving->usd_per_million_tokens;
    const MaybeInterval& price95 = c.ci95.usd_per_million_tokens;
    cells[6] = wholeCell(c.serving->devices);
    cells[7] = withSpan(figureCell(aligned(price, price95), price), price95);
    below[7] = alignedBracket(price, price95);
    if (c.cost_vs_base)
      cells[8] = TableCell(savingText(*c.cost_vs_base),
                           {savingNumber(*c.cost_vs_base, c.ci95.cost_vs_base)});
    below[8] = savingBracket(c.ci95.cost_vs_base);
  }
  if (chosen && row.best_share)
    below[1] = TableCell(fmt::format("  best in {}", percentText(*row.best_share)),
                         {{.value = 100 * *row.best_share, .unit = "%", .name = "best in draws"}});
  table.rows.push_back(cells);
  if (std::any_of(below.begin(), below.end(),
                  [](const TableCell& cell) { return !cell.text.empty(); }))
    table.rows.push_back(below);
}

void addFootnotes(const PlanAnswer& answer, const PlanNotes& notes, TextTable& table) {
  if (notes.outside)
    table.footnotes.push_back(
        "~ outside the fitted runs in N, D or tokens per parameter, by a decade "
        "at most");
  if (notes.extrapolated)
    table.footnotes.push_back(
        "! more than one decade outside the fitted runs in N, D or tokens per "
        "parameter: never recommended");
  if (notes.tight)
    table.footnotes.push_back(
        "* room for fewer than 64 requests, or within 10 % of what fits at "
        "all: the price is steep and uncertain");
  table.footnotes.insert(table.footnotes.end(), notes.lines.begin(), notes.lines.end());
  if (answer.outcome.draws > 0)
    table.footnotes.push_back(
        fmt::format("[ ] 95 % intervals from {} joint posterior draws, best in: share of them in "
                    "which this E wins; they leave out the choice of law and of runs",
                    answer.outcome.draws));
}

}  // namespace

TextTable planTable(const PlanAnswer& answer) {
  const PlanOutcome& outcome = answer.outcome;
  TextTable table;
  table.title = fmt::format(
      "Configurations at {} training FLOP each; N of the dense model, saving "
      "against loss-optimal {:g} experts",
      powerText(answer.request.budget.value()), outcome.baseRow().experts);
  table.columns = {{"E", ""},        {"Configuration", "", Align::kLeft},
                   {"N", ""},        {"Tokens", ""},
                   {"Loss", "nats"}, {"Tokens per N", ""},
                   {"Devices", ""},  {"Serving", "USD/M tokens"},
                   {"Saving", ""}};
  PlanNotes notes;
  for (const PlanRow& row : outcome.rows) {
    const bool both = outcome.mode != PlanMode::kLossOptimal && &row != &outcome.baseRow();
    const std::string own = &row == &outcome.baseRow() ? "base optimum" : "loss-optimal";
    addConfiguration(answer, row, row.loss_optimal, own, true, !both, notes, table);
    if (both)
      addConfiguration(answer, row, row.chosen, chosenName(outcome.mode), false, true, notes,
                       table);
  }
  addFootnotes(answer, notes, table);
  return table;
}

TextTable variantTable(const PlanAnswer& answer) {
  const PlanOutcome& outcome = answer.outcome;
  TextTable table;
  table.title = "The same plan with other fits of the law: what the intervals leave out";
  table.columns = {{"Fit", "", Align::kLeft}};
  for (const PlanRow& row : outcome.rows)
    table.columns.push_back({fmt::format("E = {:g}", row.experts), "N, saving"});
  const auto cell = [](std::optional<double> params, std::optional<double> cost_vs_base) {
    TableCell both((params ? countText(*params) : "-") + ", " +
                   (cost_vs_base ? savingText(*cost_vs_base) : "-"));
    if (!params && !cost_vs_base) return TableCell(kNothing);
    if (params) both.numbers.push_back({.value = params, .unit = "parameters", .name = "N"});
    if (cost_vs_base) both.numbers.push_back(savingNumber(*cost_vs_base, std::nullopt));
    if (cost_vs_base) both.numbers.back().name = "saving";
    return both;
  };
  for (const PlanVariant& variant : outcome.variants) {
    Cells cells = {variant.label};
    for (const auto& row : variant.rows) cells.push_back(cell(row.dense_params, row.cost_vs_base));
    table.rows.push_back(cells);
  }
  if (table.rows.empty()) return table;
  Cells cells = {"this plan"};
  for (const PlanRow& row : outcome.rows)
    cells.push_back(cell(row.chosen.exists ? std::optional(row.chosen.dense_params) : std::nullopt,
                         row.chosen.cost_vs_base));
  table.rows.insert(table.rows.begin(), cells);
  return table;
}

const char* verdictText(const PaperClaim& claim) {
  if (claim.figure_agrees) return "cheaper, and the figure agrees";
  if (!claim.direction_holds) return "not clearly cheaper";
  return claim.ours > claim.paper.high ? "cheaper, but less than claimed"
                                       : "cheaper, and more than claimed";
}

TextTable paperTable(const PlanAnswer& answer) {
  TextTable table;
  table.title = "Against the paper [Yun2024], whose law and traffic are not published";
  table.columns = {
      {"Claim", "", Align::kLeft}, {"Paper", ""}, {"Ours", ""}, {"Verdict", "", Align::kLeft}};
  for (const PaperClaim& claim : answer.paper) {
    const std::string verdict = verdictText(claim);
    table.rows.push_back(
        {claim.claim,
         spanCell(fmt::format("{:.2f} to {:.2f}", claim.paper.low, claim.paper.high), claim.paper),
         withSpan(figureCell(claim.ours_ci95 ? intervalText(claim.ours, claim.ours_ci95->low,
                                                            claim.ours_ci95->high)
                                             : decimalText(claim.ours, 2),
                             claim.ours),
                  claim.ours_ci95),
         verdict});
  }
  return table;
}

}  // namespace moe::report
