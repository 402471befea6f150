#include "app/report/text_table.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

#include "data/error.h"

namespace moe::report {
namespace {

constexpr int kGap = 2;             // spaces between columns
constexpr int kNarrowestText = 12;  // a text column is not wrapped below this width

using Lines = std::vector<std::string>;

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> found;
  while (true) {
    const std::size_t begin = text.find_first_not_of(" \n");
    if (begin == std::string_view::npos) return found;
    const std::size_t end = std::min(text.find_first_of(" \n", begin), text.size());
    found.push_back(text.substr(begin, end - begin));
    text.remove_prefix(end);
  }
}

Lines wrappedLines(std::string_view text, int width) {
  Lines lines;
  for (std::string_view word : words(text)) {
    if (!lines.empty() && displayWidth(lines.back()) + 1 + displayWidth(word) <= width) {
      lines.back().append(" ").append(word);
    } else {
      lines.emplace_back(word);
    }
  }
  return lines;
}

int longestWord(std::string_view text) {
  int longest = 0;
  for (std::string_view word : words(text)) longest = std::max(longest, displayWidth(word));
  return longest;
}

/// How wide a column is: as its cells and unit, and as its heading in one line or in several.
struct ColumnWidth {
  int narrow = 0;  // the heading wrapped between all words
  int wide = 0;    // the heading in one line
};

std::vector<ColumnWidth> columnWidths(const TextTable& table) {
  std::vector<ColumnWidth> widths;
  for (const TableColumn& column : table.columns) {
    const int unit = displayWidth(column.unit);
    widths.push_back({std::max(longestWord(column.heading), unit),
                      std::max(displayWidth(column.heading), unit)});
  }
  for (const auto& row : table.rows) {
    require(row.size() == table.columns.size(), "a table row has as many cells as columns");
    for (std::size_t c = 0; c < row.size(); ++c) {
      widths[c].narrow = std::max(widths[c].narrow, displayWidth(row[c].text));
      widths[c].wide = std::max(widths[c].wide, displayWidth(row[c].text));
    }
  }
  return widths;
}

int totalWidth(const std::vector<int>& widths) {
  return std::accumulate(widths.begin(), widths.end(), 0) +
         kGap * std::max(0, static_cast<int>(widths.size()) - 1);
}

/// Wraps headings, those that save most first, until the table fits or no heading can give more.
std::vector<int> wrapHeadings(const std::vector<ColumnWidth>& columns, int width) {
  std::vector<int> widths;
  for (const ColumnWidth& column : columns) widths.push_back(column.wide);
  while (totalWidth(widths) > width) {
    std::size_t most = 0;
    for (std::size_t c = 1; c < widths.size(); ++c) {
      if (widths[c] - columns[c].narrow > widths[most] - columns[most].narrow) most = c;
    }
    if (widths[most] == columns[most].narrow) break;
    --widths[most];
  }
  return widths;
}

/// No text column is wrapped below its longest word.
std::vector<int> narrowest(const TextTable& table) {
  std::vector<int> widths(table.columns.size(), kNarrowestText);
  for (const auto& row : table.rows) {
    for (std::size_t c = 0; c < row.size(); ++c) {
      widths[c] = std::max(widths[c], longestWord(row[c].text));
    }
  }
  return widths;
}

/// Takes what is still missing from the widest text columns.
void narrowTextColumns(const TextTable& table, int width, std::vector<int>& widths) {
  const std::vector<int> least = narrowest(table);
  while (totalWidth(widths) > width) {
    int widest = -1;
    for (std::size_t c = 0; c < widths.size(); ++c) {
      const bool can_wrap = table.columns[c].align == Align::kLeft && widths[c] > least[c];
      if (can_wrap && (widest < 0 || widths[c] > widths[widest])) widest = static_cast<int>(c);
    }
    if (widest < 0) break;
    --widths[widest];
  }
}

/// Columns of each block; all but the first block repeat column 0.
std::vector<std::vector<int>> blocks(const std::vector<int>& widths, int width) {
  std::vector<std::vector<int>> result(1);
  int used = -kGap;
  for (int c = 0; c < static_cast<int>(widths.size()); ++c) {
    if (used + kGap + widths[c] > width && result.back().size() > 1) {
      result.push_back({0});
      used = widths[0];
    }
    result.back().push_back(c);
    used += kGap + widths[c];
  }
  return result;
}

std::string padded(const std::string& text, int width, Align align) {
  const std::string space(std::max(0, width - displayWidth(text)), ' ');
  return align == Align::kLeft ? text + space : space + text;
}

/// One table row, several lines high when a cell has several. Short cells stand at the top, or at
/// the bottom (headings).
void appendRow(const std::vector<Lines>& cells, const std::vector<int>& columns,
               const TextTable& table, const std::vector<int>& widths, bool at_bottom,
               std::string& text) {
  std::size_t height = 0;
  for (int c : columns) height = std::max(height, cells[c].size());
  for (std::size_t line = 0; line < height; ++line) {
    std::string row;
    for (int c : columns) {
      const std::size_t missing = at_bottom ? height - cells[c].size() : 0;
      const bool has = line >= missing && line - missing < cells[c].size();
      if (c != columns.front()) row += std::string(kGap, ' ');
      row += padded(has ? cells[c][line - missing] : "", widths[c], table.columns[c].align);
    }
    row.erase(row.find_last_not_of(' ') + 1);
    text += row + '\n';
  }
}

void appendHeadings(const std::vector<int>& columns, const TextTable& table,
                    const std::vector<int>& widths, std::string& text) {
  std::vector<Lines> headings;
  std::vector<Lines> units;
  bool any_unit = false;
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    headings.push_back(wrappedLines(table.columns[c].heading, widths[c]));
    units.push_back({table.columns[c].unit});
  }
  for (int c : columns) any_unit = any_unit || !table.columns[c].unit.empty();
  appendRow(headings, columns, table, widths, true, text);
  if (any_unit) appendRow(units, columns, table, widths, true, text);
  int width = -kGap;
  for (int c : columns) width += kGap + widths[c];
  text += std::string(width, '-') + '\n';
}

}  // namespace

std::string tableText(const TextTable& table, int width) {
  std::string text = wrappedText(table.title, width);
  if (table.columns.empty()) return text;
  std::vector<int> widths = wrapHeadings(columnWidths(table), width);
  narrowTextColumns(table, width, widths);
  const auto all_blocks = blocks(widths, width);
  for (const std::vector<int>& columns : all_blocks) {
    if (&columns != &all_blocks.front()) text += '\n';
    appendHeadings(columns, table, widths, text);
    for (const auto& row : table.rows) {
      std::vector<Lines> cells;
      for (std::size_t c = 0; c < row.size(); ++c) {
        const std::string& shown = row[c].text;
        const bool wraps = displayWidth(shown) > widths[c];
        cells.push_back(wraps ? wrappedLines(shown, widths[c]) : Lines{shown});
      }
      appendRow(cells, columns, table, widths, false, text);
    }
  }
  for (const std::string& note : table.footnotes) text += wrappedText(note, width, 2);
  return text;
}

std::string wrappedText(std::string_view text, int width, int indent) {
  std::string result;
  std::string line;
  for (std::string_view word : words(text)) {
    if (!line.empty() && displayWidth(line) + 1 + displayWidth(word) > width) {
      result += line + '\n';
      line = std::string(indent, ' ').append(word);
    } else {
      if (!line.empty()) line += ' ';
      line.append(word);
    }
  }
  return line.empty() ? result : result + line + '\n';
}

int displayWidth(std::string_view text) {
  // A UTF-8 continuation byte is 10xxxxxx; every other byte starts a character.
  return static_cast<int>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

}  // namespace moe::report
