#include "app/report/fit_study_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/report/number_text.h"
#include "app/report/table_cells.h"
#include "app/report/text_table.h"

namespace moe::report {

namespace {

constexpr int kStudyWidth = 100;
constexpr std::size_t kMostListed = 5;
constexpr std::size_t kMostTradeOffs = 3;

/// "14M-5 (line 14)"; of several files "14M-5 (runs.csv:14)"; without a name the place alone.
std::string runText(const RunTable& table, std::size_t row) {
  const std::string place =
      table.sources.size() > 1 ? table.place(row) : fmt::format("line {}", table.runs[row].line);
  const std::string& id = table.runs[row].run_id;
  return id.empty() ? place : fmt::format("{} ({})", id, place);
}

std::string signedPercent(double log_share) { return fmt::format("{:+.2g} %", 100 * log_share); }

TableCell rangeCell(const std::optional<Range>& interval, std::string (*text)(double)) {
  if (!interval) return kNothing;
  const auto end = [&](double value) { return std::isinf(value) ? "never" : text(value); };
  return spanCell(fmt::format("{} to {}", end(interval->low), end(interval->high)), interval);
}

std::string threeDigits(double value) { return plainText(value, 3); }

/// " [0.43, 0.49]", or nothing.
std::string bracketed(const std::optional<Range>& interval) {
  if (!interval) return {};
  return fmt::format(" [{}, {}]", threeDigits(interval->low), threeDigits(interval->high));
}

std::string outlierText(const FitAnswer& answer, const LawFit& fit) {
  const ResidualStudy& study = *fit.study.residuals;
  if (study.outliers.empty()) return {};
  std::string text = fmt::format(
      "Outliers: {} of {} points more than 4 robust standard deviations off; the objective {}; "
      "measured against the fit: ",
      study.outliers.size(), study.points.size(),
      fit.fit.objective_kind.kind == ObjectiveKind::kHuber
          ? "gives them little weight"
          : "gives them full weight, --objective huber would not");
  for (std::size_t i = 0; i < std::min(study.outliers.size(), kMostListed); ++i) {
    const Residual& residual = study.points[study.outliers[i]];
    text += fmt::format("{}{} {} (weight {})", i == 0 ? "" : "; ",
                        runText(answer.points.table, fit.data.rows[study.outliers[i]]),
                        signedPercent(-residual.log_residual), plainText(residual.weight, 2));
  }
  if (study.outliers.size() > kMostListed) text += "; --residuals FILE lists all";
  return wrappedText(text, kStudyWidth, 2);
}

std::string influenceText(const FitAnswer& answer, const LawFit& fit) {
  if (!fit.study.left_out.empty()) return wrappedText(fit.study.left_out, kStudyWidth, 2);
  if (fit.study.influence.empty()) return {};
  std::string text;
  double largest = 0;
  std::size_t listed = 0;
  for (const RunInfluence& run : fit.study.influence) {
    largest = std::max(largest, std::abs(run.shift_in_errors));
    if (std::abs(run.shift_in_errors) < 1 || listed == kMostListed) continue;
    text += fmt::format(
        "{}without {} {} moves by {:+.1f} standard errors and predictions by up to "
        "{}",
        listed == 0 ? "Influence: " : "; ",
        runText(answer.points.table, fit.data.rows[run.rows.front()]), run.parameter,
        run.shift_in_errors, signedPercent(run.largest_loss_shift));
    ++listed;
  }
  if (listed > 0) return wrappedText(text, kStudyWidth, 2);
  if (largest == 0) {
    const RunInfluence& run = fit.study.influence.front();
    return wrappedText(
        fmt::format("Influence: without {} predictions move by up to {}, without any other less",
                    runText(answer.points.table, fit.data.rows[run.rows.front()]),
                    signedPercent(run.largest_loss_shift)),
        kStudyWidth, 2);
  }
  return fmt::format(
      "Influence: no single run moves a parameter by more than {:.1f} standard "
      "errors\n",
      largest);
}

/// "p = 0.002", "p < 1e-15".
std::string pText(double p) { return p < 1e-15 ? "p < 1e-15" : fmt::format("p = {:.1g}", p); }

std::string trendText(const Trend& trend) {
  const char* what = trend.of_spread ? "the spread of the residuals" : "the residuals";
  const char* meaning =
      trend.of_spread ? "runs are not equally noisy: read the bootstrap, which does not assume it"
                      : "the law lacks something there";
  return wrappedText(
      fmt::format("Residuals: {} {} with {} (Spearman {:+.2f}, {}): {}", what,
                  trend.correlation > 0 ? "grow" + std::string(trend.of_spread ? "s" : "")
                                        : "fall" + std::string(trend.of_spread ? "s" : ""),
                  trend.variable, trend.correlation, pText(trend.p_value), meaning),
      kStudyWidth, 2);
}

std::string replicateText(const Replicates& replicates) {
  std::string text;
  if (replicates.copies > 0) {
    text += wrappedText(fmt::format("Copies: {} points repeat another run's N, D, E and loss; "
                                    "they count twice",
                                    replicates.copies),
                        kStudyWidth, 2);
  }
  if (replicates.degrees_of_freedom == 0) return text;
  const bool lacking = replicates.lack_of_fit_p < 0.01;
  return text +
         wrappedText(
             fmt::format("Seeds: {} sets of equal runs scatter by {} ({} degrees of freedom); {} "
                         "({})",
                         replicates.sets, percentText(replicates.noise),
                         replicates.degrees_of_freedom,
                         lacking ? "the fit's residuals exceed that noise: the law lacks something"
                                 : "the fit's residuals are no larger than that",
                         pText(replicates.lack_of_fit_p)),
             kStudyWidth, 2);
}

void addRows(const AllocationAtExperts& at, TextTable& table) {
  for (const AllocationRow& row : at.allocation.rows) {
    table.rows.push_back(
        {powerCell(row.budget.value()), figureCell(fmt::format("{:g}", at.experts), at.experts),
         countCell(row.optimum.params), rangeCell(row.ci95.params, countText),
         countCell(row.optimum.train_tokens), rangeCell(row.ci95.tokens, countText),
         plainCell(row.optimum.tokens_per_param()), fineLossCell(row.optimum.loss),
         rangeCell(row.ci95.loss, fineLossText),
         row.extrapolation.worst() > 0 ? "extrapolated" : "fitted"});
  }
}

std::string isoFlopText(const IsoFlopResult& result) {
  const auto usable = std::count_if(result.groups.begin(), result.groups.end(),
                                    [](const IsoFlopGroup& group) { return group.usable; });
  std::string text = wrappedText(
      fmt::format("Approach 2 (parabolas through {} of {} iso-FLOP budgets): N* ~ C^{}{}, "
                  "D* ~ C^{}{}",
                  usable, result.groups.size(), threeDigits(result.params.exponent),
                  bracketed(result.params.exponent95), threeDigits(result.tokens.exponent),
                  bracketed(result.tokens.exponent95)),
      kStudyWidth, 2);
  for (const Warning& warning : result.warnings) {
    text += wrappedText("Warning: " + warning.message, kStudyWidth, 2);
  }
  return text;
}

std::string chosenTargetText(const LawFit& fit) {
  if (!fit.suggestion->target_chosen) return {};
  return fmt::format(" ({}; --target sets another)",
                     fit.study.allocations.empty() ? "three times the largest N and D"
                                                   : "the optimum at 10 times the largest run");
}

}  // namespace

const Profile* profileOf(const FitStudy& study, const std::string& parameter) {
  for (const Profile& profile : study.profiles) {
    if (profile.parameter == parameter) return &profile;
  }
  return nullptr;
}

std::string profileText(const Profile* profile) {
  if (profile == nullptr) return "-";
  const auto& [low, high] = std::pair{profile->low95, profile->high95};
  if (low && high) return fmt::format("{} to {}", plainText(*low, 4), plainText(*high, 4));
  if (low) return fmt::format("above {}", plainText(*low, 4));
  if (high) return fmt::format("below {}", plainText(*high, 4));
  return "open";
}

std::string waldText(const LawFit& fit) {
  std::string named;
  for (const ParameterFit& parameter : fit.fit.parameters) {
    const Profile* profile = profileOf(fit.study, parameter.name);
    if (profile == nullptr || !profile->differs_from_wald || !parameter.wald95) continue;
    named += fmt::format("{}{} {} to {}", named.empty() ? "" : ", ", parameter.name,
                         plainText(parameter.wald95->low, 4), plainText(parameter.wald95->high, 4));
  }
  if (named.empty()) return {};
  return wrappedText(
      "Wald intervals (from the curvature at the optimum) that the profiles do not "
      "bear out: " +
          named + "; the law bends there, so read the profile",
      kStudyWidth, 2);
}

std::string tradeOffText(const LawFit& fit) {
  std::string text;
  for (std::size_t i = 0; i < std::min(fit.fit.trade_offs.size(), kMostTradeOffs); ++i) {
    const TradeOff& pair = fit.fit.trade_offs[i];
    // An exponent says more than an amplitude.
    const LawParameter& late = fit.fit.family->parameters[pair.second];
    const bool swap = late.coordinate == Coordinate::kLog &&
                      fit.fit.family->parameters[pair.first].coordinate != Coordinate::kLog;
    const ParameterFit& other = fit.fit.parameters[swap ? pair.second : pair.first];
    const ParameterFit& told = fit.fit.parameters[swap ? pair.first : pair.second];
    const std::string& first = other.name;
    const std::string& second = told.name;
    std::string interval = profileText(profileOf(fit.study, second));
    if (interval == "-" && told.ci95) {
      const Range& ci = *told.ci95;
      interval = fmt::format("{} to {}", plainText(ci.low, 4), plainText(ci.high, 4));
    }
    text += wrappedText(fmt::format("Ridge: {} and {} trade off (correlation {:.3f}): {} is {}",
                                    first, second, pair.correlation, second, interval),
                        kStudyWidth, 2);
  }
  return text;
}

std::string residualText(const FitAnswer& answer, const LawFit& fit) {
  if (!fit.study.residuals) return {};
  std::string text = outlierText(answer, fit) + influenceText(answer, fit);
  for (const Trend& trend : fit.study.residuals->trends) text += trendText(trend);
  return text + replicateText(fit.study.residuals->replicates);
}

TextTable allocationTable(const LawFit& fit) {
  TextTable table;
  table.title = "Loss-optimal split of compute, at 1, 10 and 100 times the largest run's";
  table.columns = {{"Budget", "FLOP"},
                   {"E"},
                   {"N*"},
                   {"95 % interval"},
                   {"D*", "tokens"},
                   {"95 % interval"},
                   {"D/N"},
                   {"Loss", "nats"},
                   {"95 % interval"},
                   {"Basis", "", Align::kLeft}};
  for (const AllocationAtExperts& at : fit.study.allocations) addRows(at, table);
  return table;
}

std::string allocationText(const LawFit& fit) {
  std::string text;
  if (!fit.study.no_allocation.empty()) {
    text += wrappedText("No optimal split of compute: " + fit.study.no_allocation, kStudyWidth, 2);
  }
  if (!fit.study.allocations.empty()) {
    text += "\n" + tableText(allocationTable(fit), 118);
    for (const AllocationAtExperts& at : fit.study.allocations) {
      const std::string where =
          fit.study.allocations.size() > 1 ? fmt::format(" at E = {:g}", at.experts) : "";
      text += fmt::format("Approach 3 (this law{}): N* ~ C^{}{}\n", where,
                          threeDigits(at.allocation.params_exponent),
                          bracketed(at.allocation.params_exponent95));
    }
  }
  if (fit.study.iso_flop) text += isoFlopText(*fit.study.iso_flop);
  return text;
}

TextTable suggestionTable(const LawFit& fit) {
  if (!fit.suggestion) return {};
  const Suggestion& suggestion = *fit.suggestion;
  const RunDesign& design = suggestion.design;
  const bool experts = fit.fit.family->dependsOnExperts();
  TextTable table;
  table.title = fmt::format(
      "Runs that tell most about the loss at N = {}, D = {}{}{}",
      countText(suggestion.target.params), countText(suggestion.target.train_tokens),
      experts ? fmt::format(", E = {:g}", suggestion.target.experts) : "", chosenTargetText(fit));
  table.columns = {{"Run"},          {"N"},
                   {"D", "tokens"},  {"E"},
                   {"Cost", "FLOP"}, {"Standard error of the predicted loss after it"}};
  table.rows.push_back({"now", "", "", "", "", percentCell(design.error_now)});
  for (std::size_t i = 0; i < design.runs.size(); ++i) {
    const SuggestedRun& run = design.runs[i];
    table.rows.push_back({wholeCell(i + 1), countCell(run.point.params),
                          countCell(run.point.train_tokens),
                          figureCell(fmt::format("{:g}", run.point.experts), run.point.experts),
                          powerCell(run.flop.value()), percentCell(run.error_after)});
  }
  return table;
}

std::string suggestionNote(const LawFit& fit) {
  if (!fit.suggestion) return {};
  const Suggestion& suggestion = *fit.suggestion;
  const RunDesign& design = suggestion.design;
  return fmt::format(
      "For at most {} FLOP together{}. One run scatters by {} about the law. {}The "
      "figures hold if the law does; runs where it has not been tried would test that.",
      powerText(suggestion.budget.value()),
      suggestion.budget_chosen ? " (what these runs cost; --suggest-budget-flop sets "
                                 "another)"
                               : "",
      percentText(design.run_error),
      design.plausible_laws > 1
          ? fmt::format("Averaged over {} laws that these runs do not tell apart. ",
                        design.plausible_laws)
          : "");
}

std::string suggestionText(const LawFit& fit) {
  if (!fit.suggestion) return {};
  return "\n" + tableText(suggestionTable(fit), 118) +
         wrappedText(suggestionNote(fit), kStudyWidth, 2);
}

std::string rivalSentence(const LawFit& fit) {
  if (!fit.rival) return {};
  return fmt::format(
      "{} clearly beats {} on these runs: {} against {} off on the largest fifth "
      "held out, BIC lower by {:.0f}",
      fit.rival->family->name, fit.fit.family->name, percentText(fit.rival->error),
      percentText(fit.rival->own_error), fit.rival->bic_gain);
}

std::string rivalText(const LawFit& fit) {
  if (!fit.rival) return {};
  return wrappedText("Better law: " + rivalSentence(fit) + "; moeplan compare shows all",
                     kStudyWidth, 2);
}

}  // namespace moe::report
