#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "app/report/import_report.h"
#include "app/report/import_words.h"
#include "app/report/number_text.h"
#include "app/report/text_table.h"
#include "data/numbers.h"

namespace moe::report {
namespace {

constexpr std::size_t kMostSeriesShown = 24;
constexpr std::size_t kMostRunsShown = 20;
constexpr std::size_t kMostSkipsShown = 3;

/// As the log has it where that is short, else six digits.
std::string sampleText(double value) {
  const std::string exact = exactNumber(value);
  return exact.size() <= 10 ? exact : fmt::format("{:.6g}", value);
}

std::string atStepText(const LoggedValue& value) {
  const std::string number = sampleText(value.value);
  return value.step ? fmt::format("{} at {}", number, exactNumber(*value.step)) : number;
}

TextTable factTable(const ImportedRun& run) {
  TextTable table{"",
                  {{"Taken", "", Align::kLeft},
                   {"Value", "", Align::kLeft},
                   {"From", "", Align::kLeft},
                   {"Where", "", Align::kLeft}}};
  for (const FoundFact& fact : run.facts)
    table.rows.push_back(
        {std::string(name(fact.role)), fact.text, fact.key, fact.where.empty() ? "-" : fact.where});
  return table;
}

/// Series that are used first, then the others as the log has them.
std::vector<const SeriesFacts*> shownSeries(const ImportedRun& run) {
  std::vector<const SeriesFacts*> shown;
  for (const SeriesFacts& series : run.series) shown.push_back(&series);
  std::stable_partition(shown.begin(), shown.end(),
                        [](const SeriesFacts* series) { return !series->taken_as.empty(); });
  shown.resize(std::min(shown.size(), kMostSeriesShown));
  return shown;
}

TextTable seriesTable(const ImportedRun& run) {
  TextTable table{"",
                  {{"Series", "", Align::kLeft},
                   {"Values"},
                   {"First", "", Align::kLeft},
                   {"Last", "", Align::kLeft},
                   {"Lowest"},
                   {"Highest"},
                   {"Taken as", "", Align::kLeft}}};
  for (const SeriesFacts* series : shownSeries(run)) {
    table.rows.push_back({series->name, std::to_string(series->count), atStepText(series->first),
                          atStepText(series->last), sampleText(series->lowest),
                          sampleText(series->highest),
                          series->taken_as.empty() ? "-" : series->taken_as});
  }
  if (run.series.size() > kMostSeriesShown)
    table.footnotes.push_back(
        fmt::format("and {} more series", run.series.size() - kMostSeriesShown));
  return table;
}

std::string previewLossText(const ImportedRun& run) {
  if (!run.loss) return "";
  std::string text =
      fmt::format("Loss: {} nats per token at step {}, from {} ({})", sampleText(run.loss->value),
                  exactNumber(run.loss->step), run.loss->series, name(run.loss->split));
  if (!run.loss->converted.empty()) text += fmt::format(" ({})", run.loss->converted);
  return wrappedText(text, kImportWidth, 2);
}

std::string sizeText(const ImportedRun& run) {
  std::string text;
  if (run.active_params > 0)
    text += wrappedText(
        fmt::format(
            "N: {} active{}; E {}, k {}, G {}", countText(run.active_params),
            run.total_params > 0 ? fmt::format(", {} total", countText(run.total_params)) : "",
            exactNumber(run.experts), exactNumber(run.top_k), sampleText(run.granularity)),
        kImportWidth, 2);
  if (run.train_tokens > 0) text += fmt::format("D: {} tokens\n", countText(run.train_tokens));
  return text;
}

std::string previewRunText(const ImportedRun& run, const ImportOutcome& outcome) {
  std::string text = fmt::format("Run {}\n", run.id);
  for (const std::size_t file : run.files) {
    text += wrappedText(
        fmt::format("File: {}, read as {}", outcome.files[file].path, outcome.files[file].reader),
        kImportWidth, 2);
  }
  text += sizeText(run) + previewLossText(run);
  for (const RunLack& lack : run.lacks)
    text += wrappedText("Missing: " + lack.message, kImportWidth, 2);
  for (const RunFlag& flag : run.flags)
    text += wrappedText(fmt::format("Flag {}: {}", name(flag.kind), flag.reason), kImportWidth, 2);
  if (!run.excluded.empty()) text += wrappedText("Excluded: " + run.excluded, kImportWidth, 2);
  if (!run.facts.empty()) text += "\n" + tableText(factTable(run), kImportWidth);
  if (!run.series.empty()) text += "\n" + tableText(seriesTable(run), kImportWidth);
  return text + "\n";
}

std::string skipsText(const ImportOutcome& outcome) {
  std::string text;
  for (const ImportedFile& file : outcome.files) {
    for (std::size_t i = 0; i < std::min(file.first_skips.size(), kMostSkipsShown); ++i)
      text += listedText(fmt::format("{}:{}: {}", file.name, file.first_skips[i].place,
                                     file.first_skips[i].reason));
    if (file.skips > kMostSkipsShown)
      text += fmt::format("  {}: {} places in all\n", file.name, file.skips);
  }
  return text.empty() ? "" : "Places that could not be used\n" + text + "\n";
}

}  // namespace

std::string importPreviewText(const ImportOutcome& outcome) {
  std::string text = importHeadText(outcome) + "\n";
  for (std::size_t i = 0; i < std::min(outcome.runs.size(), kMostRunsShown); ++i)
    text += previewRunText(outcome.runs[i], outcome);
  if (outcome.runs.size() > kMostRunsShown)
    text += fmt::format("and {} more runs\n\n", outcome.runs.size() - kMostRunsShown);
  return text + skipsText(outcome) + filesNotReadText(outcome) + "A preview: nothing is written.\n";
}

}  // namespace moe::report
