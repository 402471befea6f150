#include <fmt/format.h>

#include <cstring>
#include <unordered_set>

#include "data/numbers.h"
#include "data/readers/raw_table.h"

namespace moe {
namespace {

/// Walks over the records of a CSV or TSV text [RFC4180]: fields in quotes may hold delimiters,
/// newlines and doubled quotes; lines end with LF or CRLF, the last one with nothing if it likes.
class DelimitedScanner {
 public:
  DelimitedScanner(std::string_view text, char delimiter, TextStore& store)
      : at_(text.data()), end_(at_ + text.size()), delimiter_(delimiter), store_(store) {}

  bool done() const { return at_ == end_; }
  std::size_t line() const { return line_; }

  /// Skips blank lines and, when asked, lines that start with '#'.
  void skipBlankLines(bool comments) {
    while (at_ != end_) {
      const char* stop = lineEnd(at_);
      const std::string_view content = trimmed({at_, static_cast<std::size_t>(stop - at_)});
      const bool blank = content.empty() && delimiter_ != '\t';
      const bool empty = stop == at_ || (stop == at_ + 1 && *at_ == '\r');
      if (!blank && !empty && !(comments && content.starts_with('#'))) return;
      at_ = stop == end_ ? end_ : stop + 1;
      ++line_;
    }
  }

  /// The fields of the next record; what is wrong with it goes to `problem`.
  void next(std::vector<std::string_view>& fields, std::string& problem) {
    fields.clear();
    problem.clear();
    bool more = true;
    while (more) {
      fields.push_back(at_ != end_ && *at_ == '"' ? quoted(problem) : plain());
      more = at_ != end_ && *at_ == delimiter_;
      if (more) ++at_;
    }
    if (at_ != end_ && *at_ == '\r') ++at_;
    if (at_ != end_ && *at_ == '\n') ++at_;
    ++line_;
  }

  bool unclosed() const { return unclosed_; }

 private:
  const char* lineEnd(const char* from) const {
    const void* found = std::memchr(from, '\n', static_cast<std::size_t>(end_ - from));
    return found == nullptr ? end_ : static_cast<const char*>(found);
  }

  std::string_view plain() {
    const char* start = at_;
    while (at_ != end_ && *at_ != delimiter_ && *at_ != '\n') ++at_;
    const char* stop = at_;
    if (stop != start && stop[-1] == '\r' && (at_ == end_ || *at_ == '\n')) --stop;
    return {start, static_cast<std::size_t>(stop - start)};
  }

  std::string_view quoted(std::string& problem) {
    const char* start = ++at_;
    bool doubled = false;
    while (at_ != end_ && (*at_ != '"' || (at_ + 1 != end_ && at_[1] == '"'))) {
      if (*at_ == '\n') ++line_;
      if (*at_ == '"') doubled = true, ++at_;
      ++at_;
    }
    const std::string_view content(start, static_cast<std::size_t>(at_ - start));
    unclosed_ = at_ == end_;
    if (!unclosed_) ++at_;
    const std::string_view rest = trimmed(plain());
    if (!rest.empty()) problem = fmt::format("\"{}\" follows a closing quote", rest);
    return doubled ? undoubled(content) : content;
  }

  std::string_view undoubled(std::string_view content) {
    std::string text;
    for (std::size_t i = 0; i < content.size(); ++i) {
      text += content[i];
      if (content[i] == '"') ++i;
    }
    return store_.keep(text);
  }

  const char* at_;
  const char* end_;
  char delimiter_;
  TextStore& store_;
  std::size_t line_ = 1;
  bool unclosed_ = false;
};

tl::unexpected<Error> neverClosed(const std::string& where, std::size_t line) {
  return fail(ErrorKind::kInput, fmt::format("{}:{}", where, line),
              "a quoted field that starts here is never closed");
}

Result<std::vector<std::string>> columnNames(const std::vector<std::string_view>& fields,
                                             const std::string& where) {
  std::vector<std::string> names;
  std::unordered_set<std::string> seen;
  for (const std::string_view field : fields) {
    std::string column(trimmed(field));
    if (column.empty()) column = fmt::format("column_{}", names.size() + 1);
    if (!seen.insert(column).second) {
      return fail(ErrorKind::kInput, where,
                  fmt::format("the header names the column {} twice; rename one", column));
    }
    names.push_back(std::move(column));
  }
  return names;
}

}  // namespace

Result<RawTable> readDelimited(std::string_view text, char delimiter, const std::string& where) {
  RawTable table;
  DelimitedScanner scanner(text, delimiter, table.store);
  std::vector<std::string_view> fields;
  std::string problem;
  scanner.skipBlankLines(true);
  table.header_line = scanner.line();
  scanner.next(fields, problem);
  if (scanner.unclosed()) return neverClosed(where, table.header_line);
  auto names = columnNames(fields, fmt::format("{}:{}", where, table.header_line));
  if (!names) return tl::unexpected(names.error());
  table.columns = std::move(*names);
  for (scanner.skipBlankLines(false); !scanner.done(); scanner.skipBlankLines(false)) {
    const std::size_t line = scanner.line();
    scanner.next(fields, problem);
    if (scanner.unclosed()) return neverClosed(where, line);
    if (problem.empty() && fields.size() != table.columns.size()) {
      problem = fmt::format("{} field{} where the header has {}", fields.size(),
                            fields.size() == 1 ? "" : "s", table.columns.size());
    }
    if (problem.empty()) {
      table.rows.push_back({line, fields});
    } else {
      table.bad_rows.push_back({line, problem});
    }
  }
  return table;
}

}  // namespace moe
