#include "app/workflows/fit_workflow.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "app/workflows/elapsed.h"
#include "app/workflows/fit_law.h"
#include "app/workflows/fit_parts.h"
#include "app/workflows/fit_question.h"
#include "app/workflows/residual_file.h"
#include "app/workflows/write_file.h"
#include "fitting/laws/law_file.h"

namespace moe {

namespace {

constexpr std::size_t kComparedPoints = 2000;  // beyond, other families take noticeable time

/// The file of one law: NAME as asked, or NAME-<law>.ext where several laws are.
std::string pathFor(const FitQuestion& question, const std::string& asked, std::string_view law) {
  if (question.laws.size() == 1) return asked;
  const std::filesystem::path path(asked);
  const std::filesystem::path name =
      fmt::format("{}-{}{}", path.stem().string(), law, path.extension().string());
  return (path.parent_path() / name).string();
}

/// Saves every law and its residuals once all are fitted.
Result<void> saveFits(FitAnswer& answer) {
  const FitQuestion& question = answer.question;
  for (LawFit& fit : answer.fits) {
    const std::string_view law = fit.fit.family->name;
    if (!question.save.empty()) {
      fit.saved_to = pathFor(question, question.save, law);
      if (auto written = writeFile(fit.saved_to, lawToJson(fit.law)); !written) return written;
    }
    if (!question.residuals.empty()) {
      fit.residuals_saved_to = pathFor(question, question.residuals, law);
      const std::string text = residualFile(answer.points.table, fit);
      if (auto written = writeFile(fit.residuals_saved_to, text); !written) return written;
    }
  }
  return {};
}

std::optional<Comparison> rivals(const ChosenPoints& points, const FitPlan& plan,
                                 std::stop_token stop, const ProgressSink& progress) {
  const bool small = points.table.runs.size() <= kComparedPoints;
  if (plan.study == StudyDepth::kNone || (plan.study == StudyDepth::kAuto && !small)) {
    return std::nullopt;
  }
  return tryRivals(points.table.runs, points.run_of_row, plan.fit, stop, progress);
}

/// The answer to a question before a law is fitted.
FitAnswer startedFitAnswer(const FitQuestion& question, const ChosenPoints& points) {
  FitAnswer answer;
  answer.question = question;
  answer.points = points;
  answer.data = summaryOf(points.table, points.run_of_row);
  return answer;
}

/// `parts` holds the long parts of every law when they were made before.
Result<FitAnswer> fitAnswerOf(const FitQuestion& question, const FitInputs& inputs,
                              const std::vector<FitParts>* parts, std::stop_token stop,
                              const ProgressSink& progress) {
  const auto begin = std::chrono::steady_clock::now();
  const auto plan = understand(question);
  if (!plan) return tl::unexpected(plan.error());
  require(!parts || parts->size() == plan->families.size(), "parts of every law of the question");
  FitAnswer answer = startedFitAnswer(question, inputs.points);
  for (std::size_t i = 0; i < plan->families.size(); ++i) {
    auto fit = fitOneLaw(*plan->families[i], *plan, answer, inputs.rivals,
                         parts ? &(*parts)[i] : nullptr, stop, progress);
    if (!fit) return tl::unexpected(fit.error());
    answer.fits.push_back(std::move(*fit));
  }
  if (auto saved = saveFits(answer); !saved) return tl::unexpected(saved.error());
  answer.timing = elapsedSince(begin);
  return answer;
}

/// The inputs of a question, read from its files.
Result<FitInputs> readFitInputs(const FitQuestion& question, std::stop_token stop,
                                const ProgressSink& progress) {
  const auto plan = understand(question);
  if (!plan) return tl::unexpected(plan.error());
  const auto read = readPoints(question.points, plan->points);
  if (!read) return tl::unexpected(read.error());
  return fitInputs(question, *read, stop, progress);
}

}  // namespace

bool FitAnswer::converged() const {
  return std::all_of(fits.begin(), fits.end(), [](const LawFit& fit) { return fit.fit.converged; });
}

FitQuestion inputsKey(FitQuestion question) {
  FitQuestion key;
  key.points = std::move(question.points);
  key.objective = std::move(question.objective);
  key.delta = question.delta;
  key.unbounded = question.unbounded;
  key.study = std::move(question.study);
  return key;
}

Result<FitInputs> fitInputs(const FitQuestion& question, const RunTable& read, std::stop_token stop,
                            const ProgressSink& progress) {
  const auto plan = understand(question);
  if (!plan) return tl::unexpected(plan.error());
  auto points = choosePoints(question.points, plan->points, read);
  if (!points) return tl::unexpected(points.error());
  FitInputs inputs{*std::move(points), std::nullopt};
  inputs.rivals = rivals(inputs.points, *plan, stop, progress);
  return inputs;
}

Result<FitAnswer> answerFit(const FitQuestion& question, std::stop_token stop,
                            const ProgressSink& progress) {
  const auto begin = std::chrono::steady_clock::now();
  const auto inputs = readFitInputs(question, stop, progress);
  if (!inputs) return tl::unexpected(inputs.error());
  auto answer = answerFit(question, *inputs, stop, progress);
  if (answer) answer->timing = elapsedSince(begin);
  return answer;
}

Result<FitAnswer> answerFit(const FitQuestion& question, const FitInputs& inputs,
                            std::stop_token stop, const ProgressSink& progress) {
  return fitAnswerOf(question, inputs, nullptr, stop, progress);
}

Result<FitAnswer> answerFit(const FitQuestion& question, const std::vector<FitParts>& parts,
                            std::stop_token stop, const ProgressSink& progress) {
  const auto inputs = readFitInputs(question, stop, progress);
  if (!inputs) return tl::unexpected(inputs.error());
  return fitAnswerOf(question, *inputs, &parts, stop, progress);
}

Result<std::vector<FitParts>> shareOfFit(const FitQuestion& question, const Share& share,
                                         std::stop_token stop, const ProgressSink& progress) {
  const auto plan = understand(question);
  if (!plan) return tl::unexpected(plan.error());
  auto points = choosePoints(question.points, plan->points);
  if (!points) return tl::unexpected(points.error());
  const FitAnswer answer = startedFitAnswer(question, *points);
  std::vector<FitParts> parts;
  for (const LawFamily* family : plan->families) {
    const ProgressSink stage = stageOf(*family, progress);
    const auto fitted = fittedLaw(*family, *plan, answer, stop, stage);
    if (!fitted) return tl::unexpected(fitted.error());
    parts.push_back(partsOfLaw(*fitted, *plan, question, share, stop, stage));
    if (stop.stop_requested()) return fail(ErrorKind::kCancelled, "", "");
  }
  return parts;
}

}  // namespace moe
