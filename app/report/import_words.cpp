#include "app/report/import_words.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <vector>

#include "app/report/number_text.h"
#include "app/report/text_table.h"

namespace moe::report {
namespace {

constexpr std::size_t kMostFilesListed = 20;

std::string counted(std::size_t count, const char* what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

}  // namespace

std::string importHeadText(const ImportOutcome& outcome) {
  std::map<std::string, std::size_t> readers;
  std::size_t not_read = 0;
  double bytes = 0;
  for (const ImportedFile& file : outcome.files) {
    if (!file.problem.empty()) {
      ++not_read;
      continue;
    }
    ++readers[file.reader];
    bytes += static_cast<double>(file.bytes);
  }
  std::vector<std::string> words;
  for (const auto& [reader, count] : readers) words.push_back(fmt::format("{} {}", reader, count));
  std::string logs = fmt::format("Logs: {}, {}; read as {}", counted(outcome.files.size(), "file"),
                                 bytesText(Bytes(bytes)), fmt::join(words, ", "));
  if (not_read > 0) logs += fmt::format("; {} not read", not_read);
  std::string runs = fmt::format("Runs: {}; {} usable", outcome.runs.size(), outcome.usedRuns());
  if (const std::size_t count = outcome.excludedRuns()) runs += fmt::format(", {} excluded", count);
  if (const std::size_t count = outcome.lackingRuns())
    runs += fmt::format(", {} lacking something", count);
  runs += fmt::format("; loss by rule: {}", describe(outcome.plan.loss));
  return wrappedText(logs, kImportWidth, 2) + wrappedText(runs, kImportWidth, 2);
}

std::string filesNotReadText(const ImportOutcome& outcome) {
  std::string text;
  std::size_t count = 0;
  for (const ImportedFile& file : outcome.files) {
    if (file.problem.empty() || ++count > kMostFilesListed) continue;
    text += listedText(fmt::format("{}: {}", file.name, file.problem));
  }
  if (count > kMostFilesListed) text += fmt::format("  and {} more\n", count - kMostFilesListed);
  return text.empty() ? "" : "Files that are not read\n" + text + "\n";
}

std::string listedText(const std::string& text) {
  return "  " + wrappedText(text, kImportWidth - 2, 4);
}

std::string flagNamesText(const ImportedRun& run) {
  std::vector<std::string> names;
  for (const RunFlag& flag : run.flags) {
    const std::string flag_name(name(flag.kind));
    if (std::find(names.begin(), names.end(), flag_name) == names.end()) names.push_back(flag_name);
  }
  return names.empty() ? "-" : fmt::format("{}", fmt::join(names, " "));
}

}  // namespace moe::report
