#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "data/error.h"

namespace moe {

/// What a column of a table of runs can mean; all other columns are tags.
enum class Role {
  kParams,
  kTokens,
  kExperts,
  kTopK,
  kGranularity,
  kLoss,
  kRunId,
  kStep,
  kUniqueTokens,
  kWeightBits,
  kActivationBits,
  kCacheBits,
  kBitsAfterTraining,
};
inline constexpr std::size_t kRoles = 13;

/// In files, filters and messages: "params", "train_tokens", "experts", "top_k", "granularity",
/// "loss", "run_id", "step", "unique_tokens", "weight_bits", "activation_bits", "kv_bits",
/// "post_bits".
std::string_view name(Role role);

/// In --map: "n", "d", "e", "k", "g", "loss", "run", "step", "u", "w", "a", "kv", "post".
std::string_view shortName(Role role);

/// The role with this long or short name, in any case of letters.
std::optional<Role> findRole(std::string_view text);

/// Columns that the user chose. An empty column name means: read no column as this role.
struct ColumnMap {
  std::array<std::optional<std::string>, kRoles> columns;

  const std::optional<std::string>& operator[](Role role) const {
    return columns[static_cast<std::size_t>(role)];
  }
};

/// Reads "n=params,d=tokens,loss=val/loss"; "run=" reads no column as the run. Column names keep
/// their case and may hold '=' but no comma. Errors (kUsage): no '=', an unknown role, a role
/// twice, n, d or loss without a column.
Result<ColumnMap> parseColumnMap(std::string_view text);

}  // namespace moe
