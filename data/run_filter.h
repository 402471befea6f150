#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/error.h"
#include "data/training_run.h"

namespace moe {

enum class FilterOperator { kEqual, kNotEqual, kLess, kLessEqual, kGreater, kGreaterEqual };

struct FilterValue {
  std::string text;
  std::optional<double> number;
};

/// A condition on one column that a row must meet to stay.
struct RunFilter {
  std::string text;  ///< as it was given
  std::string column;
  FilterOperator comparison = FilterOperator::kEqual;
  std::vector<FilterValue> values;  ///< any of them; one when it compares sizes
};

/// Reads "router=S-Base,Dense", "router!=Hash", "train_tokens>1e10", also >=, < and <=. Errors
/// (kUsage): no operator, no name, a size that is not a number.
Result<RunFilter> parseRunFilter(std::string_view text);

/// The rows that meet all filters. A name is a role (params or n, train_tokens or d, experts or e,
/// top_k or k, granularity or g, loss, step, run_id), the file's own name for it, or a tag. Equal
/// are equal texts, and numbers of equal value ("1" and "1.0"). Errors (kInput): a name that is
/// neither; a size asked of text; no row left, with the values that there are.
Result<RunTable> applyFilters(const RunTable& table, std::span<const RunFilter> filters);

/// Which rows meet one filter, in their order. Errors: as applyFilters.
Result<std::vector<std::size_t>> rowsThatPass(const RunTable& table, const RunFilter& filter);

/// The table without its k highest losses; of equal losses the earlier row goes first.
RunTable dropHighestLosses(const RunTable& table, std::size_t k);

}  // namespace moe
