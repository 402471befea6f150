#include "app/report/document/law_doubts.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "app/report/document/part_builders.h"
#include "app/report/fit_study_text.h"

namespace moe::report {
namespace {

/// The fit of the project that a plan's law comes from.
struct FitOfPlan {
  std::string step;  ///< name of the [fit.NAME]
  const FitAnswer* answer = nullptr;
  const LawFit* law = nullptr;
};

const LawFit* lawOf(const FitAnswer& answer, std::string_view family) {
  if (family.empty()) return &answer.fits.front();
  const auto found = std::find_if(answer.fits.begin(), answer.fits.end(), [&](const LawFit& fit) {
    return fit.fit.family->name == family;
  });
  return found == answer.fits.end() ? nullptr : &*found;
}

FitOfPlan fitOfPlan(const ReportSource& source, const ProjectStep& step) {
  const auto* plan = std::get_if<ProjectPlan>(&step.question);
  if (plan == nullptr || plan->law.empty()) return {};
  const std::size_t colon = plan->law.find(':');
  FitOfPlan found{plan->law.substr(0, colon)};
  const std::string family = colon == std::string::npos ? "" : plan->law.substr(colon + 1);
  eachAnswer<FitAnswer>(
      source, [&](const ProjectStep& other, const FitAnswer& answer, const StepEvidence&) {
        if (other.name != found.step) return;
        found.answer = &answer;
        found.law = lawOf(answer, family);
      });
  return found;
}

/// What to write so that the plan takes the better law.
std::string takeRival(const FitOfPlan& of) {
  const std::string_view rival = of.law->rival->family->name;
  const std::string law = fmt::format("law = \"{}:{}\"", of.step, rival);
  if (lawOf(*of.answer, rival) != nullptr) return law + " in this plan takes it";
  return fmt::format("add \"{}\" to laws of [fit.{}] and {} to this plan to take it", rival,
                     of.step, law);
}

void doubtParameters(const LawFit& fit, std::vector<std::string>& doubts) {
  std::vector<std::string> names;
  for (const ParameterFit& parameter : fit.fit.parameters)
    if (!parameter.identified && !parameter.fixed) names.push_back(parameter.name);
  if (!names.empty())
    doubts.push_back(fmt::format("These runs do not determine {} of {}.", fmt::join(names, ", "),
                                 fit.fit.family->name));
  for (const std::string& ridge : fit.fit.ridges) doubts.push_back(sentenceOf("Ridge: " + ridge));
}

std::vector<std::string> doubtsAboutFit(const FitOfPlan& of) {
  std::vector<std::string> doubts;
  if (of.law == nullptr) return doubts;
  if (of.law->rival)
    doubts.push_back(
        sentenceOf(fmt::format("Better law: {}; {}", rivalSentence(*of.law), takeRival(of))));
  doubtParameters(*of.law, doubts);
  for (const Warning& warning : of.law->warnings) doubts.push_back(sentenceOf(warning.message));
  for (const Warning& warning : of.answer->points.warnings)
    doubts.push_back(sentenceOf(warning.message));
  return doubts;
}

void doubtIntervals(std::size_t draws, std::vector<std::string>& doubts) {
  if (draws == 0)
    doubts.push_back(
        "No intervals: there are no posterior draws of the law, so how sure the answer "
        "is is not known.");
}

void doubtReach(double decades, std::vector<std::string>& doubts) {
  if (decades > 0)
    doubts.push_back(
        fmt::format("Extrapolated: the answer lies {:.2g} decades outside the runs of "
                    "its law in N, D or tokens per parameter.",
                    decades));
}

}  // namespace

std::vector<std::string> doubtsAbout(const ReportSource& source, const ProjectStep& step,
                                     const PlanAnswer& answer) {
  std::vector<std::string> doubts = doubtsAboutFit(fitOfPlan(source, step));
  doubtIntervals(answer.outcome.draws, doubts);
  if (const auto& row = answer.outcome.recommendation.row)
    doubtReach(answer.outcome.rows[*row].chosen.extrapolation.worstOfSizeAndTokens(), doubts);
  return doubts;
}

std::vector<std::string> doubtsAbout(const ReportSource& source, const ProjectStep& step,
                                     const LifetimeAnswer& answer) {
  std::vector<std::string> doubts = doubtsAboutFit(fitOfPlan(source, step));
  doubtIntervals(answer.outcome.draws, doubts);
  if (answer.outcome.draws > 0 && answer.request.law.posterior.empty())
    doubts.push_back(
        "The law has no posterior draws: the intervals hold the uncertainty of prices "
        "alone.");
  if (const auto& row = answer.outcome.recommendation.row)
    doubtReach(answer.outcome.rows[*row].extrapolation.worstOfSizeAndTokens(), doubts);
  return doubts;
}

std::vector<std::string> doubtsAbout(const ReportSource& source, const ProjectStep& step,
                                     const FrontAnswer& answer) {
  std::vector<std::string> doubts = doubtsAboutFit(fitOfPlan(source, step));
  const auto outside = std::count_if(answer.points.begin(), answer.points.end(),
                                     [](const ParetoPoint& point) { return point.extrapolated; });
  if (outside > 0)
    doubts.push_back(
        fmt::format("Extrapolated: {} of {} models lie more than one decade outside "
                    "the runs of their law in N, D or tokens per parameter.",
                    outside, answer.points.size()));
  return doubts;
}

}  // namespace moe::report
