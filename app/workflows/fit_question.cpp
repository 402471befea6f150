#include "app/workflows/fit_question.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "data/nearest_name.h"
#include "data/numbers.h"

namespace moe {

namespace {

Result<std::vector<const LawFamily*>> familiesNamed(const std::vector<std::string>& names) {
  std::vector<const LawFamily*> families;
  std::vector<std::string> known;
  for (const LawFamily* family : lawFamilies()) known.emplace_back(family->name);
  for (const std::string& name : names) {
    const LawFamily* family = findLawFamily(name);
    if (family == nullptr) {
      return fail(ErrorKind::kUsage, "--law",
                  fmt::format("unknown law '{}'; {}", name, didYouMean(name, known)));
    }
    if (std::find(families.begin(), families.end(), family) != families.end()) {
      return fail(ErrorKind::kUsage, "--law", fmt::format("{} is asked for twice", name));
    }
    families.push_back(family);
  }
  if (families.empty()) return fail(ErrorKind::kUsage, "--law", "no law is asked for");
  return families;
}

Result<std::optional<ParameterKind>> parameterKindNamed(const std::string& name) {
  if (name.empty()) return std::nullopt;
  if (name == "dense") return ParameterKind::kDense;
  if (name == "active") return ParameterKind::kActive;
  if (name == "total") return ParameterKind::kTotal;
  return fail(ErrorKind::kUsage, "--n-is",
              fmt::format("'{}' is none of dense, active and total", name));
}

Result<FitOptions> fitOptions(const FitQuestion& question) {
  FitOptions options;
  options.threads = question.threads;
  options.bounded = !question.unbounded;
  if (!(question.delta > 0) || !std::isfinite(question.delta)) {
    return fail(ErrorKind::kUsage, "--delta",
                fmt::format("is {:g}; it must be positive and finite", question.delta));
  }
  options.objective.delta = question.delta;
  for (const std::string& text : question.fixed) {
    const std::size_t equals = text.find('=');
    const std::optional<double> value =
        equals == std::string::npos ? std::nullopt : parseNumber(text.substr(equals + 1));
    if (!value) {
      return fail(ErrorKind::kUsage, "--fix",
                  fmt::format("'{}' is not PARAMETER=VALUE, as in omega=0", text));
    }
    options.fixed.emplace_back(std::string(trimmed(text.substr(0, equals))), *value);
  }
  if (question.objective == "l2") {
    options.objective.kind = ObjectiveKind::kLeastSquares;
  } else if (question.objective != "huber") {
    return fail(ErrorKind::kUsage, "--objective",
                fmt::format("'{}' is neither huber nor l2", question.objective));
  }
  if (question.search == "grid") {
    options.search = SearchKind::kGrid;
  } else if (question.search != "auto") {
    return fail(ErrorKind::kUsage, "--search",
                fmt::format("'{}' is neither auto nor grid", question.search));
  }
  return options;
}

/// "largest:20%", or a filter that names the runs to hold out.
Result<void> understandHoldOut(const std::string& text, FitPlan& plan) {
  constexpr std::string_view kLargest = "largest:";
  if (text.empty()) return {};
  if (!text.starts_with(kLargest)) {
    auto filter = parseRunFilter(text);
    if (!filter) {
      return fail(ErrorKind::kUsage, "--hold-out",
                  fmt::format("'{}' is neither largest:SHARE% nor a filter such as "
                              "'params>1e9'",
                              text));
    }
    plan.hold_out_filter = *filter;
    return {};
  }
  std::string_view number = std::string_view(text).substr(kLargest.size());
  const bool marked = number.ends_with('%');
  if (marked) number.remove_suffix(1);
  const std::optional<double> percent = parseNumber(number);
  if (!marked || !percent || !(*percent > 0 && *percent < 100)) {
    return fail(
        ErrorKind::kUsage, "--hold-out",
        fmt::format("'{}': a share between 0 and 100 % is needed, as in largest:20%", text));
  }
  plan.hold_out_share = *percent / 100;
  return {};
}

/// A law must not be written over the runs that it came from.
Result<void> savesElsewhere(const FitQuestion& question) {
  for (const std::string& file : question.files) {
    std::error_code ignored;
    if (question.save.empty() || !std::filesystem::equivalent(question.save, file, ignored))
      continue;
    return fail(ErrorKind::kUsage, "--save",
                fmt::format("{} is one of the tables that are read; name another file", file));
  }
  return {};
}

}  // namespace

Result<FitPlan> understand(const FitQuestion& question) {
  FitPlan result;
  if (auto elsewhere = savesElsewhere(question); !elsewhere) {
    return tl::unexpected(elsewhere.error());
  }
  auto families = familiesNamed(question.laws);
  if (!families) return tl::unexpected(families.error());
  result.families = *families;
  if (!question.map.empty()) {
    auto map = parseColumnMap(question.map);
    if (!map) return tl::unexpected(map.error());
    result.read.columns = *map;
  }
  result.read.skip_bad = question.skip_bad;
  auto kind = parameterKindNamed(question.params_are);
  if (!kind) return tl::unexpected(kind.error());
  result.read.parameter_kind = *kind;
  for (const std::string& text : question.filters) {
    auto filter = parseRunFilter(text);
    if (!filter) return tl::unexpected(filter.error());
    result.filters.push_back(*filter);
  }
  auto curve = parseCurveRule(question.curve);
  if (!curve) return tl::unexpected(curve.error());
  result.curve = *curve;
  auto fit = fitOptions(question);
  if (!fit) return tl::unexpected(fit.error());
  result.fit = *fit;
  if (auto hold_out = understandHoldOut(question.hold_out, result); !hold_out) {
    return tl::unexpected(hold_out.error());
  }
  return result;
}

}  // namespace moe
