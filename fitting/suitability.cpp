#include "fitting/suitability.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace moe {

namespace {

struct Kind {
  Variable variable;
  double (*value)(const TrainingRun&);
  const char* name;  ///< "E"; the sentence is "E is 8 in every run"
};

constexpr Kind kKinds[] = {
    {Variable::kExperts, [](const TrainingRun& run) { return run.experts; }, "E"},
    {Variable::kGranularity, [](const TrainingRun& run) { return run.granularity; }, "G"},
    {Variable::kWeightBits, [](const TrainingRun& run) { return run.precision.weights; },
     "the bits of weights"},
    {Variable::kActivationBits, [](const TrainingRun& run) { return run.precision.activations; },
     "the bits of activations"},
    {Variable::kCacheBits, [](const TrainingRun& run) { return run.precision.kv_cache; },
     "the bits of the KV cache"},
    {Variable::kBitsAfterTraining,
     [](const TrainingRun& run) { return run.precision.after_training; },
     "the bits after training"},
};

bool repeats(const TrainingRun& run) {
  return run.unique_tokens > 0 && run.unique_tokens < run.train_tokens * (1 - 1e-9);
}

/// Why this variable tells nothing, or empty text.
std::string constancy(Variable variable, std::span<const TrainingRun> runs) {
  if (variable == Variable::kRepeats) {
    if (std::any_of(runs.begin(), runs.end(), repeats)) return {};
    return "no run sees a token twice (column unique_tokens)";
  }
  for (const Kind& kind : kKinds) {
    if (kind.variable != variable) continue;
    const double first = kind.value(runs.front());
    const bool varies = std::any_of(
        runs.begin(), runs.end(), [&](const TrainingRun& run) { return kind.value(run) != first; });
    if (varies) return {};
    return first == 0 ? fmt::format("{} are stated in no run", kind.name)
                      : fmt::format("{} {} {:g} in every run", kind.name,
                                    kind.name[1] == '\0' ? "is" : "are", first);
  }
  return {};
}

bool severalExperts(std::span<const TrainingRun> runs) {
  return std::any_of(runs.begin(), runs.end(),
                     [&](const TrainingRun& run) { return run.experts != runs.front().experts; });
}

}  // namespace

std::vector<Shortage> shortages(const LawFamily& family, std::span<const TrainingRun> runs,
                                std::span<const std::string> known) {
  std::vector<Shortage> result;
  if (runs.empty()) return result;
  for (const LawParameter& parameter : family.parameters) {
    if (parameter.variable == Variable::kAlways) continue;
    if (std::find(known.begin(), known.end(), parameter.name) != known.end()) continue;
    auto found = std::find_if(result.begin(), result.end(), [&](const Shortage& shortage) {
      return shortage.variable == parameter.variable;
    });
    if (found == result.end()) {
      const std::string reason = constancy(parameter.variable, runs);
      if (reason.empty()) continue;
      found = result.insert(result.end(), {parameter.variable, reason, {}});
    }
    found->parameters.emplace_back(parameter.name);
  }
  return result;
}

Result<void> suits(const LawFamily& family, std::span<const TrainingRun> runs,
                   std::span<const std::string> held, bool reduce) {
  const std::string name(family.name);
  if (severalExperts(runs) && !family.dependsOnExperts()) {
    return fail(ErrorKind::kInput, name,
                "these runs differ in their experts and the law has none; keep one kind with "
                "--filter experts=1 (or --reduce, which does so), or take an expert-aware law "
                "(yun2024, ludziejewski2025, clark2022)");
  }
  std::size_t fewer = held.size();
  for (const Shortage& shortage : shortages(family, runs, held)) {
    if (!reduce) {
      return fail(
          ErrorKind::kInput, name,
          fmt::format("{}, so {} cannot be fitted; take a law without {} (moeplan compare ranks "
                      "those that fit), or --reduce to hold {} and fit the rest",
                      shortage.reason, fmt::join(shortage.parameters, ", "),
                      shortage.parameters.size() == 1 ? "it" : "them",
                      shortage.parameters.size() == 1 ? "it" : "them"));
    }
    fewer += shortage.parameters.size();
  }
  const std::size_t needed = family.parameters.size() - std::min(fewer, family.parameters.size());
  if (runs.size() < needed || runs.empty()) {
    return fail(ErrorKind::kInput, name,
                fmt::format("{} runs for {} parameters; at least {} are needed, so take a smaller "
                            "law or more runs",
                            runs.size(), needed, needed));
  }
  return {};
}

}  // namespace moe
