#include "app/report/import_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <vector>

#include "app/report/import_words.h"
#include "app/report/number_text.h"
#include "app/report/text_table.h"
#include "data/numbers.h"

namespace moe::report {
namespace {

TextTable runTable(const ImportOutcome& outcome) {
  TextTable table{"Runs",
                  {{"Run", "", Align::kLeft},
                   {"N active", "params"},
                   {"N total", "params"},
                   {"D", "tokens"},
                   {"E"},
                   {"k"},
                   {"Loss", "nats"},
                   {"Step"},
                   {"Loss series", "", Align::kLeft},
                   {"Flags", "", Align::kLeft}}};
  for (const ImportedRun& run : outcome.runs) {
    if (!run.used()) continue;
    table.rows.push_back({run.id, countText(run.active_params),
                          run.total_params > 0 ? countText(run.total_params) : "-",
                          countText(run.train_tokens), exactNumber(run.experts),
                          exactNumber(run.top_k), decimalText(run.loss->value, 4),
                          exactNumber(run.loss->step), run.loss->series, flagNamesText(run)});
  }
  return table;
}

std::string flagsText(const ImportOutcome& outcome) {
  std::string text;
  for (const ImportedRun& run : outcome.runs) {
    if (!run.used()) continue;
    for (const RunFlag& flag : run.flags)
      text += listedText(fmt::format("{}: {}: {}", run.id, name(flag.kind), flag.reason));
  }
  return text.empty() ? "" : "Flags\n" + text + "\n";
}

std::string leftOutText(const ImportOutcome& outcome) {
  std::string excluded;
  std::string lacking;
  for (const ImportedRun& run : outcome.runs) {
    if (run.made() && !run.excluded.empty())
      excluded += listedText(fmt::format("{}: {}", run.id, run.excluded));
    for (const RunLack& lack : run.lacks)
      lacking += listedText(fmt::format("{}: {}", run.id, lack.message));
  }
  if (!excluded.empty()) excluded = "Excluded\n" + excluded + "\n";
  if (!lacking.empty()) lacking = "Cannot be made\n" + lacking + "\n";
  return excluded + lacking;
}

std::string endText(const ImportOutcome& outcome) {
  if (outcome.table.empty()) {
    const bool some = outcome.usedRuns() > 0;
    return wrappedText(
        some ? "Nothing is written: give what is missing, or leave those runs out with --skip-bad."
             : "Nothing is written: no run is left.",
        kImportWidth);
  }
  return wrappedText(
      fmt::format("Written: {} ({} rows) and {}", outcome.table, outcome.rows, outcome.provenance),
      kImportWidth, 2);
}

}  // namespace

std::string importText(const ImportOutcome& outcome) {
  std::string text = importHeadText(outcome) + "\n";
  if (outcome.usedRuns() > 0) text += tableText(runTable(outcome), kImportWidth) + "\n";
  text += flagsText(outcome) + leftOutText(outcome) + filesNotReadText(outcome);
  for (const Warning& warning : outcome.warnings)
    text += wrappedText("Warning: " + warning.message, kImportWidth, 2);
  return text + endText(outcome);
}

}  // namespace moe::report
