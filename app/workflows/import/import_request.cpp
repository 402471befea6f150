#include "app/workflows/import/import_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "app/workflows/import/loss_series.h"
#include "data/logs/log_readers.h"
#include "data/nearest_name.h"
#include "data/numbers.h"

namespace moe {
namespace {

constexpr double kLongestWindow = 100000;

constexpr std::array<std::pair<RunFlagKind, std::string_view>, 10> kFlagNames{
    {{RunFlagKind::kSpikes, "spikes"},
     {RunFlagKind::kDiverged, "diverged"},
     {RunFlagKind::kNan, "nan"},
     {RunFlagKind::kRestartJump, "restart_jump"},
     {RunFlagKind::kRepeatedSteps, "repeated_steps"},
     {RunFlagKind::kLrNotDecayed, "lr_not_decayed"},
     {RunFlagKind::kFewTokens, "few_tokens"},
     {RunFlagKind::kInterrupted, "interrupted"},
     {RunFlagKind::kMidSchedule, "mid_schedule"},
     {RunFlagKind::kTrainingLoss, "training_loss"}}};

std::vector<std::string> roleNames() {
  std::vector<std::string> names;
  for (const LogRoleNames& role : logRoles()) names.emplace_back(role.name);
  return names;
}

Result<LogRole> roleOrNearest(std::string_view text, const char* option) {
  if (const auto role = logRoleNamed(trimmed(text))) return *role;
  return fail(ErrorKind::kUsage, option,
              fmt::format("'{}' is nothing a log gives; {}", text,
                          didYouMean(std::string(text), roleNames(), 3)));
}

Result<void> readMap(std::string_view text, ImportPlan& plan) {
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view entry = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    const std::size_t equals = entry.find('=');
    if (equals == std::string_view::npos || trimmed(entry.substr(equals + 1)).empty())
      return fail(ErrorKind::kUsage, "--map",
                  fmt::format("'{}' is not ROLE=NAME, as in n=model/params", entry));
    const std::string wanted(trimmed(entry.substr(equals + 1)));
    if (trimmed(entry.substr(0, equals)) == "loss") {
      plan.loss_series = wanted;
      continue;
    }
    const auto role = roleOrNearest(entry.substr(0, equals), "--map");
    if (!role) return tl::unexpected(role.error());
    plan.map[*role] = wanted;
  }
  return {};
}

/// "ROLE=VALUE" or "PATTERN:ROLE=VALUE". A pattern may hold ':' itself: the last one before '='.
Result<GivenValue> readGiven(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || trimmed(text.substr(equals + 1)).empty())
    return fail(ErrorKind::kUsage, "--set",
                fmt::format("'{}' is not NAME=VALUE, as in n=124e6, or PATTERN:NAME=VALUE", text));
  GivenValue given;
  std::string_view left = text.substr(0, equals);
  if (const std::size_t colon = left.rfind(':'); colon != std::string_view::npos) {
    given.pattern = left.substr(0, colon);
    left.remove_prefix(colon + 1);
  }
  const auto role = roleOrNearest(left, "--set");
  if (!role) return tl::unexpected(role.error());
  given.role = *role;
  given.value = trimmed(text.substr(equals + 1));
  return given;
}

Result<std::vector<RunFlagKind>> readExclude(const std::vector<std::string>& names) {
  std::vector<RunFlagKind> kinds;
  for (const std::string& wanted : names) {
    const auto found = std::find_if(kFlagNames.begin(), kFlagNames.end(),
                                    [&](const auto& flag) { return flag.second == wanted; });
    if (found == kFlagNames.end()) {
      std::vector<std::string> known;
      for (const auto& [kind, flag] : kFlagNames) known.emplace_back(flag);
      return fail(ErrorKind::kUsage, "--exclude",
                  fmt::format("'{}' is no flag; there are {}", wanted, fmt::join(known, ", ")));
    }
    kinds.push_back(found->first);
  }
  return kinds;
}

Result<std::size_t> readWindow(std::string_view text, std::string_view rule) {
  const auto value = parseNumber(text);
  if (value && *value >= 1 && *value <= kLongestWindow && *value == std::floor(*value))
    return static_cast<std::size_t>(*value);
  return fail(ErrorKind::kUsage, "--loss",
              fmt::format("'{}': a whole number from 1 to {:.0f} is needed after ':'", rule,
                          kLongestWindow));
}

Result<void> checkNumbers(const ImportRequest& request) {
  for (const auto& [option, value] : {std::pair{"--bytes-per-token", request.bytes_per_token},
                                      std::pair{"--tokens-per-loss", request.tokens_per_loss}}) {
    if (!(value >= 0) || !std::isfinite(value))
      return fail(ErrorKind::kUsage, option,
                  fmt::format("{} is not a number above zero", exactNumber(value)));
  }
  if (!request.preview && request.out.empty())
    return fail(ErrorKind::kUsage, "--out",
                "is missing: the table to write, as in --out runs.csv (--preview writes none)");
  return {};
}

}  // namespace

std::string_view name(RunFlagKind kind) {
  return std::find_if(kFlagNames.begin(), kFlagNames.end(),
                      [&](const auto& flag) { return flag.first == kind; })
      ->second;
}

Result<LossRule> parseLossRule(std::string_view text) {
  constexpr std::string_view kMean = "mean:";
  constexpr std::string_view kSmoothed = "min-smoothed";
  LossRule rule;
  if (text == "last") return rule;
  if (text == "best") {
    rule.kind = LossRuleKind::kBest;
    return rule;
  }
  if (text.starts_with(kMean)) {
    const auto window = readWindow(text.substr(kMean.size()), text);
    if (!window) return tl::unexpected(window.error());
    rule.kind = LossRuleKind::kMean;
    rule.windows.mean_of = *window;
    return rule;
  }
  if (text == kSmoothed || text.starts_with("min-smoothed:")) {
    rule.kind = LossRuleKind::kMinSmoothed;
    if (text == kSmoothed) return rule;
    const auto window = readWindow(text.substr(kSmoothed.size() + 1), text);
    if (!window) return tl::unexpected(window.error());
    rule.windows.smooth = *window;
    return rule;
  }
  return fail(
      ErrorKind::kUsage, "--loss",
      fmt::format("'{}' is none of last, mean:K, min-smoothed, min-smoothed:W and best", text));
}

std::string describe(const LossRule& rule) {
  switch (rule.kind) {
    case LossRuleKind::kLast:
      return "last";
    case LossRuleKind::kMean:
      return fmt::format("mean:{}", rule.windows.mean_of);
    case LossRuleKind::kMinSmoothed:
      return fmt::format("min-smoothed:{}", rule.windows.smooth);
    case LossRuleKind::kBest:
      return "best";
  }
  return "";
}

bool fitsPattern(std::string_view text, std::string_view pattern) {
  std::size_t t = 0;
  std::size_t p = 0;
  std::size_t star = std::string_view::npos;
  std::size_t retry = 0;
  while (t < text.size()) {
    if (p < pattern.size() && (pattern[p] == '?' || (pattern[p] == text[t] && pattern[p] != '*'))) {
      ++t;
      ++p;
    } else if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      retry = t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++retry;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

Result<ImportPlan> understandImport(const ImportRequest& request) {
  ImportPlan plan;
  if (auto numbers = checkNumbers(request); !numbers) return tl::unexpected(numbers.error());
  if (!request.format.empty()) {
    if (const auto reader = logReaderNamed(request.format); !reader)
      return tl::unexpected(reader.error());
  }
  const auto pieces = parsePieceRule(request.pieces);
  if (!pieces) return tl::unexpected(pieces.error());
  plan.pieces = *pieces;
  const auto loss = parseLossRule(request.loss_rule);
  if (!loss) return tl::unexpected(loss.error());
  plan.loss = *loss;
  if (auto map = readMap(request.map, plan); !map) return tl::unexpected(map.error());
  if (!request.loss_series.empty()) plan.loss_series = request.loss_series;
  for (const std::string& text : request.set) {
    auto given = readGiven(text);
    if (!given) return tl::unexpected(given.error());
    plan.given.push_back(std::move(*given));
  }
  auto exclude = readExclude(request.exclude);
  if (!exclude) return tl::unexpected(exclude.error());
  plan.exclude = std::move(*exclude);
  return plan;
}

}  // namespace moe
