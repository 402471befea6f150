#include "app/workflows/import/import_table.h"

#include <algorithm>
#include <functional>
#include <vector>

#include "app/workflows/write_file.h"
#include "data/csv_field.h"
#include "data/numbers.h"
#include "data/sha256.h"

namespace moe {
namespace {

struct ImportColumn {
  std::string heading;
  std::function<std::string(const ImportedRun&, const ImportPoint&)> cell;
};

std::string numberOrNothing(double value) { return value > 0 ? exactNumber(value) : ""; }

std::string flagNames(const ImportedRun& run) {
  std::string names;
  for (const RunFlag& flag : run.flags) {
    const std::string flag_name(name(flag.kind));
    if (names.find(flag_name) != std::string::npos) continue;
    if (!names.empty()) names += ' ';
    names += flag_name;
  }
  return names;
}

std::string yesOrNo(const std::optional<bool>& value) {
  return value ? (*value ? "yes" : "no") : "";
}

bool allAreTraining(const ImportOutcome& outcome) {
  return std::all_of(outcome.runs.begin(), outcome.runs.end(), [](const ImportedRun& run) {
    return !run.used() || run.loss->split == LossSplit::kTraining;
  });
}

std::vector<ImportColumn> importColumns(const ImportOutcome& outcome) {
  using Run = ImportedRun;
  using Point = ImportPoint;
  return {
      {"run_id", [](const Run& run, const Point&) { return run.id; }},
      {"step", [](const Run&, const Point& point) { return exactNumber(point.step); }},
      {"active_params",
       [](const Run& run, const Point&) { return exactNumber(run.active_params); }},
      {"total_params",
       [](const Run& run, const Point&) { return numberOrNothing(run.total_params); }},
      {"train_tokens",
       [](const Run&, const Point& point) { return exactNumber(point.train_tokens); }},
      {"experts", [](const Run& run, const Point&) { return exactNumber(run.experts); }},
      {"top_k", [](const Run& run, const Point&) { return exactNumber(run.top_k); }},
      {"granularity", [](const Run& run, const Point&) { return exactNumber(run.granularity); }},
      {allAreTraining(outcome) ? "train_loss_nats" : "val_loss_nats",
       [](const Run&, const Point& point) { return exactNumber(point.loss); }},
      {"active_params_without_embedding",
       [](const Run& run, const Point&) { return numberOrNothing(run.non_embedding_params); }},
      {"unique_tokens",
       [](const Run& run, const Point&) { return numberOrNothing(run.unique_tokens); }},
      {"loss_series", [](const Run& run, const Point&) { return run.loss->series; }},
      {"loss_split",
       [](const Run& run, const Point&) { return std::string(name(run.loss->split)); }},
      {"loss_rule", [&outcome](const Run&, const Point&) { return describe(outcome.plan.loss); }},
      {"finished", [](const Run& run, const Point&) { return yesOrNo(run.finished); }},
      {"lr_end_over_peak",
       [](const Run& run, const Point&) {
         return run.lr_end_over_peak ? exactNumber(*run.lr_end_over_peak) : "";
       }},
      {"flags", [](const Run& run, const Point&) { return flagNames(run); }},
      {"reader", [](const Run& run, const Point&) { return run.reader; }},
      {"log",
       [&outcome](const Run& run, const Point&) { return outcome.files[run.files.front()].path; }},
  };
}

std::vector<ImportPoint> tablePointsOf(const ImportedRun& run) {
  if (!run.curve.empty()) return run.curve;
  return {{run.loss->step, run.train_tokens, run.loss->value}};
}

bool anyFilled(const ImportOutcome& outcome, const ImportColumn& column) {
  return std::any_of(outcome.runs.begin(), outcome.runs.end(), [&](const ImportedRun& run) {
    return run.used() && !column.cell(run, tablePointsOf(run).front()).empty();
  });
}

/// A column that a reader takes as a role must be filled in every row.
void fillUniqueTokens(ImportOutcome& outcome) {
  const bool any = std::any_of(outcome.runs.begin(), outcome.runs.end(),
                               [](const ImportedRun& run) { return run.unique_tokens > 0; });
  if (!any) return;
  for (ImportedRun& run : outcome.runs)
    if (!(run.unique_tokens > 0)) run.unique_tokens = run.train_tokens;
}

std::string sha256OfText(const std::string& text) {
  Sha256 hash;
  hash.add(text);
  return hash.hexDigest();
}

}  // namespace

std::string importTable(const ImportOutcome& outcome) {
  std::vector<ImportColumn> columns = importColumns(outcome);
  std::erase_if(columns, [&](const ImportColumn& column) { return !anyFilled(outcome, column); });
  std::string table;
  for (const ImportColumn& column : columns) table += (table.empty() ? "" : ",") + column.heading;
  table += '\n';
  for (const ImportedRun& run : outcome.runs) {
    if (!run.used()) continue;
    for (const ImportPoint& point : tablePointsOf(run)) {
      bool first = true;
      for (const ImportColumn& column : columns) {
        if (!first) table += ',';
        first = false;
        table += csvField(column.cell(run, point));
      }
      table += '\n';
    }
  }
  return table;
}

std::size_t importTableRows(const ImportOutcome& outcome) {
  std::size_t rows = 0;
  for (const ImportedRun& run : outcome.runs)
    if (run.used()) rows += tablePointsOf(run).size();
  return rows;
}

Result<void> writeImport(ImportOutcome& outcome) {
  fillUniqueTokens(outcome);
  const std::string table = importTable(outcome);
  const std::string sidecar = outcome.request.out + ".provenance.json";
  outcome.rows = importTableRows(outcome);
  if (auto written = writeFile(sidecar, importProvenance(outcome, sha256OfText(table))); !written)
    return written;
  if (auto written = writeFile(outcome.request.out, table); !written) return written;
  outcome.table = outcome.request.out;
  outcome.provenance = sidecar;
  return {};
}

}  // namespace moe
