#include "app/report/verify_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/report/number_text.h"

namespace moe::report {
namespace {

constexpr int kVerifyWidth = 110;
constexpr std::size_t kWorst = 8;

std::string shareText(double share) { return decimalText(100 * share, 1); }

std::size_t countOf(const VerifySummary& summary, RowVerdict verdict) {
  const auto found = summary.verdicts.find(verdict);
  return found == summary.verdicts.end() ? 0 : found->second;
}

void addErrorRow(TextTable& table, TableRow first, const RowErrors& errors) {
  first.push_back(std::to_string(errors.count));
  const bool any = errors.count > 0;
  first.push_back(any ? shareText(errors.median) : "-");
  first.push_back(any ? shareText(errors.p90) : "-");
  first.push_back(any ? decimalText(errors.median_ratio, 2) : "-");
  table.rows.push_back(std::move(first));
}

void addErrorHeadings(TextTable& table) {
  table.columns.push_back({"Rows"});
  table.columns.push_back({"Median", "%"});
  table.columns.push_back({"p90", "%"});
  table.columns.push_back({"Ratio"});
}

TextTable worstRows(const LayerStudy& study) {
  std::vector<const VerifyRow*> rows;
  for (const VerifyRow& row : study.rows)
    if (row.timed() && row.verdict != RowVerdict::kMistrusted) rows.push_back(&row);
  const std::size_t shown = std::min(rows.size(), kWorst);
  std::partial_sort(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(shown), rows.end(),
                    [](const VerifyRow* a, const VerifyRow* b) {
                      return std::abs(a->error()) > std::abs(b->error());
                    });
  TextTable table{"Predicted worst", {{"Row", "", Align::kLeft}}};
  for (const char* heading : {"Predicted", "Measured"}) table.columns.push_back({heading});
  table.columns.push_back({"Error", "%"});
  table.columns.push_back({"Scatter", "%"});
  table.columns.push_back({"Limit", "", Align::kLeft});
  table.columns.push_back({"Basis", "", Align::kLeft});
  for (std::size_t i = 0; i < shown; ++i) {
    const VerifyRow& row = *rows[i];
    table.rows.push_back({row.what, durationText(Seconds(row.predicted.seconds)),
                          durationText(Seconds(row.measured.median_s)), shareText(row.error()),
                          shareText(row.measured.spread),
                          std::string(limitWord(row.predicted.bound)),
                          std::string(name(row.predicted.basis))});
  }
  return table;
}

std::string verdictText(const VerifyOutcome& outcome) {
  const VerifySummary& summary = outcome.study.summary;
  std::string text = fmt::format("Verification {}", name(summary.verdict));
  if (!summary.reason.empty()) text += ": " + summary.reason;
  text = wrappedText(text + ".", kVerifyWidth, 2);
  text += wrappedText(
      fmt::format("{} rows: {} passed, {} failed, {} mistrusted (too noisy), {} skipped.",
                  outcome.study.rows.size(), countOf(summary, RowVerdict::kPassed),
                  countOf(summary, RowVerdict::kFailed), countOf(summary, RowVerdict::kMistrusted),
                  countOf(summary, RowVerdict::kSkipped)),
      kVerifyWidth, 2);
  text += wrappedText(
      fmt::format(
          "Numbers of {} tokens and experts of {} against the double-precision reference: {} "
          "of {} rows right; largest error {} in f32, {} in bf16.",
          summary.checked_tokens, summary.routed_tokens, summary.checked - summary.wrong_numbers,
          summary.checked, powerText(summary.worst_error_f32), powerText(summary.worst_error_bf16)),
      kVerifyWidth, 2);
  return text;
}

std::string claimsText(const LayerStudy& study) {
  std::string text = "The paper's claims on this machine\n";
  for (const LayerClaim& claim : study.claims)
    text +=
        wrappedText(fmt::format("  {}: {} ({})", name(claim.verdict), claim.claim, claim.evidence),
                    kVerifyWidth, 4);
  return text;
}

std::string limitsText(const LayerStudy& study) {
  std::string text;
  for (const VerifyRow& row : study.rows)
    if (row.kind == RowKind::kKvLimit)
      text += wrappedText(fmt::format("  {}: {}: model {}, kernel {} sequences", name(row.verdict),
                                      row.what, row.predicted_sequences, row.accepted_sequences),
                          kVerifyWidth, 4);
  return text.empty() ? text : "KV cache: most sequences that decode together\n" + text + "\n";
}

std::string skippedText(const LayerStudy& study) {
  std::string text;
  for (const VerifyRow& row : study.rows)
    if (row.verdict == RowVerdict::kSkipped)
      text += wrappedText(fmt::format("  {}: {}", row.what, row.reason), kVerifyWidth, 4);
  return text.empty() ? text : "Skipped\n" + text + "\n";
}

}  // namespace

std::string_view limitWord(std::string_view bound) {
  if (bound == "memory") return "bandwidth";
  return bound == "latency" ? "overhead" : bound;
}

TextTable verifyErrorTable(const LayerStudy& study) {
  TextTable table{"Errors, |predicted/measured - 1|, of rows that are trusted",
                  {{"Group", "", Align::kLeft}, {"Value", "", Align::kLeft}}};
  addErrorHeadings(table);
  addErrorRow(table, {"all", ""}, study.summary.all);
  addErrorRow(table, {"layers", ""}, study.summary.layers);
  addErrorRow(table, {"decoder blocks", ""}, study.summary.blocks);
  for (const RowGroup& group : study.summary.groups)
    addErrorRow(table, {group.key, group.value}, group.errors);
  return table;
}

std::string verifyText(const VerifyOutcome& outcome) {
  const HardwareMeasurement& measured = *outcome.machine.measurement;
  std::string text = wrappedText(
      fmt::format("{}, {} threads; {}; calibrated {}", measured.cpu, measured.threads,
                  measured.library, outcome.calibrated_now ? "now, quickly" : measured.date),
      kVerifyWidth, 2);
  text += verdictText(outcome) + "\n";
  text += tableText(verifyErrorTable(outcome.study), kVerifyWidth) + "\n";
  text += claimsText(outcome.study) + "\n" + limitsText(outcome.study);
  text += tableText(worstRows(outcome.study), kVerifyWidth) + "\n" + skippedText(outcome.study);
  text += wrappedText(
      "Predicted by the cost model of moeplan cost from this machine's calibration. p90: 90 % of "
      "the "
      "rows are below. Ratio: median of predicted/measured. Scatter: between quartiles of the "
      "repetitions, over their median. Limit: what the largest part waits for. Weights, keys and "
      "values were evicted from the caches before every run.",
      kVerifyWidth);
  for (const Warning& warning : outcome.warnings)
    text += wrappedText("Warning: " + warning.message, kVerifyWidth, 2);
  text += "\nSources\n";
  for (const std::string& source : outcome.sources)
    text += wrappedText("  " + source, kVerifyWidth, 4);
  return text;
}

}  // namespace moe::report
