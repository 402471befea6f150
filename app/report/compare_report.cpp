#include "app/report/compare_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "app/report/number_text.h"
#include "app/report/table_cells.h"
#include "app/report/text_table.h"

namespace moe::report {

namespace {

std::string errorText(const std::optional<HoldOutResult>& result) {
  return result ? percentText(result->mean_abs_log_error) : "-";
}

TableCell errorCell(const std::optional<HoldOutResult>& result) {
  return result ? percentCell(result->mean_abs_log_error) : TableCell(kNothing);
}

TableCell excessCell(const std::optional<ErrorExcess>& excess) {
  if (!excess) return kNothing;
  const Range percent{100 * excess->ci95.low, 100 * excess->ci95.high};
  return spanCell(fmt::format("{:+.2g} to {:+.2g}", percent.low, percent.high), percent, "%");
}

/// What stands beside a family: whether it is another's special case, equal to one, or on a bound.
std::string noteOf(const FamilyScore& score) {
  if (score.same_as != nullptr) return fmt::format("the same law as {} here", score.same_as->name);
  std::vector<std::string> notes;
  if (!score.family->nested_in.empty()) {
    notes.push_back(fmt::format("special case of {}", score.family->nested_in));
  }
  std::vector<std::string> bounds;
  for (const ParameterFit& parameter : score.fit->parameters) {
    if (parameter.on_bound) bounds.push_back(parameter.name);
  }
  if (!bounds.empty()) notes.push_back(fmt::format("on a bound: {}", fmt::join(bounds, ", ")));
  if (!score.no_hold_out.empty()) notes.push_back("not held out: " + score.no_hold_out);
  return fmt::format("{}", fmt::join(notes, "; "));
}

std::string standingText(const Comparison& comparison, std::size_t place) {
  const FamilyScore& score = comparison.scores[place];
  const bool taken = comparison.recommended == place;
  switch (score.standing) {
    case Standing::kLeader:
      return taken ? "first, recommended" : "first";
    case Standing::kCannotTell:
      if (score.same_as != nullptr) return "-";
      return taken ? "cannot tell, recommended" : "cannot tell";
    case Standing::kBeaten:
      return "clearly worse";
    case Standing::kUnsuitable:
      break;
  }
  return "unsuitable";
}

std::string notesText(const Comparison& comparison) {
  std::string text;
  for (const FamilyScore& score : comparison.scores) {
    if (!score.fit) continue;
    const std::string note = noteOf(score);
    if (!note.empty()) {
      text += wrappedText(fmt::format("{}: {}", score.family->name, note), 100, 2);
    }
  }
  return text;
}

/// Families of one standing without those that repeat another.
std::vector<std::string> named(const Comparison& comparison, Standing standing) {
  std::vector<std::string> names;
  for (const FamilyScore& score : comparison.scores) {
    if (score.standing == standing && score.same_as == nullptr) {
      names.emplace_back(score.family->name);
    }
  }
  return names;
}

std::string listed(const std::vector<std::string>& names) {
  if (names.size() < 2) return names.empty() ? "" : names.front();
  const auto last = names.end() - 1;
  return fmt::format("{} and {}", fmt::join(names.begin(), last, ", "), *last);
}

std::string unseenText(const CompareAnswer& answer, const FamilyScore& score) {
  if (score.hold_out) {
    return fmt::format("{} off on the {} runs held out ({})", errorText(score.hold_out),
                       answer.held_runs, answer.question.hold_out);
  }
  if (score.cross_validation) {
    return fmt::format("{} off in cross-validation", errorText(score.cross_validation));
  }
  return fmt::format("{} off on the runs themselves",
                     percentText(score.fit->mean_abs_log_residual));
}

/// Families that do not suit, gathered by reason.
std::string unsuitableText(const Comparison& comparison) {
  std::map<std::string, std::vector<std::string>> by_reason;
  for (const FamilyScore& score : comparison.scores) {
    if (score.fit) continue;
    const std::string reason = score.unsuitable.substr(0, score.unsuitable.find(';'));
    by_reason[reason.substr(0, reason.find(", so "))].emplace_back(score.family->name);
  }
  std::string text;
  for (const auto& [reason, names] : by_reason) {
    text += wrappedText(fmt::format("Not tried: {}: {}", listed(names), reason), 100, 2);
  }
  return text;
}

}  // namespace

TextTable compareTable(const CompareAnswer& answer) {
  TextTable table;
  table.columns = {{"Law", "", Align::kLeft},
                   {"Free parameters"},
                   {"Mean residual"},
                   {"Held-out error"},
                   {"Beyond the first, 95 %", "%"},
                   {"Cross-validated error"},
                   {"AIC"},
                   {"BIC"},
                   {"Verdict", "", Align::kLeft}};
  const Comparison& comparison = answer.comparison;
  for (std::size_t i = 0; i < comparison.scores.size(); ++i) {
    const FamilyScore& score = comparison.scores[i];
    if (!score.fit) continue;
    table.rows.push_back(
        {std::string(score.family->name), wholeCell(score.free_parameters),
         percentCell(score.fit->mean_abs_log_residual), errorCell(score.hold_out),
         excessCell(answer.held_runs > 0 ? score.hold_out_excess : score.cross_validation_excess),
         errorCell(score.cross_validation), decimalCell(score.aic, 1), decimalCell(score.bic, 1),
         standingText(comparison, i)});
  }
  return table;
}

std::string compareSentence(const CompareAnswer& answer) {
  const Comparison& comparison = answer.comparison;
  const FamilyScore& leader = comparison.scores.front();
  const FamilyScore& taken = comparison.scores[*comparison.recommended];
  const std::vector<std::string> tied = named(comparison, Standing::kCannotTell);
  const std::vector<std::string> worse = named(comparison, Standing::kBeaten);
  if (tied.empty() && worse.empty()) {
    return fmt::format("Only {} suits these runs: {}.", leader.family->name,
                       unseenText(answer, leader));
  }
  if (tied.empty()) {
    return fmt::format("Take {}: {}. Clearly worse: {}.", leader.family->name,
                       unseenText(answer, leader), listed(worse));
  }
  std::vector<std::string> all = {std::string(leader.family->name)};
  all.insert(all.end(), tied.begin(), tied.end());
  std::string text = fmt::format("Cannot tell: these runs do not separate {} ({}: {}).",
                                 listed(all), leader.family->name, unseenText(answer, leader));
  text += fmt::format(
      " Of them {} has the least BIC{}: take it, and look at what changes under {}.",
      taken.family->name,
      taken.family == leader.family ? ""
                                    : fmt::format(" (lower by {:.0f})", leader.bic - taken.bic),
      taken.family == leader.family ? tied.front() : std::string(leader.family->name));
  if (!worse.empty()) text += fmt::format(" Clearly worse: {}.", listed(worse));
  return text;
}

std::string compareText(const CompareAnswer& answer) {
  const ChosenPoints& points = answer.points;
  std::string text = fmt::format("Runs: {} points of {} runs from {}\n", points.table.runs.size(),
                                 points.runs, fmt::join(answer.question.points.files, ", "));
  text += wrappedText(compareSentence(answer), 100, 0) + "\n";
  text += tableText(compareTable(answer), 118);
  text +=
      "Errors are means of |ln predicted - ln measured|; basis: held-out and cross-validated "
      "are of runs\nthat the fit did not see, residuals of those it saw. AIC and BIC count runs, "
      "not points.\n";
  text += notesText(answer.comparison);
  text += unsuitableText(answer.comparison);
  for (const Warning& warning : answer.warnings) {
    text += wrappedText("Warning: " + warning.message, 100, 2);
  }
  return text;
}

}  // namespace moe::report
