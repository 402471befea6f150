#include "data/readers/column_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "data/nearest_name.h"
#include "data/numbers.h"

namespace moe {
namespace {

struct RoleNames {
  std::string_view name;
  std::string_view short_name;
};

constexpr std::array<RoleNames, kRoles> kRoleNames = {{{"params", "n"},
                                                       {"train_tokens", "d"},
                                                       {"experts", "e"},
                                                       {"top_k", "k"},
                                                       {"granularity", "g"},
                                                       {"loss", "loss"},
                                                       {"run_id", "run"},
                                                       {"step", "step"},
                                                       {"unique_tokens", "u"},
                                                       {"weight_bits", "w"},
                                                       {"activation_bits", "a"},
                                                       {"kv_bits", "kv"},
                                                       {"post_bits", "post"}}};

bool sameLetters(std::string_view a, std::string_view b) {
  return a.size() == b.size() && editDistance(a, b) == 0;
}

tl::unexpected<Error> usage(std::string message) {
  return fail(ErrorKind::kUsage, "--map", std::move(message));
}

tl::unexpected<Error> unknownRole(std::string_view role) {
  std::vector<std::string> candidates;
  for (const RoleNames& names : kRoleNames) candidates.emplace_back(names.short_name);
  return usage(
      fmt::format("there is no role {}; the roles are {}", role, fmt::join(candidates, ", ")));
}

bool isRequired(Role role) {
  return role == Role::kParams || role == Role::kTokens || role == Role::kLoss;
}

}  // namespace

std::string_view name(Role role) { return kRoleNames[static_cast<std::size_t>(role)].name; }

std::string_view shortName(Role role) {
  return kRoleNames[static_cast<std::size_t>(role)].short_name;
}

std::optional<Role> findRole(std::string_view text) {
  for (std::size_t i = 0; i < kRoles; ++i) {
    if (sameLetters(text, kRoleNames[i].name) || sameLetters(text, kRoleNames[i].short_name)) {
      return static_cast<Role>(i);
    }
  }
  return std::nullopt;
}

Result<ColumnMap> parseColumnMap(std::string_view text) {
  ColumnMap map;
  if (trimmed(text).empty())
    return usage("nothing is named; give for example n=params,loss=val_loss");
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(','), text.size());
    const std::string_view part = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos) {
      return usage(fmt::format("\"{}\" is not of the form ROLE=COLUMN", part));
    }
    const std::string_view left = trimmed(part.substr(0, equals));
    const std::optional<Role> role = findRole(left);
    if (!role) return unknownRole(left);
    std::optional<std::string>& column = map.columns[static_cast<std::size_t>(*role)];
    if (column) return usage(fmt::format("{} is named twice", left));
    column = std::string(trimmed(part.substr(equals + 1)));
    if (column->empty() && isRequired(*role)) return usage(fmt::format("{} needs a column", left));
  }
  return map;
}

}  // namespace moe
