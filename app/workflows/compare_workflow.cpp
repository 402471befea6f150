#include "app/workflows/compare_workflow.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>

#include "app/workflows/elapsed.h"
#include "app/workflows/fit_words.h"

namespace moe {

namespace {

Result<std::vector<const LawFamily*>> familiesOf(const CompareQuestion& question) {
  if (!question.laws.empty()) return familiesNamed(question.laws, "--laws");
  return std::vector<const LawFamily*>(lawFamilies().begin(), lawFamilies().end());
}

void warnAboutFewUnseen(CompareAnswer& answer) {
  constexpr std::size_t kFew = 5;
  if (answer.held_runs == 0 || answer.held_runs >= kFew) return;
  answer.warnings.push_back(
      {"few_held_out", fmt::format("only {} runs are held out: their errors tell laws apart only "
                                   "where they differ a lot",
                                   answer.held_runs)});
}

void warnAboutBounds(CompareAnswer& answer) {
  for (const FamilyScore& score : answer.comparison.scores) {
    if (!score.fit || score.fit->converged) continue;
    answer.warnings.push_back(
        {"not_converged", fmt::format("{}: {}", score.family->name, score.fit->termination)});
  }
}

}  // namespace

Result<CompareAnswer> answerCompare(const CompareQuestion& question, std::stop_token stop,
                                    const ProgressSink& progress) {
  const auto begin = std::chrono::steady_clock::now();
  const auto families = familiesOf(question);
  if (!families) return tl::unexpected(families.error());
  const auto plan = understandPoints(question.points);
  if (!plan) return tl::unexpected(plan.error());
  const auto read = readPoints(question.points, *plan);
  if (!read) return tl::unexpected(read.error());
  auto answer = answerCompare(question, *read, stop, progress);
  if (answer) answer->timing = elapsedSince(begin);
  return answer;
}

Result<CompareAnswer> answerCompare(const CompareQuestion& question, const RunTable& read,
                                    std::stop_token stop, const ProgressSink& progress) {
  const auto begin = std::chrono::steady_clock::now();
  const auto families = familiesOf(question);
  if (!families) return tl::unexpected(families.error());
  const auto plan = understandPoints(question.points);
  if (!plan) return tl::unexpected(plan.error());
  const auto rule = parseHoldOut(question.hold_out);
  if (!rule) return tl::unexpected(rule.error());
  const auto objective = parseObjective(question.objective, question.delta);
  if (!objective) return tl::unexpected(objective.error());
  auto points = choosePoints(question.points, *plan, read);
  if (!points) return tl::unexpected(points.error());

  CompareAnswer answer;
  answer.question = question;
  answer.points = std::move(*points);
  answer.warnings = answer.points.warnings;
  ComparisonOptions options{.folds = question.folds, .seed = question.seed};
  options.fit.objective = *objective;
  options.fit.bounded = !question.unbounded;
  options.fit.reduce = question.reduce;
  options.fit.threads = question.threads;
  const ChosenPoints& chosen = answer.points;
  if (rule->any()) {
    auto held = heldOut(*rule, chosen.table, chosen.run_of_row);
    if (!held) return tl::unexpected(held.error());
    options.held = std::move(*held);
    std::set<std::size_t> runs;
    for (std::size_t row = 0; row < options.held.size(); ++row) {
      if (options.held[row]) runs.insert(chosen.run_of_row[row]);
    }
    answer.held_runs = runs.size();
  }
  auto comparison =
      compareFamilies(*families, chosen.table.runs, chosen.run_of_row, options, stop, progress);
  if (!comparison) return tl::unexpected(comparison.error());
  answer.comparison = std::move(*comparison);
  if (!answer.comparison.recommended) {
    const FamilyScore& first = answer.comparison.scores.front();
    return fail(
        ErrorKind::kInfeasible, "compare",
        fmt::format("no law suits these runs; {}: {}", first.family->name, first.unsuitable));
  }
  warnAboutFewUnseen(answer);
  warnAboutBounds(answer);
  answer.timing = elapsedSince(begin);
  return answer;
}

}  // namespace moe
