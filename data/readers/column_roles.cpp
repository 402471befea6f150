#include "data/readers/column_roles.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "data/nearest_name.h"

namespace moe {
namespace {

/// Names of equal right. A role has a list of them, the most specific first.
using Rank = std::vector<std::string_view>;

/// The documented order: an earlier line wins over a later one, and two names of one line in one
/// table are an ambiguity that the user has to settle.
const std::vector<Rank>& ranks(Role role) {
  static const std::array<std::vector<Rank>, kRoles> kRanks = {{
      // N. Laws with experts are written in the dense model's or the active parameters; a total
      // is taken only when it stands alone.
      {{"dense_params", "dense_parameters", "dense_parameter_count", "n_dense_params"},
       {"params_active_precise"},
       {"active_params", "params_active", "active_parameters", "active_parameter_count",
        "n_active_params", "num_active_params", "activated_params", "n_active", "n_act"},
       {"n_params", "num_params", "params", "parameters", "n_parameters", "num_parameters",
        "parameter_count", "model_params"},
       {"model_size", "n"},
       {"total_params", "params_total", "total_parameters", "total_parameter_count",
        "n_total_params", "num_total_params", "n_total"}},
      // D.
      {{"train_tokens", "training_tokens", "n_train_tokens", "num_train_tokens"},
       {"tokens_seen", "n_tokens_seen", "num_tokens_seen", "num_input_tokens_seen"},
       {"total_tokens", "throughput_total_tokens"},
       {"n_tokens", "num_tokens", "tokens", "token_count"},
       {"d"}},
      // E.
      {{"n_experts", "num_experts", "experts", "expert_count", "number_of_experts"},
       {"n_routed_experts", "num_routed_experts", "num_local_experts"},
       {"e"}},
      // k.
      {{"top_k", "topk", "experts_per_token", "num_experts_per_token", "num_experts_per_tok",
        "n_experts_per_token"},
       {"k"}},
      // G.
      {{"granularity"}, {"g"}},
      // Loss: validation first, a training loss last.
      {{"val_loss_nats", "validation_loss_nats", "final_loss_nats", "loss_nats"},
       {"val_loss", "validation_loss", "loss_val", "loss_validation", "eval_loss", "loss_eval",
        "final_val_loss", "final_validation_loss"},
       {"final_loss"},
       {"loss"},
       {"lm_loss", "ce_loss", "cross_entropy", "cross_entropy_loss", "nll"},
       {"train_loss_nats"},
       {"train_loss", "training_loss", "loss_train"}},
      // Run.
      {{"run_id"}, {"run"}, {"run_name"}, {"id"}, {"name"}, {"index"}},
      // Step.
      {{"step"}, {"global_step", "trainer_global_step"}, {"iteration", "iter"}, {"steps"}},
      // D without repeats.
      {{"unique_tokens", "n_unique_tokens", "num_unique_tokens"}},
      // Bits in training and after it.
      {{"weight_bits", "weights_bits", "bits_weights", "p_w"}},
      {{"activation_bits", "activations_bits", "bits_activations", "p_a"}},
      {{"kv_bits", "kv_cache_bits", "bits_kv", "p_kv"}},
      {{"post_bits", "ptq_bits", "p_post"}},
  }};
  return kRanks[static_cast<std::size_t>(role)];
}

/// The name's parts between '_': "eval_ppl" has eval and ppl.
bool hasPart(const std::string& normalised, std::span<const std::string_view> parts) {
  std::string_view rest = normalised;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('_'), rest.size());
    if (std::find(parts.begin(), parts.end(), rest.substr(0, end)) != parts.end()) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

bool isPerplexity(std::string_view column) {
  static constexpr std::array<std::string_view, 2> kParts = {"ppl", "perplexity"};
  return hasPart(normalisedName(column), kParts);
}

bool isInBits(std::string_view column) {
  static constexpr std::array<std::string_view, 4> kParts = {"bpb", "bpc", "bits", "bpt"};
  return hasPart(normalisedName(column), kParts);
}

std::string listed(const std::vector<std::string>& columns) {
  constexpr std::size_t kMost = 12;
  if (columns.size() <= kMost) return fmt::format("{}", fmt::join(columns, ", "));
  return fmt::format("{} and {} more", fmt::join(columns.begin(), columns.begin() + kMost, ", "),
                     columns.size() - kMost);
}

class Chooser {
 public:
  Chooser(const std::vector<std::string>& columns, const ColumnMap& map, const std::string& where)
      : columns_(columns), map_(map), where_(where) {
    for (const std::string& column : columns) names_.push_back(normalisedName(column));
  }

  Result<ColumnRoles> choose() {
    for (std::size_t i = 0; i < kRoles; ++i) {
      const Role role = static_cast<Role>(i);
      auto chosen = map_[role] ? mapped(role) : known(role);
      if (!chosen) return tl::unexpected(chosen.error());
      roles_.column[i] = *chosen;
    }
    if (auto problem = checkLoss()) return tl::unexpected(*problem);
    if (auto problem = checkTwice()) return tl::unexpected(*problem);
    for (const Role role : {Role::kParams, Role::kTokens}) {
      if (!roles_[role]) return missing(role);
    }
    roles_.parameter_kind = parameterKindOf(columns_[*roles_[Role::kParams]]);
    return roles_;
  }

 private:
  using Choice = std::optional<std::size_t>;

  tl::unexpected<Error> refuse(std::string message) const {
    return fail(ErrorKind::kInput, where_, std::move(message));
  }

  Result<Choice> mapped(Role role) const {
    const std::string& wanted = *map_[role];
    if (wanted.empty()) return Choice();
    auto found = std::find(columns_.begin(), columns_.end(), wanted);
    if (found != columns_.end()) return Choice(found - columns_.begin());
    found = std::find(names_.begin(), names_.end(), normalisedName(wanted));
    if (found != names_.end()) return Choice(found - names_.begin());
    return refuse(fmt::format("--map {}={}: there is no such column; {} (columns: {})",
                              shortName(role), wanted, didYouMean(wanted, columns_, 1),
                              listed(columns_)));
  }

  bool isMapped(std::size_t column) const {
    return std::any_of(map_.columns.begin(), map_.columns.end(), [&](const auto& wanted) {
      return wanted && (*wanted == columns_[column] || normalisedName(*wanted) == names_[column]);
    });
  }

  Result<Choice> known(Role role) const {
    for (const Rank& rank : ranks(role)) {
      Choice chosen;
      for (std::size_t i = 0; i < columns_.size(); ++i) {
        if (std::find(rank.begin(), rank.end(), names_[i]) == rank.end() || isMapped(i)) continue;
        if (chosen) return ambiguous(role, *chosen, i);
        chosen = i;
      }
      if (chosen) return chosen;
    }
    return Choice();
  }

  tl::unexpected<Error> ambiguous(Role role, std::size_t first, std::size_t second) const {
    return refuse(fmt::format("{0} and {1} could both be {2}; choose one with --map {3}={0}",
                              columns_[first], columns_[second], name(role), shortName(role)));
  }

  tl::unexpected<Error> missing(Role role) const {
    const std::string wanted(name(role));
    return refuse(fmt::format(
        "no column is known as {} (columns: {}); the nearest name is {}; "
        "name the column with --map {}=COLUMN",
        wanted, listed(columns_), nearestNames(wanted, columns_, 1).front(), shortName(role)));
  }

  std::optional<Error> checkLoss() {
    Choice& loss = roles_.column[static_cast<std::size_t>(Role::kLoss)];
    if (!loss) loss = firstWhere(isPerplexity);
    if (!loss) loss = firstWhere(isInBits);
    if (!loss) return missing(Role::kLoss).value();
    const std::string& column = columns_[*loss];
    roles_.loss_is_perplexity = isPerplexity(column);
    if (!isInBits(column)) return std::nullopt;
    return refuse(fmt::format("{} is in bits; a loss in nats per token is needed (name another "
                              "column with --map loss=COLUMN)",
                              column))
        .value();
  }

  std::optional<Error> checkTwice() const {
    for (std::size_t i = 0; i < kRoles; ++i) {
      for (std::size_t j = i + 1; j < kRoles; ++j) {
        if (!roles_.column[i] || roles_.column[i] != roles_.column[j]) continue;
        return refuse(fmt::format("{} is mapped to both {} and {}", columns_[*roles_.column[i]],
                                  name(static_cast<Role>(i)), name(static_cast<Role>(j))))
            .value();
      }
    }
    return std::nullopt;
  }

  Choice firstWhere(bool (*fits)(std::string_view)) const {
    const auto found = std::find_if(columns_.begin(), columns_.end(), fits);
    return found == columns_.end() ? Choice() : Choice(found - columns_.begin());
  }

  const std::vector<std::string>& columns_;
  const ColumnMap& map_;
  const std::string& where_;
  std::vector<std::string> names_;
  ColumnRoles roles_;
};

}  // namespace

bool ColumnRoles::isTag(std::size_t index) const {
  return std::find(column.begin(), column.end(), std::optional<std::size_t>(index)) == column.end();
}

std::string normalisedName(std::string_view column) {
  constexpr std::string_view kSeparators = "- ./_";
  std::string normalised;
  for (const char c : column) {
    const bool separator = kSeparators.find(c) != std::string_view::npos;
    if (separator && normalised.empty()) continue;
    normalised += separator ? '_' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return normalised;
}

bool isAliasOf(Role role, std::string_view column) {
  const std::string normalised = normalisedName(column);
  return std::any_of(ranks(role).begin(), ranks(role).end(), [&normalised](const Rank& rank) {
    return std::find(rank.begin(), rank.end(), normalised) != rank.end();
  });
}

ParameterKind parameterKindOf(std::string_view column) {
  static constexpr std::array<std::string_view, 1> kDense = {"dense"};
  static constexpr std::array<std::string_view, 3> kActive = {"active", "activated", "act"};
  static constexpr std::array<std::string_view, 1> kTotal = {"total"};
  const std::string normalised = normalisedName(column);
  if (hasPart(normalised, kDense)) return ParameterKind::kDense;
  if (hasPart(normalised, kActive)) return ParameterKind::kActive;
  if (hasPart(normalised, kTotal)) return ParameterKind::kTotal;
  return ParameterKind::kUnstated;
}

Result<ColumnRoles> chooseColumns(const std::vector<std::string>& columns, const ColumnMap& map,
                                  const std::string& where) {
  return Chooser(columns, map, where).choose();
}

}  // namespace moe
