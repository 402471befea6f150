#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/error.h"
#include "data/readers/column_map.h"
#include "data/training_run.h"

namespace moe {

/// Which column of a table is read as which role.
struct ColumnRoles {
  std::array<std::optional<std::size_t>, kRoles> column;
  bool loss_is_perplexity = false;
  ParameterKind parameter_kind = ParameterKind::kUnstated;

  std::optional<std::size_t> operator[](Role role) const {
    return column[static_cast<std::size_t>(role)];
  }
  bool isTag(std::size_t index) const;
};

/// Lower case, with '-', ' ', '.', '/' as '_' and none of these at the start: "Eval/Loss" and
/// "eval_loss" are one name.
std::string normalisedName(std::string_view column);

/// Whether the column is known by itself as this role.
bool isAliasOf(Role role, std::string_view column);

/// What a column of this name counts: dense_params, active_params, params_active_precise,
/// total_params and their like; kUnstated for "params" and all others.
ParameterKind parameterKindOf(std::string_view column);

/// Chooses by the user's map first, else by known names (column_roles.cpp lists them): the more
/// specific name wins and the other column stays a tag. A perplexity stands for the loss when no
/// column is one. `where` is the header's place. Errors (kInput): no column for N, D or loss, two
/// columns with equal right, a mapped column that does not exist, a loss in bits, one column
/// mapped to two roles.
Result<ColumnRoles> chooseColumns(const std::vector<std::string>& columns, const ColumnMap& map,
                                  const std::string& where);

}  // namespace moe
