#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/gui/presenters/plan_figures.h"
#include "app/report/lifetime_report.h"
#include "app/report/number_text.h"
#include "app/report/plots/plot_parts.h"

namespace moe {
namespace {

using report::countText;
using report::decimalText;
using report::moneyText;
using report::percentText;
using report::plainText;
using Cell = TableData::Cell;

Cell wordCell(std::string text) { return {std::move(text), 0, false}; }

/// An absent figure is sorted last.
Cell figureCell(std::string text, double order) { return {std::move(text), order, true}; }
Cell absentCell() { return {"-", HUGE_VAL, true}; }

Cell lossCell(double loss) { return figureCell(decimalText(loss, 3), loss); }
Cell countCell(double count) { return figureCell(countText(count), count); }
Cell usdCell(double usd) { return figureCell(moneyText(Usd(usd)), usd); }
Cell plainCell(double value) { return figureCell(plainText(value), value); }

Cell shareCell(const std::optional<double>& share) {
  return share ? figureCell(percentText(*share), *share) : absentCell();
}

Cell rangeCell(const std::optional<Range>& range, std::string (*text)(double)) {
  if (!range) return wordCell("");
  return figureCell(fmt::format("{} .. {}", text(range->low), text(range->high)), range->low);
}

std::string lossWords(double loss) { return decimalText(loss, 3); }
std::string usdWords(double usd) { return moneyText(Usd(usd)); }

std::string outsideWords(double decades) {
  return decades > 1   ? fmt::format("{:.1f} decades outside the runs: never recommended", decades)
         : decades > 0 ? fmt::format("{:.1f} decades outside the runs", decades)
                       : "";
}

std::string shortfallWords(const PlanAnswer& answer, const Configuration& c) {
  switch (c.shortfall) {
    case Shortfall::kNone:
      return "";
    case Shortfall::kNoOptimum:
      return "loss has no minimum along the budget";
    case Shortfall::kCannotReach:
      return c.reachable_at ? fmt::format("the base's loss takes {} FLOP",
                                          report::powerText(c.reachable_at->value()))
                            : "the base's loss is out of reach";
    case Shortfall::kDoesNotFit:
      return fmt::format("does not fit on {} x {}", answer.request.max_devices,
                         answer.request.accelerator.name);
    case Shortfall::kNoCostBound:
      return "the base cannot be served: there is no cost to hold";
    case Shortfall::kTooDear:
      return "no size serves at the base's cost";
  }
  return "";
}

std::string noteOf(const PlanAnswer& answer, const Configuration& c) {
  std::vector<std::string> notes;
  for (std::string note : {shortfallWords(answer, c),
                           c.exists ? outsideWords(c.extrapolation.worstOfSizeAndTokens()) : "",
                           std::string(c.tight_memory ? "tight memory: the price is steep" : "")})
    if (!note.empty()) notes.push_back(std::move(note));
  return fmt::format("{}", fmt::join(notes, "; "));
}

const char* kindOf(const PlanOutcome& outcome, bool optimal, bool base) {
  if (base) return "base optimum";
  if (optimal || outcome.mode == PlanMode::kLossOptimal) return "loss-optimal";
  return outcome.mode == PlanMode::kMinLoss ? "at base's cost" : "over-trained";
}

TableData::Row rowOf(const PlanAnswer& answer, const PlanRow& row, const Configuration& c,
                     bool optimal) {
  TableData::Row line;
  line.id = fmt::format("e{:g}{}", row.experts, optimal ? " loss-optimal" : "");
  const bool base = &row == &answer.outcome.baseRow();
  line.cells = {figureCell(fmt::format("{:g}", row.experts), row.experts),
                wordCell(kindOf(answer.outcome, optimal, base))};
  const auto add = [&](bool there, const auto& cell) {
    line.cells.push_back(there ? cell() : absentCell());
  };
  const bool served = c.serving.has_value();
  add(c.exists, [&] { return countCell(c.dense_params); });
  add(c.exists, [&] { return countCell(c.train_tokens); });
  add(c.exists, [&] { return lossCell(c.loss); });
  add(c.exists, [&] { return rangeCell(c.ci95.loss, lossWords); });
  add(served, [&] { return usdCell(c.serving->usd_per_million_tokens); });
  add(served, [&] { return rangeCell(c.ci95.usd_per_million_tokens, usdWords); });
  line.cells.push_back(shareCell(c.cost_vs_base));
  line.cells.push_back(optimal ? wordCell("") : shareCell(row.best_share));
  add(c.exists, [&] { return plainCell(c.tokensPerParam()); });
  add(served,
      [&] { return figureCell(fmt::format("{}", c.serving->devices), c.serving->devices); });
  line.cells.push_back(wordCell(noteOf(answer, c)));
  line.tooltip = line.cells.back().text;
  return line;
}

TableData tableOf(const PlanAnswer& answer) {
  TableData table;
  table.columns = {{"E"},
                   {"configuration", "", report::Align::kLeft},
                   {"N", "dense"},
                   {"D", "tokens"},
                   {"loss", "nats"},
                   {"95 %", "of draws"},
                   {"serving", "USD/M tokens"},
                   {"95 %", "of draws"},
                   {"cost", "of base's"},
                   {"best", "of draws"},
                   {"D/N"},
                   {"devices"},
                   {"notes", "", report::Align::kLeft}};
  const PlanOutcome& outcome = answer.outcome;
  for (std::size_t i = 0; i < outcome.rows.size(); ++i) {
    const PlanRow& row = outcome.rows[i];
    if (outcome.mode != PlanMode::kLossOptimal && i != outcome.base)
      table.rows.push_back(rowOf(answer, row, row.loss_optimal, true));
    table.rows.push_back(rowOf(answer, row, row.chosen, false));
    table.rows.back().emphasised = outcome.recommendation.row == i;
  }
  return table;
}

std::string noteOf(const LifetimeRow& row) {
  if (row.best) {
    const std::string outside = outsideWords(row.extrapolation.worstOfSizeAndTokens());
    return outside.empty() ? report::bindingText(row.binding) : outside;
  }
  return row.shortfall.relaxations.empty()
             ? "no single limit is to blame"
             : "in the way: " + report::bindingText(row.shortfall.limit());
}

TableData::Row rowOf(const LifetimeAnswer& answer, const LifetimeRow& row) {
  TableData::Row line;
  const PricedDesign& design = answer.request.designs[row.design];
  line.id = design.label;
  line.cells = {wordCell(design.label)};
  if (!row.best) {
    line.cells.resize(10, absentCell());
  } else {
    const LifetimeModel& m = *row.best;
    line.cells.insert(
        line.cells.end(),
        {countCell(m.params), countCell(m.train_tokens), plainCell(m.tokensPerParam()),
         lossCell(m.loss), usdCell(m.training.usd),
         usdCell(m.serving.usd_per_million_output_tokens_all_in), usdCell(m.total_usd),
         answer.request.target_loss ? rangeCell(row.ci95.total_usd, usdWords)
                                    : rangeCell(row.ci95.loss, lossWords),
         shareCell(row.best_share)});
  }
  line.cells.push_back(shareCell(row.regret_share));
  line.cells.push_back(wordCell(std::string(name(answer.price_basis[row.design]))));
  line.cells.push_back(wordCell(noteOf(row)));
  line.tooltip = line.cells.back().text;
  return line;
}

TableData tableOf(const LifetimeAnswer& answer) {
  TableData table;
  table.columns = {{"design", "", report::Align::kLeft},
                   {"N", "dense"},
                   {"D", "tokens"},
                   {"D/N"},
                   {"loss", "nats"},
                   {"training", "USD"},
                   {"serving", "USD/M output"},
                   {"all", "USD"},
                   {answer.request.target_loss ? "95 % of all" : "95 % of loss", "of draws"},
                   {"best", "of draws"},
                   {"regret", "mean"},
                   {"price basis", "", report::Align::kLeft},
                   {"what holds it", "", report::Align::kLeft}};
  for (std::size_t i = 0; i < answer.outcome.rows.size(); ++i) {
    table.rows.push_back(rowOf(answer, answer.outcome.rows[i]));
    table.rows.back().emphasised = answer.outcome.recommendation.row == i;
  }
  return table;
}

TableData tableOf(const FrontAnswer& answer) {
  const bool has_life = answer.request.lifetime_tokens > 0;
  TableData table;
  table.columns = {{"design", "", report::Align::kLeft},
                   {"N", "dense"},
                   {"D", "tokens"},
                   {"loss", "nats"},
                   {"training", "USD"},
                   {"serving", "USD/M output"}};
  if (has_life) table.columns.push_back({"with training", "USD/M output"});
  table.columns.push_back({"notes", "", report::Align::kLeft});
  for (const ParetoPoint& point : answer.points) {
    TableData::Row line;
    line.id = answer.request.designs[point.design].label;
    line.cells = {
        wordCell(line.id),    countCell(point.params),     countCell(point.train_tokens),
        lossCell(point.loss), usdCell(point.training_usd), usdCell(point.usd_per_million)};
    if (has_life) line.cells.push_back(usdCell(point.lifetime_usd_per_million));
    line.cells.push_back(wordCell(point.extrapolated ? "more than a decade outside the runs" : ""));
    table.rows.push_back(std::move(line));
  }
  return table;
}

Cell changeCell(std::string before, double now, double then) {
  const double percent = 100 * (now / then - 1);
  if (!std::isfinite(percent)) return absentCell();
  return figureCell(fmt::format("{} ({:+.1f} %)", before, percent), percent);
}

void addKept(const PlanPicture& picture, const PlanPicture& kept, TableData& table) {
  const auto now = planFigures(picture);
  const auto before = planFigures(kept);
  if (now.empty() || before.empty() || picture.answer.index() != kept.answer.index()) return;
  for (const char* what : {"N", "loss", "USD"})
    table.columns.push_back({what, "kept, change since"});
  const auto find = [](const std::vector<PlanFigures>& all, const std::string& id) {
    const auto at = std::find_if(all.begin(), all.end(), [&](const auto& f) { return f.id == id; });
    return at == all.end() ? nullptr : &*at;
  };
  for (TableData::Row& row : table.rows) {
    const PlanFigures* a = find(now, row.id);
    const PlanFigures* b = find(before, row.id);
    if (a == nullptr || b == nullptr) {
      row.cells.resize(table.columns.size(), absentCell());
      continue;
    }
    row.cells.push_back(changeCell(countText(b->params), a->params, b->params));
    row.cells.push_back(changeCell(decimalText(b->loss, 3), a->loss, b->loss));
    row.cells.push_back(changeCell(moneyText(Usd(b->usd)), a->usd, b->usd));
  }
}

}  // namespace

TableData planTableData(const PlanPicture& picture, const PlanPicture* kept) {
  TableData table = std::visit([](const auto& answer) { return tableOf(answer); }, picture.answer);
  if (kept != nullptr) addKept(picture, *kept, table);
  return table;
}

}  // namespace moe
