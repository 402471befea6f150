#include "app/workflows/import/run_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "data/numbers.h"

namespace moe {
namespace {

constexpr double kNoNumber = std::numeric_limits<double>::quiet_NaN();

/// "491,520" without its commas; any other text as it is.
std::string withoutGroups(std::string_view text) {
  const std::size_t first = text.find(',');
  if (first == std::string_view::npos || first == 0 || first > 3) return std::string(text);
  std::string digits(text.substr(0, first));
  for (std::size_t at = first; at < text.size(); at += 4) {
    const std::string_view group = text.substr(at, 4);
    const bool whole = group.size() == 4 && group[0] == ',' &&
                       group.find_first_not_of("0123456789", 1) == std::string_view::npos;
    if (!whole) return std::string(text);
    digits += group.substr(1);
  }
  return digits;
}

double suffixFactor(char letter) {
  switch (letter) {
    case 'K':
    case 'k':
      return 1e3;
    case 'M':
      return 1e6;
    case 'B':
    case 'G':
      return 1e9;
    default:
      return 0;
  }
}

bool isBelow(const std::optional<RoleMatch>& match, LogRole role, int rank) {
  return match && match->role == role && match->rank < rank;
}

constexpr int kNoRank = std::numeric_limits<int>::max();

}  // namespace

std::optional<double> settingNumber(std::string_view text) {
  text = trimmed(text);
  if (text.size() > 64) return std::nullopt;
  if (const std::size_t star = text.find('*'); star != std::string_view::npos) {
    const auto left = settingNumber(text.substr(0, star));
    const auto right = settingNumber(text.substr(star + 1));
    return left && right ? std::optional(*left * *right) : std::nullopt;
  }
  if (text.size() >= 2 && text.front() == '[' && text.back() == ']')
    text = trimmed(text.substr(1, text.size() - 2));
  if (text.empty()) return std::nullopt;
  double factor = suffixFactor(text.back());
  if (factor > 0) {
    text = trimmed(text.substr(0, text.size() - 1));
  } else {
    factor = 1;
  }
  const auto value = parseNumber(withoutGroups(text));
  if (!value || !std::isfinite(*value)) return std::nullopt;
  return *value * factor;
}

std::optional<bool> settingBool(std::string_view text) {
  const std::string plain = plainName(text);
  for (const std::string_view yes : {"true", "yes", "on", "1"})
    if (plain == yes) return true;
  for (const std::string_view no : {"false", "no", "off", "0", "none", "null"})
    if (plain == no) return false;
  return std::nullopt;
}

RunFacts::RunFacts(const RunLog& log, const ImportPlan& plan, std::span<const ImportedFile> files,
                   std::string id, std::vector<std::string> names)
    : log_(log), plan_(plan), files_(files), names_(std::move(names)) {
  names_.push_back(std::move(id));
}

std::string RunFacts::place(std::size_t file, std::size_t line) const {
  return fmt::format("{}:{}", files_[file].name, line);
}

bool RunFacts::given(LogRole role) const {
  return std::any_of(plan_.given.begin(), plan_.given.end(), [&](const GivenValue& value) {
    return value.role == role &&
           (value.pattern.empty() ||
            std::any_of(names_.begin(), names_.end(), [&](const std::string& known) {
              return fitsPattern(known, value.pattern);
            }));
  });
}

std::optional<FoundFact> RunFacts::mapped(LogRole role) const {
  const auto wanted = plan_.map.find(role);
  if (wanted == plan_.map.end()) return std::nullopt;
  for (const LoggedSetting& setting : log_.settings()) {
    if (setting.key == wanted->second)
      return FoundFact{role,
                       setting.value,
                       settingNumber(setting.value).value_or(kNoNumber),
                       setting.key,
                       place(setting.file, setting.place),
                       setting.before};
  }
  const SeriesLog* series = log_.seriesNamed(wanted->second);
  if (series == nullptr || series->lowest() != series->highest()) return std::nullopt;
  return FoundFact{role, exactNumber(series->highest()), series->highest(), series->name(),
                   place(series->last().file, series->last().place)};
}

std::optional<FoundFact> RunFacts::fromSettings(LogRole role) const {
  const LoggedSetting* best = nullptr;
  int rank = kNoRank;
  for (const LoggedSetting& setting : log_.settings()) {
    const auto match = roleOfKey(setting.key);
    if (!isBelow(match, role, rank)) continue;
    const std::string plain = plainName(setting.value);
    if (plain.empty() || plain == "none" || plain == "null") continue;
    best = &setting;
    rank = match->rank;
  }
  if (best == nullptr) return std::nullopt;
  return FoundFact{role,
                   best->value,
                   settingNumber(best->value).value_or(kNoNumber),
                   best->key,
                   place(best->file, best->place),
                   best->before};
}

std::optional<FoundFact> RunFacts::fromSeries(LogRole role) const {
  const SeriesLog* best = nullptr;
  int rank = kNoRank;
  for (const auto& series : log_.series()) {
    if (series->count() == series->notFinite() || series->lowest() != series->highest()) continue;
    const auto match = roleOfKey(series->name());
    if (!isBelow(match, role, rank)) continue;
    best = series.get();
    rank = match->rank;
  }
  if (best == nullptr) return std::nullopt;
  return FoundFact{role, exactNumber(best->highest()), best->highest(), best->name(),
                   place(best->last().file, best->last().place)};
}

std::optional<FoundFact> RunFacts::find(LogRole role) const {
  const GivenValue* last = nullptr;
  for (const GivenValue& value : plan_.given) {
    const bool fits = value.pattern.empty() ||
                      std::any_of(names_.begin(), names_.end(), [&](const std::string& known) {
                        return fitsPattern(known, value.pattern);
                      });
    if (value.role == role && fits) last = &value;
  }
  if (last != nullptr)
    return FoundFact{role, last->value, settingNumber(last->value).value_or(kNoNumber), "--set",
                     ""};
  if (plan_.map.contains(role)) return mapped(role);
  auto found = fromSettings(role);
  return found ? found : fromSeries(role);
}

Result<void> RunFacts::unchanged(std::size_t from) const {
  for (std::size_t i = from; i < used_.size(); ++i) {
    const FoundFact& fact = used_[i];
    const auto before = settingNumber(fact.before);
    if (!before || !std::isfinite(fact.value) || *before == fact.value) continue;
    return fail(ErrorKind::kInput, std::string(name(fact.role)),
                fmt::format("{} changes inside the log, from {} to {} ({}): no single value holds "
                            "for the run; split it into its parts, or say what to take with --set "
                            "{}=X",
                            fact.key, fact.before, fact.text, fact.where, name(fact.role)));
  }
  return {};
}

void RunFacts::keep(const FoundFact& fact) {
  for (const FoundFact& known : used_)
    if (known.role == fact.role && known.key == fact.key) return;
  used_.push_back(fact);
}

std::optional<double> RunFacts::number(LogRole role) {
  const auto found = find(role);
  if (!found || !(found->value > 0)) return std::nullopt;
  keep(*found);
  return found->value;
}

std::optional<double> RunFacts::atLeastZero(LogRole role) {
  const auto found = find(role);
  if (!found || !(found->value >= 0)) return std::nullopt;
  keep(*found);
  return found->value;
}

std::optional<bool> RunFacts::boolean(LogRole role) {
  const auto found = find(role);
  if (!found) return std::nullopt;
  const auto value = settingBool(found->text);
  if (value) keep(*found);
  return value;
}

std::optional<std::string> RunFacts::text(LogRole role) {
  const auto found = find(role);
  if (!found) return std::nullopt;
  keep(*found);
  return found->text;
}

const SeriesLog* RunFacts::series(LogRole role) const {
  if (const auto wanted = plan_.map.find(role); wanted != plan_.map.end())
    return log_.seriesNamed(wanted->second);
  const SeriesLog* best = nullptr;
  int rank = kNoRank;
  for (const auto& series : log_.series()) {
    if (series->count() == series->notFinite()) continue;
    const auto match = roleOfKey(series->name());
    if (!match || match->role != role || match->rank > rank) continue;
    if (best != nullptr && match->rank == rank && series->count() <= best->count()) continue;
    best = series.get();
    rank = match->rank;
  }
  return best;
}

std::string RunFacts::keyOf(LogRole role) const {
  for (const FoundFact& fact : used_)
    if (fact.role == role) return fact.key;
  return "";
}

void RunFacts::computed(LogRole role, double value, std::string how) {
  used_.push_back({role, exactNumber(value), value, std::move(how), ""});
}

}  // namespace moe
