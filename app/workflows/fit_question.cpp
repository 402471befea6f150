#include "app/workflows/fit_question.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "app/workflows/fit_words.h"
#include "data/numbers.h"

namespace moe {

namespace {

Result<FitOptions> fitOptions(const FitQuestion& question) {
  FitOptions options;
  options.threads = question.threads;
  options.bounded = !question.unbounded;
  options.reduce = question.reduce;
  options.confirm_starts = question.confirm;
  const auto objective = parseObjective(question.objective, question.delta);
  if (!objective) return tl::unexpected(objective.error());
  options.objective = *objective;
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
  if (question.search == "grid") {
    options.search = SearchKind::kGrid;
  } else if (question.search != "auto") {
    return fail(ErrorKind::kUsage, "--search",
                fmt::format("'{}' is neither auto nor grid", question.search));
  }
  return options;
}

Result<StudyDepth> studyDepthNamed(const std::string& name) {
  if (name == "auto") return StudyDepth::kAuto;
  if (name == "full") return StudyDepth::kFull;
  if (name == "none") return StudyDepth::kNone;
  return fail(ErrorKind::kUsage, "--study",
              fmt::format("'{}' is none of auto, full and none", name));
}

/// "n=1e10,d=2e12,e=64", also g= and k=; n and d are needed.
Result<LawPoint> parseTarget(const std::string& text) {
  LawPoint target;
  const auto wrong = [&](std::string_view part) {
    return fail(ErrorKind::kUsage, "--target",
                fmt::format("'{}' is not n=, d=, e=, g= or k= with a positive number, as in "
                            "n=1e10,d=2e12,e=64",
                            part));
  };
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::string_view part = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(part.size() + 1, rest.size()));
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos) return wrong(part);
    const std::string_view role = trimmed(part.substr(0, equals));
    const auto value = parseNumber(trimmed(part.substr(equals + 1)));
    if (!value || !(*value > 0) || !std::isfinite(*value)) return wrong(part);
    double* field = role == "n"   ? &target.params
                    : role == "d" ? &target.train_tokens
                    : role == "e" ? &target.experts
                    : role == "g" ? &target.granularity
                    : role == "k" ? &target.top_k
                                  : nullptr;
    if (field == nullptr) return wrong(part);
    *field = *value;
  }
  if (!(target.params > 0) || !(target.train_tokens > 0)) {
    return fail(ErrorKind::kUsage, "--target", fmt::format("'{}' lacks n= or d=", text));
  }
  return target;
}

/// What is asked about further runs.
Result<void> understandSuggestion(const FitQuestion& question, FitPlan& plan) {
  if (!question.target.empty()) {
    const auto target = parseTarget(question.target);
    if (!target) return tl::unexpected(target.error());
    plan.target = *target;
  }
  const bool budget = question.suggest_budget_flop.has_value();
  if (budget && !(*question.suggest_budget_flop > 0)) {
    return fail(ErrorKind::kUsage, "--suggest-budget-flop",
                fmt::format("is {:g}; a positive number is needed", *question.suggest_budget_flop));
  }
  if (question.suggest_runs > 0 || (!budget && !plan.target)) return {};
  return fail(ErrorKind::kUsage, budget ? "--suggest-budget-flop" : "--target",
              "belongs to --suggest-runs K, which is missing");
}

/// Nothing may be written over the runs that it came from.
Result<void> savesElsewhere(const FitQuestion& question) {
  for (const auto& [option, path] :
       {std::pair{"--save", &question.save}, std::pair{"--residuals", &question.residuals}}) {
    for (const std::string& file : question.points.files) {
      std::error_code ignored;
      if (path->empty() || !std::filesystem::equivalent(*path, file, ignored)) continue;
      return fail(ErrorKind::kUsage, option,
                  fmt::format("{} is one of the tables that are read; name another file", file));
    }
  }
  if (question.save.empty() || question.save != question.residuals) return {};
  return fail(ErrorKind::kUsage, "--residuals", "is the file of --save; name another one");
}

}  // namespace

Result<FitPlan> understand(const FitQuestion& question) {
  FitPlan result;
  if (auto elsewhere = savesElsewhere(question); !elsewhere) {
    return tl::unexpected(elsewhere.error());
  }
  auto families = familiesNamed(question.laws, "--law");
  if (!families) return tl::unexpected(families.error());
  result.families = *families;
  auto points = understandPoints(question.points);
  if (!points) return tl::unexpected(points.error());
  result.points = *points;
  auto fit = fitOptions(question);
  if (!fit) return tl::unexpected(fit.error());
  result.fit = *fit;
  const auto study = studyDepthNamed(question.study);
  if (!study) return tl::unexpected(study.error());
  result.study = *study;
  if (auto asked = understandSuggestion(question, result); !asked) {
    return tl::unexpected(asked.error());
  }
  auto hold_out = parseHoldOut(question.hold_out);
  if (!hold_out) return tl::unexpected(hold_out.error());
  result.hold_out = *hold_out;
  return result;
}

}  // namespace moe
