#include <fmt/format.h>

#include <mutex>
#include <system_error>

#include "app/workflows/elapsed.h"
#include "app/workflows/run/answer_shared.h"
#include "app/workflows/run/answer_step.h"
#include "app/workflows/run/run_progress.h"
#include "app/workflows/run/step_needs.h"
#include "app/workflows/run/step_schedule.h"
#include "app/workflows/write_file.h"
#include "fitting/laws/law_file.h"

namespace moe {
namespace {

namespace fs = std::filesystem;

fs::path fileOfLaw(const fs::path& folder, const ProjectStep& step, const FitAnswer& answer,
                   const LawFit& fit) {
  if (answer.fits.size() == 1) return folder / (step.name + ".json");
  return folder / fmt::format("{}-{}.json", step.name, fit.fit.family->name);
}

/// A project while its steps are being answered by several threads.
class ProjectAnswering {
 public:
  ProjectAnswering(const Project& project, fs::path law_folder, std::stop_token stop,
                   const ProgressSink& progress)
      : project_(project),
        law_folder_(std::move(law_folder)),
        needs_(stepNeeds(project.steps)),
        shared_(project, project.steps),
        progress_(progress, project.steps.size()),
        stop_(std::move(stop)) {
    const auto unfinished = fail(ErrorKind::kCancelled, "", "interrupted");
    for (const ProjectStep& step : project.steps)
      answers_.push_back({step, unfinished, {}, {}, {}});
  }

  std::vector<AnsweredStep> answers() && {
    runSchedule(needs_, project_.threads, stop_,
                [this](std::size_t i, int threads) { answer(i, threads); });
    return std::move(answers_);
  }

 private:
  void answer(std::size_t i, int threads) {
    AnsweredStep& answered = answers_[i];
    const auto begin = std::chrono::steady_clock::now();
    for (const std::size_t needed : needs_[i])
      if (!answers_[needed].answer)
        answered.skipped = stepId(answers_[needed].step) + " has no answer";
    if (answered.skipped.empty())
      answered.answer = ofStep(answered.step, threads);
    else
      answered.answer = fail(ErrorKind::kInput, stepId(answered.step), answered.skipped);
    if (const auto saved = saveLaws(answered); !saved)
      answered.answer = tl::unexpected(saved.error());
    answered.timing = elapsedSince(begin);
    shared_.finish(answered.step);
    progress_.finished();
  }

  Result<StepAnswer> ofStep(const ProjectStep& step, int threads) {
    const LawFiles laws = [&] {
      const std::lock_guard lock(mutex_);
      return laws_;
    }();
    return answerShared(project_, step,
                        {laws, shared_, threads, stop_, progress_.of(stepId(step))});
  }

  Result<void> saveLaws(AnsweredStep& answered) {
    const auto* answer = answered.answer ? std::get_if<FitAnswer>(&*answered.answer) : nullptr;
    if (answer == nullptr) return {};
    for (const LawFit& fit : answer->fits) {
      const fs::path file = fileOfLaw(law_folder_, answered.step, *answer, fit);
      if (auto written = writeFile(file, lawToJson(fit.law)); !written) return written;
      answered.law_files.push_back(file);
      const std::lock_guard lock(mutex_);
      laws_.emplace(answered.step.name, file);
      laws_.emplace(fmt::format("{}:{}", answered.step.name, fit.fit.family->name), file);
    }
    return {};
  }

  const Project& project_;
  fs::path law_folder_;
  std::vector<std::vector<std::size_t>> needs_;
  SharedInputs shared_;
  RunProgress progress_;
  std::stop_token stop_;
  std::vector<AnsweredStep> answers_;
  std::mutex mutex_;
  LawFiles laws_;
};

}  // namespace

std::vector<AnsweredStep> answerProject(const Project& project, const fs::path& law_folder,
                                        std::stop_token stop, const ProgressSink& progress) {
  std::error_code ignored;  // writing the first law says what is wrong
  fs::create_directories(law_folder, ignored);
  return ProjectAnswering(project, law_folder, std::move(stop), progress).answers();
}

}  // namespace moe
