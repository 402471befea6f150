#include "data/run_filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "data/nearest_name.h"
#include "data/numbers.h"
#include "data/readers/column_map.h"
#include "data/readers/column_roles.h"

namespace moe {
namespace {

struct Spelling {
  std::string_view text;
  FilterOperator comparison;
};

// Longer spellings first: ">=" is not ">" and a value "=...".
constexpr std::array<Spelling, 7> kSpellings = {{{"!=", FilterOperator::kNotEqual},
                                                 {">=", FilterOperator::kGreaterEqual},
                                                 {"<=", FilterOperator::kLessEqual},
                                                 {"==", FilterOperator::kEqual},
                                                 {"=", FilterOperator::kEqual},
                                                 {">", FilterOperator::kGreater},
                                                 {"<", FilterOperator::kLess}}};

bool comparesSizes(FilterOperator comparison) {
  return comparison != FilterOperator::kEqual && comparison != FilterOperator::kNotEqual;
}

std::vector<FilterValue> valueList(std::string_view text) {
  std::vector<FilterValue> values;
  for (bool more = true; more;) {
    const std::size_t end = text.find(',');
    more = end != std::string_view::npos;
    const std::string_view part = trimmed(text.substr(0, end));
    values.push_back({std::string(part), parseNumber(part)});
    if (more) text.remove_prefix(end + 1);
  }
  return values;
}

bool meets(double value, FilterOperator comparison, double bound) {
  switch (comparison) {
    case FilterOperator::kLess:
      return value < bound;
    case FilterOperator::kLessEqual:
      return value <= bound;
    case FilterOperator::kGreater:
      return value > bound;
    case FilterOperator::kGreaterEqual:
      return value >= bound;
    default:
      return false;
  }
}

double numberOf(const TrainingRun& run, Role role) {
  switch (role) {
    case Role::kParams:
      return run.params;
    case Role::kTokens:
      return run.train_tokens;
    case Role::kExperts:
      return run.experts;
    case Role::kTopK:
      return run.top_k;
    case Role::kGranularity:
      return run.granularity;
    case Role::kLoss:
      return run.loss;
    case Role::kUniqueTokens:
      return run.unique_tokens > 0 ? run.unique_tokens : run.train_tokens;
    case Role::kWeightBits:
      return run.precision.weights;
    case Role::kActivationBits:
      return run.precision.activations;
    case Role::kCacheBits:
      return run.precision.kv_cache;
    case Role::kBitsAfterTraining:
      return run.precision.after_training;
    case Role::kStep:
      return run.step.value_or(std::numeric_limits<double>::quiet_NaN());
    case Role::kRunId:
      break;
  }
  require(false, "a run's name is not a number");
  return 0;
}

/// The cells of one column, wherever they are kept.
struct FilterColumn {
  const RunTable& table;
  std::optional<Role> role;
  const TagColumn* tag = nullptr;

  std::string text(std::size_t row) const {
    const TrainingRun& run = table.runs[row];
    if (tag != nullptr) return tag->values[row];
    if (role == Role::kRunId) return run.run_id;
    if (role == Role::kStep && !run.step) return {};
    return exactNumber(numberOf(run, *role));
  }

  std::optional<double> number(std::size_t row) const {
    if (tag != nullptr) return parseNumber(tag->values[row]);
    if (role == Role::kRunId) return parseNumber(table.runs[row].run_id);
    if (role == Role::kStep) return table.runs[row].step;
    return numberOf(table.runs[row], *role);
  }
};

std::optional<Role> roleOfColumn(const RunTable& table, std::string_view column) {
  if (const auto role = findRole(column)) return role;
  for (const RunSource& source : table.sources) {
    for (const ColumnChoice& choice : source.columns) {
      if (choice.column == column) return findRole(choice.role);
    }
  }
  return std::nullopt;
}

std::vector<std::string> filterNames(const RunTable& table) {
  std::vector<std::string> names;
  // Of the rarer roles only those that some file has.
  for (std::size_t i = 0; i < kRoles; ++i) {
    const Role role = static_cast<Role>(i);
    const bool common = role < Role::kUniqueTokens;
    const bool read =
        std::any_of(table.sources.begin(), table.sources.end(), [&](const auto& source) {
          return std::any_of(source.columns.begin(), source.columns.end(),
                             [&](const ColumnChoice& choice) { return choice.role == name(role); });
        });
    if (common || read) names.emplace_back(name(role));
  }
  for (const TagColumn& tag : table.tags) names.push_back(tag.name);
  return names;
}

tl::unexpected<Error> refuse(const RunFilter& filter, std::string message) {
  return fail(ErrorKind::kInput, "--filter " + filter.text, std::move(message));
}

Result<FilterColumn> findColumn(const RunTable& table, const RunFilter& filter) {
  FilterColumn column{table, roleOfColumn(table, filter.column), nullptr};
  if (column.role) return column;
  column.tag = table.tag(filter.column);
  if (column.tag != nullptr) return column;
  const std::string wanted = normalisedName(filter.column);
  for (const TagColumn& tag : table.tags) {
    if (normalisedName(tag.name) == wanted) column.tag = &tag;
  }
  if (column.tag != nullptr) return column;
  const std::vector<std::string> names = filterNames(table);
  return refuse(filter, fmt::format("there is no column {}; {} (columns: {})", filter.column,
                                    didYouMean(filter.column, names, 1), fmt::join(names, ", ")));
}

bool equalsAny(const FilterColumn& column, const RunFilter& filter, std::size_t row) {
  const std::string text = column.text(row);
  const std::optional<double> number = column.number(row);
  return std::any_of(filter.values.begin(), filter.values.end(), [&](const FilterValue& value) {
    return value.text == text || (value.number && number && *value.number == *number);
  });
}

/// What a column holds, for the reader whose filter left nothing.
std::string valuesOf(const FilterColumn& column) {
  constexpr std::size_t kMost = 6;
  std::vector<std::string> distinct;
  bool all_numbers = true;
  double lowest = std::numeric_limits<double>::infinity();
  double highest = -lowest;
  for (std::size_t row = 0; row < column.table.runs.size(); ++row) {
    const std::string text = column.text(row);
    if (distinct.size() <= kMost &&
        std::find(distinct.begin(), distinct.end(), text) == distinct.end()) {
      distinct.push_back(text);
    }
    const auto number = column.number(row);
    all_numbers = all_numbers && number;
    lowest = std::min(lowest, number.value_or(lowest));
    highest = std::max(highest, number.value_or(highest));
  }
  if (distinct.size() <= kMost) return fmt::format("is {}", fmt::join(distinct, ", "));
  if (all_numbers) return fmt::format("goes from {} to {}", lowest, highest);
  return fmt::format("is {} and more", fmt::join(distinct.begin(), distinct.end() - 1, ", "));
}

}  // namespace

Result<RunFilter> parseRunFilter(std::string_view text) {
  const auto refused = [text](std::string message) {
    return fail(ErrorKind::kUsage, fmt::format("--filter {}", text), std::move(message));
  };
  const std::size_t start = text.find_first_of("=<>!");
  const std::string_view rest = start == std::string_view::npos ? "" : text.substr(start);
  const auto spelling =
      std::find_if(kSpellings.begin(), kSpellings.end(),
                   [rest](const Spelling& s) { return rest.starts_with(s.text); });
  if (spelling == kSpellings.end()) {
    return refused("write NAME=VALUE,VALUE, NAME!=VALUE, NAME>NUMBER, >=, < or <=");
  }
  RunFilter filter;
  filter.text = std::string(text);
  filter.column = std::string(trimmed(text.substr(0, start)));
  filter.comparison = spelling->comparison;
  filter.values = valueList(rest.substr(spelling->text.size()));
  if (filter.column.empty()) return refused("a column's name goes before the operator");
  if (!comparesSizes(filter.comparison)) return filter;
  if (filter.values.size() != 1 || !filter.values.front().number) {
    return refused(fmt::format("one number goes behind {}", spelling->text));
  }
  return filter;
}

Result<std::vector<std::size_t>> rowsThatPass(const RunTable& table, const RunFilter& filter) {
  const auto column = findColumn(table, filter);
  if (!column) return tl::unexpected(column.error());
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < table.runs.size(); ++row) {
    bool stays = false;
    if (comparesSizes(filter.comparison)) {
      const std::optional<double> number = column->number(row);
      if (!number) {
        return fail(ErrorKind::kInput, table.place(row),
                    fmt::format("{} is \"{}\", which is not a number; the filter {} compares sizes",
                                filter.column, column->text(row), filter.text));
      }
      stays = meets(*number, filter.comparison, *filter.values.front().number);
    } else {
      stays = equalsAny(*column, filter, row) == (filter.comparison == FilterOperator::kEqual);
    }
    if (stays) rows.push_back(row);
  }
  if (!rows.empty()) return rows;
  return refuse(filter, table.runs.empty() ? std::string("there are no runs to filter")
                                           : fmt::format("no run is left; {} {}", filter.column,
                                                         valuesOf(*column)));
}

Result<RunTable> applyFilters(const RunTable& table, std::span<const RunFilter> filters) {
  RunTable left = table;
  for (const RunFilter& filter : filters) {
    const auto rows = rowsThatPass(left, filter);
    if (!rows) return tl::unexpected(rows.error());
    left = left.select(*rows);
  }
  return left;
}

RunTable dropHighestLosses(const RunTable& table, std::size_t k) {
  std::vector<std::size_t> order(table.runs.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&table](std::size_t a, std::size_t b) {
    return table.runs[a].loss > table.runs[b].loss;
  });
  order.erase(order.begin(),
              order.begin() + static_cast<std::ptrdiff_t>(std::min(k, order.size())));
  std::sort(order.begin(), order.end());
  return table.select(order);
}

}  // namespace moe
