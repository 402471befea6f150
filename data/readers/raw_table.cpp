#include "data/readers/raw_table.h"

#include <algorithm>

#include "data/numbers.h"

namespace moe {
namespace {

std::string_view takeLine(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return trimmed(line);
}

/// The first line with something other than a comment on it, taken off the text.
std::string_view takeFirstLine(std::string_view& text) {
  while (!text.empty()) {
    const std::string_view line = takeLine(text);
    if (!line.empty() && line.front() != '#') return line;
  }
  return {};
}

bool isObject(std::string_view line) {
  return line.size() > 1 && line.front() == '{' && line.back() == '}';
}

}  // namespace

std::string_view TextStore::keep(std::string_view text) {
  constexpr std::size_t kChunk = 1 << 18;
  if (chunks_.empty() || chunks_.back().capacity() - chunks_.back().size() < text.size()) {
    chunks_.emplace_back().reserve(std::max(kChunk, text.size() + 1));
  }
  std::string& chunk = chunks_.back();
  const std::size_t start = chunk.size();
  chunk.append(text);
  return std::string_view(chunk).substr(start);
}

std::string_view name(TableFormat format) {
  switch (format) {
    case TableFormat::kCsv:
      return "csv";
    case TableFormat::kTsv:
      return "tsv";
    case TableFormat::kJson:
      return "json";
    case TableFormat::kJsonLines:
      return "jsonl";
  }
  require(false, "unknown table format");
  return {};
}

TableFormat detectFormat(std::string_view text) {
  const std::string_view first = takeFirstLine(text);
  if (first.starts_with('[')) return TableFormat::kJson;
  if (first.starts_with('{')) {
    const std::string_view second = takeFirstLine(text);
    const bool lines = isObject(first) && second.starts_with('{');
    return lines ? TableFormat::kJsonLines : TableFormat::kJson;
  }
  const auto tabs = std::count(first.begin(), first.end(), '\t');
  const auto commas = std::count(first.begin(), first.end(), ',');
  return tabs > 0 && tabs >= commas ? TableFormat::kTsv : TableFormat::kCsv;
}

Result<RawTable> readTableText(std::string_view text, TableFormat format,
                               const std::string& where) {
  switch (format) {
    case TableFormat::kCsv:
      return readDelimited(text, ',', where);
    case TableFormat::kTsv:
      return readDelimited(text, '\t', where);
    case TableFormat::kJson:
      return readJson(text, where);
    case TableFormat::kJsonLines:
      return readJsonLines(text, where);
  }
  require(false, "unknown table format");
  return RawTable();
}

}  // namespace moe
