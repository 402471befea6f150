#include "data/logs/csv_rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "data/numbers.h"

namespace moe {
namespace {

constexpr std::size_t kLongestRow = 16 << 20;

std::string withoutDoubledQuotes(std::string_view content) {
  std::string text;
  for (std::size_t i = 0; i < content.size(); ++i) {
    text += content[i];
    if (content[i] == '"') ++i;
  }
  return text;
}

}  // namespace

/// False at the end. Blank lines may be long, too: they are taken as they come.
bool CsvRows::skipBlankLines() {
  for (;;) {
    const std::string_view view = window_.view();
    const std::string_view blank = delimiter_ == '\t' ? "\r\n" : " \t\r\n";
    const std::size_t first = view.find_first_not_of(blank);
    const std::string_view skipped = view.substr(0, first);
    // Blanks before a first field belong to it.
    const std::size_t newline = skipped.rfind('\n');
    const std::size_t taken = newline == std::string_view::npos ? 0 : newline + 1;
    next_line_ += static_cast<std::size_t>(std::count(skipped.begin(), skipped.end(), '\n'));
    window_.take(taken);
    if (first != std::string_view::npos) return true;
    if (window_.view().size() >= kLongestRow) window_.take(window_.view().size());
    if (!window_.grow()) return false;
  }
}

std::size_t CsvRows::fieldEnd(std::size_t from) const {
  const std::string_view view = window_.view();
  while (from < view.size() && view[from] != delimiter_ && view[from] != '\n') ++from;
  return from;
}

void CsvRows::plainField(std::size_t& at) {
  const std::size_t start = at;
  at = fieldEnd(at);
  const std::string_view view = window_.view();
  const bool last = at == view.size() || view[at] == '\n';
  const std::size_t end = last && at > start && view[at - 1] == '\r' ? at - 1 : at;
  fields_.push_back(view.substr(start, end - start));
}

CsvRows::Split CsvRows::quotedField(std::size_t& at) {
  const std::string_view view = window_.view();
  const std::size_t start = ++at;
  bool doubled = false;
  for (;;) {
    at = view.find('"', at);
    if (at == std::string_view::npos) return Split::kNeedsMore;
    if (at + 1 == view.size() && !at_end_) return Split::kNeedsMore;
    if (at + 1 == view.size() || view[at + 1] != '"') break;
    doubled = true;
    at += 2;
  }
  std::string_view content = view.substr(start, at - start);
  if (doubled) content = undoubled_.emplace_back(withoutDoubledQuotes(content));
  fields_.push_back(content);
  const std::size_t end = fieldEnd(at + 1);
  const std::string_view behind = trimmed(view.substr(at + 1, end - at - 1));
  at = end;
  if (behind.empty()) return Split::kWhole;
  cause_ = fmt::format("\"{}\" follows a closing quote", behind.substr(0, 40));
  return Split::kTextBehindQuote;
}

CsvRows::Split CsvRows::split() {
  fields_.clear();
  undoubled_.clear();
  cause_.clear();
  const std::string_view view = window_.view();
  for (std::size_t at = 0;; ++at) {
    if (at < view.size() && view[at] == '"') {
      if (const Split quoted = quotedField(at); quoted != Split::kWhole) return quoted;
    } else {
      plainField(at);
    }
    if (at == view.size() && !at_end_) return Split::kNeedsMore;
    ended_ = at < view.size() && view[at] == '\n';
    if (at < view.size() && !ended_) continue;
    row_bytes_ = at + (ended_ ? 1 : 0);
    return Split::kWhole;
  }
}

/// Goes on at the next line.
CsvRows::Found CsvRows::broken(std::string cause) {
  cause_ = std::move(cause);
  row_bytes_ = 0;
  window_.discardLine();
  next_line_ = line_ + 1;
  return Found::kBroken;
}

CsvRows::Found CsvRows::next() {
  window_.take(row_bytes_);
  row_bytes_ = 0;
  if (!skipBlankLines()) return Found::kEnd;
  line_ = next_line_;
  for (;;) {
    const Split found = split();
    if (found == Split::kTextBehindQuote) return broken(cause_);
    if (found == Split::kWhole && row_bytes_ <= kLongestRow) break;
    if (found == Split::kNeedsMore && at_end_)
      return broken("a quoted field that starts here is never closed");
    if (found == Split::kWhole || window_.view().size() > kLongestRow) {
      return broken(fmt::format("a row of more than {} MiB", kLongestRow >> 20));
    }
    at_end_ = !window_.grow();
  }
  const std::string_view row = window_.view().substr(0, row_bytes_);
  next_line_ = line_ + static_cast<std::size_t>(std::count(row.begin(), row.end(), '\n'));
  return Found::kRow;
}

}  // namespace moe
