#include <fmt/format.h>

#include <string_view>
#include <unordered_map>

#include "data/readers/run_builder.h"

namespace moe {
namespace {

/// What is known of a run from its earlier rows.
struct SeenRun {
  std::size_t first_row = 0;
  std::unordered_map<double, std::size_t> row_at;  ///< by step, without steps by D
};

std::string sizeOf(const TrainingRun& run) {
  return fmt::format("N {}, E {}, k {}, G {}", run.params, run.experts, run.top_k, run.granularity);
}

bool sameModel(const TrainingRun& a, const TrainingRun& b) {
  return a.params == b.params && a.experts == b.experts && a.top_k == b.top_k &&
         a.granularity == b.granularity;
}

class ContradictionFinder {
 public:
  explicit ContradictionFinder(const RunTable& table) : table_(table) {
    seen_.reserve(table.runs.size());
  }

  /// Empty text, or what is wrong with the row; then the row is forgotten.
  std::string check(std::size_t row) {
    const TrainingRun& run = table_.runs[row];
    const auto [entry, added] = seen_.try_emplace(run.run_id, SeenRun{row, {}});
    SeenRun& seen = entry->second;
    if (added) return {};
    if (seen.row_at.empty()) seen.row_at.emplace(key(table_.runs[seen.first_row]), seen.first_row);
    if (!sameModel(run, table_.runs[seen.first_row])) return otherModel(row, seen.first_row);
    const auto [earlier, first_time] = seen.row_at.try_emplace(key(run), row);
    return first_time ? std::string() : twice(row, earlier->second);
  }

 private:
  /// Steps are counted from 0 on, D is stored as its negative: the two never meet.
  static double key(const TrainingRun& run) { return run.step ? *run.step : -run.train_tokens; }

  std::string otherModel(std::size_t row, std::size_t first) const {
    return fmt::format(
        "run {} has {} here and {} at {}; one run has one model (--map run=COLUMN "
        "names another column, --map run= takes every row as a run)",
        table_.runs[row].run_id, sizeOf(table_.runs[row]), sizeOf(table_.runs[first]),
        table_.place(first));
  }

  std::string twice(std::size_t row, std::size_t earlier) const {
    const TrainingRun& run = table_.runs[row];
    const std::string point =
        run.step ? fmt::format("step {}", *run.step) : fmt::format("{} tokens", run.train_tokens);
    return fmt::format("run {} has {} twice, first at {}", run.run_id, point,
                       table_.place(earlier));
  }

  const RunTable& table_;
  std::unordered_map<std::string_view, SeenRun> seen_;
};

}  // namespace

Result<RunTable> withoutContradictions(RunTable table, bool skip_bad) {
  ContradictionFinder finder(table);
  std::vector<std::size_t> good;
  std::vector<SkippedRow> skipped;
  good.reserve(table.runs.size());
  for (std::size_t row = 0; row < table.runs.size(); ++row) {
    const std::string reason = finder.check(row);
    if (reason.empty()) {
      good.push_back(row);
    } else if (!skip_bad) {
      return fail(ErrorKind::kInput, table.place(row), reason);
    } else {
      const TrainingRun& run = table.runs[row];
      skipped.push_back({table.sources[run.source].path, run.line, reason});
      --table.sources[run.source].rows;
    }
  }
  if (skipped.empty()) return table;
  RunTable kept = table.select(good);
  kept.skipped.insert(kept.skipped.end(), skipped.begin(), skipped.end());
  return kept;
}

}  // namespace moe
