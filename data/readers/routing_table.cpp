#include "data/readers/routing_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <tuple>

#include "data/numbers.h"
#include "data/readers/whole_cell.h"
#include "data/routing/gate_check.h"

namespace moe {
namespace {

constexpr std::size_t kMostExperts = std::numeric_limits<std::uint16_t>::max() + std::size_t{1};

std::string place(const std::string& where, std::size_t line) {
  return fmt::format("{}:{}", where, line);
}

/// Numbers of a table's rows, in the order of the file.
struct NumberRow {
  std::size_t line = 0;
  std::vector<std::size_t> cells;
  std::vector<double> gates = {};  ///< of a trace that has them
};

Result<std::vector<NumberRow>> numberRows(const RawTable& table,
                                          const std::vector<std::size_t>& columns,
                                          const std::string& where) {
  if (auto rows = checkRows(table, where); !rows) return tl::unexpected(rows.error());
  std::vector<NumberRow> numbers;
  numbers.reserve(table.rows.size());
  for (const RawRow& row : table.rows) {
    NumberRow& number = numbers.emplace_back(NumberRow{row.line, {}});
    for (const std::size_t column : columns) {
      const auto cell = wholeCell(table, row, column, 0, where);
      if (!cell) return tl::unexpected(cell.error());
      number.cells.push_back(*cell);
    }
  }
  return numbers;
}

/// Reads the columns of gates into the rows, one beside each choice.
Result<void> addRowGates(std::vector<NumberRow>& rows, const RawTable& table,
                         const std::vector<std::size_t>& columns, const std::string& where) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto refuse = [&](const std::string& message) {
      return fail(ErrorKind::kInput, place(where, rows[i].line), message);
    };
    for (const std::size_t column : columns) {
      const std::string_view text = table.rows[i].cell(column);
      const auto gate = parseNumber(text);
      if (!gate || !(*gate >= 0 && *gate <= 1))
        return refuse(fmt::format("{} is \"{}\"; a number from 0 to 1 is needed",
                                  table.columns[column], trimmed(text)));
      rows[i].gates.push_back(*gate);
    }
    const double sum = gateSum(rows[i].gates.data(), rows[i].gates.size());
    if (sum > mostGateSum(columns.size())) return refuse(gateSumProblem("the token", sum));
  }
  return {};
}

/// The experts of a layer: those the caller or else the largest id says.
Result<std::size_t> expertsOf(const std::vector<NumberRow>& rows, std::size_t first,
                              std::size_t last, std::size_t experts, const std::string& where) {
  const std::size_t bound = experts > 0 ? experts : kMostExperts;
  std::size_t largest = 0;
  for (const NumberRow& row : rows) {
    for (std::size_t i = first; i < last; ++i) {
      if (row.cells[i] >= bound)
        return fail(ErrorKind::kInput, place(where, row.line),
                    fmt::format("expert {} does not exist; the experts are 0 to {}", row.cells[i],
                                bound - 1));
      largest = std::max(largest, row.cells[i]);
    }
  }
  return experts > 0 ? experts : largest + 1;
}

std::vector<std::size_t> columnsNamed(const RawTable& table, std::string_view prefix) {
  std::vector<std::size_t> columns;
  for (std::size_t column = 0; column < table.columns.size(); ++column) {
    if (table.columns[column].starts_with(prefix)) columns.push_back(column);
  }
  return columns;
}

Result<void> checkChoices(const NumberRow& row, const std::string& where) {
  std::vector<std::size_t> ids(row.cells.begin() + 2, row.cells.end());
  std::sort(ids.begin(), ids.end());
  const auto twice = std::adjacent_find(ids.begin(), ids.end());
  if (twice == ids.end()) return {};
  return fail(ErrorKind::kInput, place(where, row.line),
              fmt::format("names expert {} twice", *twice));
}

bool before(const NumberRow& a, const NumberRow& b) {
  return std::tie(a.cells[0], a.cells[1]) < std::tie(b.cells[0], b.cells[1]);
}

/// The tokens of each layer, from rows sorted by layer and token. A token twice is an error.
Result<std::map<std::size_t, std::vector<std::size_t>>> tokensByLayer(
    const std::vector<NumberRow>& rows, const std::string& where) {
  std::map<std::size_t, std::vector<std::size_t>> layers;
  for (const NumberRow& row : rows) {
    auto& tokens = layers[row.cells[0]];
    if (!tokens.empty() && tokens.back() == row.cells[1])
      return fail(ErrorKind::kInput, place(where, row.line),
                  fmt::format("layer {} has token {} a second time", row.cells[0], row.cells[1]));
    tokens.push_back(row.cells[1]);
  }
  return layers;
}

/// Every layer must have the tokens of the first.
Result<void> setSizes(RoutingTrace& trace, const std::vector<NumberRow>& rows) {
  const auto layers = tokensByLayer(rows, trace.source);
  if (!layers) return tl::unexpected(layers.error());
  const auto& [first, expected] = *layers->begin();
  for (const auto& [layer, tokens] : *layers) {
    if (tokens == expected) continue;
    return fail(ErrorKind::kInput, trace.source,
                fmt::format("layer {} ({} tokens) does not have the same tokens as layer {} ({} "
                            "tokens)",
                            layer, tokens.size(), first, expected.size()));
  }
  trace.layers = layers->size();
  trace.tokens = expected.size();
  for (const auto& [layer, tokens] : *layers)
    trace.layer_numbers.push_back(static_cast<int>(std::min<std::size_t>(layer, 1'000'000'000)));
  return {};
}

}  // namespace

bool holdsCounts(const RawTable& table) {
  return std::find(table.columns.begin(), table.columns.end(), "tokens") != table.columns.end();
}

Result<RoutingTrace> traceOf(const RawTable& table, const std::string& where, std::size_t experts) {
  std::vector<std::size_t> columns;
  for (const char* name : {"layer", "token"}) {
    const auto column = columnNamed(table, name, where);
    if (!column) return tl::unexpected(column.error());
    columns.push_back(*column);
  }
  const auto choices = columnsNamed(table, "expert");
  if (choices.empty())
    return fail(ErrorKind::kInput, place(where, table.header_line),
                "there is no column of a choice; name them expert_1, expert_2, ...");
  const auto gates = columnsNamed(table, "gate");
  if (!gates.empty() && gates.size() != choices.size())
    return fail(ErrorKind::kInput, place(where, table.header_line),
                fmt::format("there are {} columns of experts and {} of gates", choices.size(),
                            gates.size()));
  columns.insert(columns.end(), choices.begin(), choices.end());
  auto rows = numberRows(table, columns, where);
  if (!rows) return tl::unexpected(rows.error());
  const auto count = expertsOf(*rows, 2, columns.size(), experts, where);
  if (!count) return tl::unexpected(count.error());
  if (auto added = addRowGates(*rows, table, gates, where); !added)
    return tl::unexpected(added.error());

  RoutingTrace trace;
  trace.source = where;
  trace.top_k = choices.size();
  trace.experts = *count;
  std::stable_sort(rows->begin(), rows->end(), before);
  if (auto sizes = setSizes(trace, *rows); !sizes) return tl::unexpected(sizes.error());
  trace.ids.reserve(rows->size() * trace.top_k);
  for (const NumberRow& row : *rows) {
    if (auto distinct = checkChoices(row, where); !distinct)
      return tl::unexpected(distinct.error());
    for (std::size_t i = 2; i < row.cells.size(); ++i)
      trace.ids.push_back(static_cast<std::uint16_t>(row.cells[i]));
    trace.gates.insert(trace.gates.end(), row.gates.begin(), row.gates.end());
  }
  return trace;
}

Result<ExpertCounts> countsOf(const RawTable& table, const std::string& where,
                              std::size_t experts) {
  std::vector<std::size_t> columns;
  for (const char* name : {"layer", "expert", "tokens"}) {
    const auto column = columnNamed(table, name, where);
    if (!column) return tl::unexpected(column.error());
    columns.push_back(*column);
  }
  const auto rows = numberRows(table, columns, where);
  if (!rows) return tl::unexpected(rows.error());
  const auto count = expertsOf(*rows, 1, 2, experts, where);
  if (!count) return tl::unexpected(count.error());

  std::map<std::size_t, std::vector<double>> layers;
  constexpr double kUnset = -1;
  for (const NumberRow& row : *rows) {
    auto& layer = layers.try_emplace(row.cells[0], *count, kUnset).first->second;
    double& tokens = layer[row.cells[1]];
    if (tokens != kUnset)
      return fail(ErrorKind::kInput, place(where, row.line),
                  fmt::format("layer {} has expert {} a second time", row.cells[0], row.cells[1]));
    tokens = static_cast<double>(row.cells[2]);
  }
  ExpertCounts counts{where, *count, {}};
  for (auto& [label, layer] : layers) {
    std::replace(layer.begin(), layer.end(), kUnset, 0.0);
    counts.tokens.push_back(std::move(layer));
  }
  return counts;
}

}  // namespace moe
