#include "costmodel/verify/layers/layer_row.h"

#include <fmt/format.h>

#include <cmath>

#include "data/error.h"

namespace moe {
namespace {

void decide(VerifyRow& row, RowVerdict verdict, std::string reason) {
  row.verdict = verdict;
  row.reason = std::move(reason);
}

void judgeLimit(VerifyRow& row) {
  if (row.predicted_sequences == row.accepted_sequences)
    return decide(row, RowVerdict::kPassed, "");
  decide(row, RowVerdict::kFailed,
         fmt::format("the cost model lets {} sequences decode, the kernel {}",
                     row.predicted_sequences, row.accepted_sequences));
}

}  // namespace

std::string_view name(RowVerdict verdict) {
  switch (verdict) {
    case RowVerdict::kPassed:
      return "passed";
    case RowVerdict::kFailed:
      return "failed";
    case RowVerdict::kMistrusted:
      return "mistrusted";
    case RowVerdict::kSkipped:
      return "skipped";
  }
  require(false, "unknown verdict");
  return {};
}

std::string_view name(RowKind kind) {
  switch (kind) {
    case RowKind::kLayer:
      return "layer";
    case RowKind::kBlock:
      return "block";
    case RowKind::kKvLimit:
      return "kv_limit";
  }
  require(false, "unknown kind of row");
  return {};
}

bool isWrong(const VerifyRow& row) {
  return (row.check && !row.check->passed()) || (row.routing && !row.routing->passed());
}

void judge(VerifyRow& row) {
  if (row.kind == RowKind::kKvLimit) return judgeLimit(row);
  if (row.check && !row.check->passed())
    return decide(row, RowVerdict::kFailed, "wrong numbers: " + row.check->reason);
  if (row.routing && !row.routing->passed())
    return decide(row, RowVerdict::kFailed, "wrong routing: " + row.routing->reason);
  if (!row.timed()) return decide(row, RowVerdict::kSkipped, "was not measured");
  if (row.measured.spread > kNoisySpread)
    return decide(
        row, RowVerdict::kMistrusted,
        fmt::format("timings scatter by {:.0f} % (quartiles)", 100 * row.measured.spread));
  if (std::abs(row.error()) <= kRowTolerance) return decide(row, RowVerdict::kPassed, "");
  decide(row, RowVerdict::kFailed,
         fmt::format("predicted {:.0f} % {}", 100 * std::abs(row.error()),
                     row.error() > 0 ? "too long" : "too short"));
}

}  // namespace moe
