#include "data/logs/table_readers.h"

#include <fmt/format.h>

#include <algorithm>

#include "data/logs/csv_rows.h"
#include "data/logs/log_table.h"
#include "data/logs/panel_columns.h"
#include "data/logs/reading.h"
#include "data/logs/table_layout.h"
#include "data/numbers.h"
#include "data/readers/column_roles.h"

namespace moe {
namespace {

struct TableColumn {
  std::string name;
  bool twice = false;  ///< a column of this name stands before it
  bool has_numbers = false;
  bool has_texts = false;
};

/// "run-a-tag-train_loss.csv" -> "train_loss": what TensorBoard calls the table of one tag.
std::string tagOfFile(std::string_view path) {
  std::string_view name = path.substr(path.rfind('/') + 1);
  name = name.substr(0, name.find(".csv"));
  const std::size_t tag = name.rfind("-tag-");
  return std::string(tag == std::string_view::npos ? name : name.substr(tag + 5));
}

class TableLog {
 public:
  TableLog(Reading& reading, const TableLayout& layout, std::string_view path)
      : reading_(reading),
        layout_(layout),
        rows_(reading.window, layout.delimiter, skipToHeader()),
        table_(reading) {
    nameColumns(path);
  }

  void read() {
    rows_.next();  // the header; the layout has it
    listColumnsTwice();
    while (!reading_.stopped()) {
      const CsvRows::Found found = rows_.next();
      if (found == CsvRows::Found::kEnd) return;
      if (found == CsvRows::Found::kBroken) {
        reading_.skip({rows_.line(), rows_.cause()});
      } else if (fits()) {
        checkLastField();
        panel_ ? handPanelRowOn() : handRowOn();
      }
    }
  }
  std::size_t line() const { return rows_.line(); }

 private:
  /// The number of the header's line.
  std::size_t skipToHeader() {
    ByteWindow& window = reading_.window;
    takeByteOrderMark(window);
    std::size_t line = 1;
    for (;; ++line) {
      while (window.view().find('\n') == std::string_view::npos && window.grow()) {
      }
      const std::size_t end = window.view().find('\n');
      const std::string_view content = trimmed(window.view().substr(0, end));
      if (end == std::string_view::npos || (!content.empty() && content.front() != '#')) break;
      window.take(end + 1);
    }
    return line;
  }

  void nameColumns(std::string_view path) {
    for (const std::string& field : layout_.header) {
      std::string name(trimmed(field));
      if (name.empty()) name = fmt::format("column_{}", columns_.size() + 1);
      const bool twice =
          std::any_of(columns_.begin(), columns_.end(),
                      [&name](const TableColumn& column) { return column.name == name; });
      columns_.push_back({std::move(name), twice, false, false});
      names_.push_back(columns_.back().name);
    }
    panel_ = panelColumns(names_);
    if (names_ == std::vector<std::string>{"Wall time", "Step", "Value"}) {
      columns_.back().name = tagOfFile(path);
    }
  }

  void listColumnsTwice() {
    if (panel_) return;
    for (const TableColumn& column : columns_) {
      if (!column.twice) continue;
      reading_.skip({rows_.line(), fmt::format("a second column {} is not read", column.name)});
    }
  }

  bool fits() {
    const std::size_t count = rows_.fields().size();
    if (count == columns_.size()) return true;
    reading_.skip({rows_.line(), fmt::format("{} field{} where the header has {}", count,
                                             count == 1 ? "" : "s", columns_.size())});
    return false;
  }

  /// In a last row without a line end, the last field may be cut off; it is whole for certain when
  /// it has as many decimals as all those above.
  void checkLastField() {
    const int decimals = decimalsOf(rows_.fields().back());
    last_field_cut_off_ = !rows_.ended() && (decimals < 1 || decimals != decimals_);
    if (last_field_cut_off_) {
      reading_.skip({rows_.line(),
                     "the last line has no end; its last field may be cut off and is "
                     "not used"});
    }
    decimals_ = decimals_.value_or(decimals) == decimals ? decimals : kVaried;
  }

  /// Digits behind the sign of a number without exponent.
  static int decimalsOf(std::string_view field) {
    field = trimmed(field);
    int decimals = 0;
    bool behind_sign = false;
    for (const char c : field) {
      const bool digit = c >= '0' && c <= '9';
      const bool sign = c == '.' || c == ',';
      if (!digit && !sign && c != '-' && c != '+') return kVaried;
      if (digit && behind_sign) ++decimals;
      if (sign) behind_sign = true;
    }
    return field.empty() ? kVaried : decimals;
  }

  /// Nothing for a missing cell and for a text among numbers, which is listed.
  std::optional<LogCell> cell(std::size_t index) {
    TableColumn& column = columns_[index];
    const std::string_view field = rows_.fields()[index];
    if (column.twice || field.empty()) return std::nullopt;
    if (last_field_cut_off_ && index + 1 == columns_.size()) return std::nullopt;
    const std::optional<double> number = tableNumber(field, layout_.decimal_sign);
    if (number) {
      column.has_numbers = true;
      return LogCell{column.name, number, {}};
    }
    if (isMissing(field)) return std::nullopt;
    const DecimalSign other =
        layout_.decimal_sign == DecimalSign::kPoint ? DecimalSign::kComma : DecimalSign::kPoint;
    const bool ambiguous = tableNumber(field, other).has_value();
    if (ambiguous || (column.has_numbers && !column.has_texts)) {
      reading_.skip(
          {rows_.line(),
           fmt::format("{} is \"{}\", which {}", column.name, trimmed(field).substr(0, 40),
                       ambiguous ? "may mean two numbers" : "is no number")});
      return std::nullopt;
    }
    column.has_texts = true;
    return LogCell{column.name, std::nullopt, trimmed(field)};
  }

  void handRowOn() {
    cells_.clear();
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (const std::optional<LogCell> found = cell(i)) cells_.push_back(*found);
    }
    table_.row(cells_, rows_.line());
  }

  std::optional<double> number(std::size_t index) {
    columns_[index].twice = false;
    const std::optional<LogCell> found = cell(index);
    return found ? found->number : std::nullopt;
  }

  void handPanelRowOn() {
    const std::optional<double> axis = number(panel_->axis_column);
    for (const PanelRun& run : panel_->runs) {
      LogRecord record{{}, panel_->axis_is_step ? axis : std::nullopt, rows_.line(), std::nullopt};
      values_.clear();
      for (const PanelRun::Series& series : run.series) {
        if (const auto value = number(series.column)) values_.push_back({series.metric, *value});
      }
      if (values_.empty()) continue;
      if (run.step_column && number(*run.step_column)) record.step = number(*run.step_column);
      if (axis && !panel_->axis_is_step) values_.push_back({panel_->axis, *axis});
      record.values = values_;
      reading_.run(run.id);
      reading_.record(record);
    }
  }

  Reading& reading_;
  const TableLayout& layout_;
  CsvRows rows_;
  LogTable table_;
  std::vector<TableColumn> columns_;
  std::vector<std::string> names_;
  std::optional<PanelColumns> panel_;
  static constexpr int kVaried = -1;
  std::optional<int> decimals_;  ///< of the last column in all rows so far
  bool last_field_cut_off_ = false;
  std::vector<LogCell> cells_;
  std::vector<LogValue> values_;
};

Result<void> readTable(ByteSource& source, LogSink& sink, std::stop_token stop) {
  const Result<std::string_view> head = source.head();
  if (!head) return tl::unexpected(head.error());
  const std::optional<TableLayout> layout = tableLayout(*head);
  if (!layout) {
    return fail(ErrorKind::kInput, source.path() + ":1",
                "no header of a table: names of columns with commas, semicolons or tabs between "
                "them are needed above the numbers");
  }
  Reading reading(source, sink, std::move(stop));
  TableLog log(reading, *layout, source.path());
  log.read();
  return reading.finish(log.line(), "holds no row of numbers");
}

bool hasColumn(const TableLayout& layout, std::string_view name) {
  return std::find(layout.header.begin(), layout.header.end(), name) != layout.header.end();
}

double recognisesWandbCsv(std::string_view head) {
  const std::optional<TableLayout> layout = tableLayout(head);
  if (!layout) return 0;
  if (panelColumns(layout->header)) return 0.95;
  const bool history = hasColumn(*layout, "_step") || hasColumn(*layout, "_runtime");
  const bool runs = hasColumn(*layout, "Name") && hasColumn(*layout, "State") &&
                    (hasColumn(*layout, "Runtime") || hasColumn(*layout, "Created"));
  return history || runs ? 0.95 : 0;
}

double recognisesCsv(std::string_view head) {
  const std::optional<TableLayout> layout = tableLayout(head);
  if (!layout) return 0;
  const bool known =
      std::any_of(layout->header.begin(), layout->header.end(), [](const std::string& column) {
        return isAliasOf(Role::kStep, column) ||
               normalisedName(column).find("loss") != std::string::npos;
      });
  return known ? 0.85 : 0.5;
}

}  // namespace

const LogReader& csvReader() {
  static constexpr LogReader kReader{"csv", "CSV, TSV or CSV with semicolons", recognisesCsv,
                                     readTable};
  return kReader;
}

const LogReader& wandbCsvReader() {
  static constexpr LogReader kReader{"wandb-csv", "CSV exported by W&B", recognisesWandbCsv,
                                     readTable};
  return kReader;
}

}  // namespace moe
