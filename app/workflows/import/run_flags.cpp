#include "app/workflows/import/run_flags.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "data/numbers.h"

namespace moe {
namespace {

constexpr double kDecayed = 0.2;
constexpr double kConstant = 0.99;
constexpr double kFewTokensPerParam = 5;
constexpr double kDivergedShare = 0.05;
constexpr double kDivergedNats = 0.1;
constexpr double kJumpShare = 0.02;
constexpr double kJumpSigmas = 3;
constexpr double kRepeatedShare = 0.01;
constexpr double kNearEnd = 0.9;
constexpr double kNearPlan = 0.999;  // of planned tokens: counts are rounded to whole steps

std::string stepText(double step) { return exactNumber(step); }

class FlagFinder {
 public:
  FlagFinder(const RunFacts& facts, const LossSource& loss, const ImportedRun& run)
      : facts_(facts), loss_(loss), run_(run) {}

  std::vector<RunFlag> find() {
    watch(*loss_.series);
    if (const SeriesLog* training = trainingLoss(facts_, loss_)) watch(*training);
    if (loss_.kind.split == LossSplit::kTraining)
      flag(
          RunFlagKind::kTrainingLoss,
          fmt::format("no validation loss is logged; {} is one of training", loss_.series->name()));
    learningRate();
    tokens();
    end();
    return std::move(flags_);
  }

 private:
  void flag(RunFlagKind kind, std::string reason) { flags_.push_back({kind, std::move(reason)}); }

  void watch(const SeriesLog& series) {
    const LossWatch* losses = series.losses();
    if (losses == nullptr) return;
    spikes(series, *losses);
    divergence(series, *losses);
    if (losses->notFinite() > 0)
      flag(RunFlagKind::kNan,
           fmt::format("{} is not finite {} times, first at step {}{}", series.name(),
                       losses->notFinite(), stepText(losses->firstNotFinite().value_or(0)),
                       losses->endsNotFinite() ? ", and at its end" : ""));
    restarts(series, *losses);
    if (static_cast<double>(series.repeats()) >=
            kRepeatedShare * static_cast<double>(series.count()) &&
        series.repeats() > 0)
      flag(RunFlagKind::kRepeatedSteps,
           fmt::format("{} of {} values of {} stand at a step that was there already (several "
                       "ranks?); the last one of a step is taken",
                       series.repeats(), series.count(), series.name()));
  }

  void spikes(const SeriesLog& series, const LossWatch& losses) {
    const SpikeWatch& watch = losses.spikes();
    if (watch.count() == 0) return;
    const auto& known = watch.spikes();
    const auto largest =
        std::max_element(known.begin(), known.end(), [](const LossSpike& a, const LossSpike& b) {
          return a.value - a.baseline < b.value - b.baseline;
        });
    flag(RunFlagKind::kSpikes,
         fmt::format("{} spikes {} time{}, at step {} from {:.3f} to {:.3f}", series.name(),
                     watch.count(), watch.count() == 1 ? "" : "s", stepText(largest->step),
                     largest->baseline, largest->value));
  }

  void divergence(const SeriesLog& series, const LossWatch& losses) {
    if (!losses.lowest()) return;
    const double rise = losses.end() - losses.lowest()->value;
    if (rise <= kDivergedShare * std::abs(losses.lowest()->value) || rise <= kDivergedNats) return;
    flag(
        RunFlagKind::kDiverged,
        fmt::format("{} ends at {:.3f}, after {:.3f} at step {} (means of 5 values)", series.name(),
                    losses.end(), losses.lowest()->value, stepText(losses.lowest()->step)));
  }

  void restarts(const SeriesLog& series, const LossWatch& losses) {
    for (const RestartStep& restart : losses.restarts()) {
      const double jump = restart.after - restart.before;
      if (jump <= kJumpShare * std::abs(restart.before)) continue;
      if (jump <= kJumpSigmas * restart.noise / std::sqrt(8.0)) continue;
      flag(RunFlagKind::kRestartJump,
           fmt::format("{} goes from {:.3f} to {:.3f} where the run is continued at step {}",
                       series.name(), restart.before, restart.after, stepText(restart.step)));
      return;
    }
  }

  void learningRate() {
    if (!run_.lr_end_over_peak || *run_.lr_end_over_peak <= kDecayed) return;
    flag(RunFlagKind::kLrNotDecayed,
         *run_.lr_end_over_peak >= kConstant
             ? "the learning rate ends at its peak"
             : fmt::format("the learning rate ends at {:.0f} % of its peak",
                           100 * *run_.lr_end_over_peak));
  }

  void tokens() {
    if (!(run_.active_params > 0) || !(run_.train_tokens > 0)) return;
    const double ratio = run_.train_tokens / run_.active_params;
    if (ratio < kFewTokensPerParam)
      flag(RunFlagKind::kFewTokens, fmt::format("{:.3g} tokens per active parameter", ratio));
  }

  void end() {
    const bool interrupted = run_.finished && !*run_.finished;
    if (interrupted) flag(RunFlagKind::kInterrupted, endText());
    const bool decayed = run_.lr_end_over_peak && *run_.lr_end_over_peak <= kDecayed;
    if (interrupted && !decayed) {
      flag(RunFlagKind::kMidSchedule, run_.lr_end_over_peak
                                          ? "the run ends before its learning rate has decayed"
                                          : "the run ends before its planned end");
    } else if (run_.loss && run_.last_step && run_.loss->step < kNearEnd * *run_.last_step) {
      flag(RunFlagKind::kMidSchedule,
           fmt::format("the loss is of step {} of {}", stepText(run_.loss->step),
                       stepText(*run_.last_step)));
    }
  }

  std::string endText() const {
    if (run_.planned_steps && run_.last_step)
      return fmt::format("the log ends at step {} of {}", stepText(*run_.last_step),
                         stepText(*run_.planned_steps));
    return fmt::format("the log ends after {:.3g} tokens, before the planned end",
                       run_.train_tokens);
  }

  const RunFacts& facts_;
  const LossSource& loss_;
  const ImportedRun& run_;
  std::vector<RunFlag> flags_;
};

/// Steps between two entries of the series that is logged most often.
double stepsBetweenEntries(const RunLog& log) {
  double least = 0;
  for (const auto& series : log.series()) {
    const double count = static_cast<double>(series->track().count());
    if (!series->hasSteps() || count < 2) continue;
    const double distance =
        (series->highestStep() - series->first().step.value_or(0)) / (count - 1);
    if (distance > 0 && (least == 0 || distance < least)) least = distance;
  }
  return std::max(1.0, least);
}

}  // namespace

std::optional<bool> isFinished(RunFacts& facts, ImportedRun& run) {
  run.last_step = facts.log().highestStep();
  run.planned_steps = facts.number(LogRole::kPlannedSteps);
  if (run.planned_steps && run.last_step)
    return *run.last_step + stepsBetweenEntries(facts.log()) >= *run.planned_steps;
  std::optional<double> tokens = facts.number(LogRole::kPlannedTokens);
  const auto samples = facts.number(LogRole::kPlannedSamples);
  const auto sequence = facts.number(LogRole::kSequence);
  if (!tokens && samples && sequence) tokens = *samples * *sequence;
  if (!tokens || !(run.train_tokens > 0)) return std::nullopt;
  return run.train_tokens >= kNearPlan * *tokens;
}

std::optional<double> endOverPeak(const RunFacts& facts) {
  const SeriesLog* rate = facts.series(LogRole::kLearningRate);
  if (rate == nullptr || rate->count() < 2 || !(rate->highest() > 0)) return std::nullopt;
  const std::vector<SeriesPoint> points = rate->track().points();
  if (points.empty() || !std::isfinite(points.back().value)) return std::nullopt;
  return points.back().value / rate->highest();
}

std::vector<RunFlag> flagsOf(const RunFacts& facts, const LossSource& loss,
                             const ImportedRun& run) {
  return FlagFinder(facts, loss, run).find();
}

}  // namespace moe
