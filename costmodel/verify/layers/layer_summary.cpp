#include "costmodel/verify/layers/layer_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "costmodel/verify/measure/bench.h"
#include "costmodel/verify/measure/calibrate.h"
#include "data/quantile.h"

namespace moe {
namespace {

using Rows = std::vector<const VerifyRow*>;

bool trusted(const VerifyRow& row) {
  return row.timed() && (row.verdict == RowVerdict::kPassed || row.verdict == RowVerdict::kFailed);
}

Rows rowsWhere(const std::vector<VerifyRow>& rows,
               const std::function<bool(const VerifyRow&)>& holds) {
  Rows found;
  for (const VerifyRow& row : rows)
    if (trusted(row) && holds(row)) found.push_back(&row);
  return found;
}

std::string batchClass(int tokens) {
  if (tokens <= 16) return "1 to 16";
  return tokens <= 256 ? "17 to 256" : "above 256";
}

/// Groups of the layers by one property, in the order of its values.
template <class Value>
void addGroups(std::vector<RowGroup>& groups, const std::vector<VerifyRow>& rows,
               const std::string& key, Value value, auto word) {
  std::map<decltype(value(rows.front())), Rows> found;
  for (const VerifyRow& row : rows)
    if (trusted(row) && row.kind == RowKind::kLayer) found[value(row)].push_back(&row);
  for (const auto& [each, members] : found) groups.push_back({key, word(each), errorsOf(members)});
}

std::vector<RowGroup> groupsOf(const std::vector<VerifyRow>& rows) {
  std::vector<RowGroup> groups;
  if (rows.empty()) return groups;
  const auto number = [](int value) { return fmt::format("{}", value); };
  addGroups(
      groups, rows, "precision", [](const VerifyRow& row) { return row.layer.precision; },
      [](LayerPrecision p) { return std::string(formatName(p)); });
  addGroups(
      groups, rows, "experts", [](const VerifyRow& row) { return row.layer.experts; }, number);
  addGroups(
      groups, rows, "top_k", [](const VerifyRow& row) { return row.layer.top_k; }, number);
  addGroups(
      groups, rows, "hidden", [](const VerifyRow& row) { return row.layer.hidden; }, number);
  addGroups(
      groups, rows, "tokens",
      [](const VerifyRow& row) {
        return std::pair(row.layer.tokens > 16 ? row.layer.tokens > 256 ? 2 : 1 : 0,
                         batchClass(row.layer.tokens));
      },
      [](const auto& each) { return each.second; });
  addGroups(
      groups, rows, "routing", [](const VerifyRow& row) { return !row.layer.ownRouter(); },
      [](bool skewed) { return std::string(skewed ? "uneven" : "even"); });
  return groups;
}

void countNumbers(VerifySummary& summary, const std::vector<VerifyRow>& rows) {
  for (const VerifyRow& row : rows) {
    if (isWrong(row)) ++summary.wrong_numbers;
    if (!row.check) continue;
    ++summary.checked;
    summary.checked_tokens += row.check->tokens;
    if (row.routing) summary.routed_tokens += row.routing->tokens;
    const LayerPrecision precision =
        row.kind == RowKind::kLayer ? row.layer.precision : row.block.precision;
    double& worst =
        precision == LayerPrecision::kF32 ? summary.worst_error_f32 : summary.worst_error_bf16;
    worst = std::max(worst, row.check->worst_error);
  }
}

std::size_t limitsFailed(const std::vector<VerifyRow>& rows) {
  return static_cast<std::size_t>(std::count_if(rows.begin(), rows.end(), [](const VerifyRow& row) {
    return row.kind == RowKind::kKvLimit && row.verdict == RowVerdict::kFailed;
  }));
}

void setVerdict(VerifySummary& summary, const std::vector<VerifyRow>& rows, double foreign_share) {
  const auto decide = [&](RowVerdict verdict, std::string reason) {
    summary.verdict = verdict;
    summary.reason = std::move(reason);
  };
  if (summary.wrong_numbers > 0)
    return decide(RowVerdict::kFailed, fmt::format("{} rows have wrong numbers or a wrong routing",
                                                   summary.wrong_numbers));
  if (const std::size_t failed = limitsFailed(rows); failed > 0)
    return decide(RowVerdict::kFailed, fmt::format("{} KV limits differ", failed));
  const auto timed = static_cast<double>(
      std::count_if(rows.begin(), rows.end(), [](const VerifyRow& row) { return row.timed(); }));
  if (timed == 0) return decide(RowVerdict::kSkipped, "nothing was measured");
  if (foreign_share > kNoisyForeignShare)
    return decide(RowVerdict::kMistrusted,
                  fmt::format("others used {:.0f} % of the processors", 100 * foreign_share));
  if (static_cast<double>(summary.all.count) < kTrustedShare * timed)
    return decide(RowVerdict::kMistrusted, fmt::format("only {} of {:.0f} timings can be trusted",
                                                       summary.all.count, timed));
  const bool near = summary.all.median <= kMedianGoal && summary.all.p90 <= kP90Goal;
  if (near && summary.checked == 0)
    return decide(RowVerdict::kMistrusted, "no numbers were compared with the reference");
  if (near) return decide(RowVerdict::kPassed, "");
  decide(RowVerdict::kFailed,
         fmt::format("errors of {:.1f} % (median) and {:.1f} % (90th percentile); the goals are "
                     "{:.0f} % and {:.0f} %",
                     100 * summary.all.median, 100 * summary.all.p90, 100 * kMedianGoal,
                     100 * kP90Goal));
}

}  // namespace

RowErrors errorsOf(const std::vector<const VerifyRow*>& rows) {
  RowErrors errors;
  errors.count = rows.size();
  if (rows.empty()) return errors;
  std::vector<double> sizes, ratios;
  for (const VerifyRow* row : rows) {
    sizes.push_back(std::abs(row->error()));
    ratios.push_back(row->error() + 1);
  }
  errors.median = quantile(sizes, 0.5);
  errors.p90 = quantile(sizes, 0.9);
  errors.median_ratio = quantile(ratios, 0.5);
  return errors;
}

VerifySummary summaryOf(const std::vector<VerifyRow>& rows, double foreign_share) {
  VerifySummary summary;
  for (const VerifyRow& row : rows) ++summary.verdicts[row.verdict];
  countNumbers(summary, rows);
  summary.all = errorsOf(rowsWhere(rows, [](const VerifyRow&) { return true; }));
  summary.layers =
      errorsOf(rowsWhere(rows, [](const VerifyRow& row) { return row.kind == RowKind::kLayer; }));
  summary.blocks =
      errorsOf(rowsWhere(rows, [](const VerifyRow& row) { return row.kind == RowKind::kBlock; }));
  summary.groups = groupsOf(rows);
  setVerdict(summary, rows, foreign_share);
  return summary;
}

}  // namespace moe
