#include "app/workflows/import/run_tokens.h"

#include <fmt/format.h>

#include "data/numbers.h"

namespace moe {
namespace {

tl::unexpected<Error> noTokens(std::string message) {
  return fail(ErrorKind::kInput, "train_tokens",
              std::move(message) +
                  "; give tokens per step with --set tokens_per_step=COUNT, or "
                  "all of them with --set train_tokens=COUNT");
}

bool grows(const SeriesLog* series) {
  return series != nullptr && series->highest() > series->lowest();
}

/// A count of what was seen grows along the run; tokens of each step do not.
bool isCumulative(const SeriesLog* series) {
  if (series == nullptr || !(series->highest() > 0)) return false;
  const std::vector<SeriesPoint> points = series->track().points();
  if (points.size() < 2) return true;
  for (std::size_t i = 1; i < points.size(); ++i)
    if (!(points[i].value >= points[i - 1].value)) return false;
  return points.back().value > points.front().value;
}

/// Sequences of one step; none when only the share of one device is known, or none at all.
std::optional<double> globalBatch(RunFacts& facts, std::string_view reader) {
  if (const auto batch = facts.number(LogRole::kBatch)) return batch;
  const auto micro = facts.number(LogRole::kMicroBatch);
  if (!micro) return std::nullopt;
  if (plainName(facts.keyOf(LogRole::kMicroBatch)) == "batch_size") {
    // nanoGPT divides the passes among its processes, so that the product stays the same.
    const bool of_all = reader.starts_with("modded");
    const auto passes = reader == "nanogpt" ? facts.number(LogRole::kAccumulation) : std::nullopt;
    if (of_all) return micro;
    return passes ? std::optional(*micro * *passes) : std::nullopt;
  }
  const auto passes = facts.number(LogRole::kAccumulation);
  const auto copies = facts.number(LogRole::kDataParallel);
  if (!passes || !copies) return std::nullopt;
  return *micro * *passes * *copies;
}

/// Whether a setting counts the tokens of the whole run, and not those that were planned.
bool endIsLogged(RunFacts& facts) {
  if (!facts.number(LogRole::kTokens)) return false;
  const std::string key = plainName(facts.keyOf(LogRole::kTokens));
  return key.find("seen") != std::string::npos || key.find("consumed") != std::string::npos;
}

std::string whatIsMissing(RunFacts& facts, const std::optional<double>& sequence) {
  std::string text = "tokens seen are not logged, and ";
  const auto micro = facts.number(LogRole::kMicroBatch);
  if (micro)
    text += fmt::format("a batch of {} does not say whether it is of one device; ",
                        exactNumber(*micro));
  else
    text += "the batch of a step is not stated; ";
  text += sequence ? fmt::format("a sequence has {} tokens", exactNumber(*sequence))
                   : std::string("nor is the length of a sequence");
  return text;
}

}  // namespace

Result<TokenClock> TokenClock::of(RunFacts& facts, std::string_view reader) {
  TokenClock clock;
  if (facts.given(LogRole::kTokens)) {
    clock.way_ = Way::kEnd;
    clock.end_tokens_ = facts.number(LogRole::kTokens).value_or(0);
    clock.end_step_ = facts.log().highestStep().value_or(0);
    if (clock.end_tokens_ > 0) return clock;
    return noTokens("--set train_tokens is no count above zero");
  }
  if (facts.given(LogRole::kTokensPerStep)) {
    clock.factor_ = facts.number(LogRole::kTokensPerStep).value_or(0);
    if (clock.factor_ > 0) return clock;
    return noTokens("--set tokens_per_step is no count above zero");
  }
  const SeriesLog* tokens = facts.series(LogRole::kTokens);
  // One value alone may count anything, an evaluation's tokens too; a stated count is of the run.
  const bool alone = tokens != nullptr && tokens->track().points().size() < 2;
  if (alone && facts.number(LogRole::kTokens)) {
    clock.way_ = Way::kEnd;
    clock.end_tokens_ = facts.number(LogRole::kTokens).value_or(0);
    clock.end_step_ = facts.log().highestStep().value_or(0);
    if (clock.end_tokens_ > 0) return clock;
  }
  if (isCumulative(tokens)) {
    clock.way_ = Way::kSeries;
    clock.track_ = &tokens->track();
    facts.used({LogRole::kTokens, exactNumber(tokens->last().value), tokens->last().value,
                tokens->name(), facts.place(tokens->last().file, tokens->last().place)});
    return clock;
  }
  const auto sequence = facts.number(LogRole::kSequence);
  const SeriesLog* samples = facts.series(LogRole::kSamples);
  if (isCumulative(samples) && sequence) {
    clock.way_ = Way::kSeries;
    clock.track_ = &samples->track();
    clock.factor_ = *sequence;
    facts.used({LogRole::kSamples, exactNumber(samples->last().value), samples->last().value,
                samples->name(), facts.place(samples->last().file, samples->last().place)});
    return clock;
  }
  if (grows(facts.series(LogRole::kTokensPerStep)) || grows(facts.series(LogRole::kBatch)))
    return noTokens(
        "the batch changes along the run, and neither tokens nor sequences seen are "
        "logged");
  if (facts.text(LogRole::kRampUp))
    return noTokens(
        "the batch grows at the start (batch_ramp_up), and neither tokens nor "
        "sequences seen are logged");
  if (const auto per_step = facts.number(LogRole::kTokensPerStep)) {
    clock.factor_ = *per_step;
    return clock;
  }
  const auto batch = globalBatch(facts, reader);
  if ((!batch || !sequence) && endIsLogged(facts)) {
    clock.way_ = Way::kEnd;
    clock.end_tokens_ = facts.number(LogRole::kTokens).value_or(0);
    clock.end_step_ = facts.log().highestStep().value_or(0);
    return clock;
  }
  if (!batch || !sequence) return noTokens(whatIsMissing(facts, sequence));
  clock.factor_ = *batch * *sequence;
  facts.computed(LogRole::kTokensPerStep, clock.factor_, "batch x sequence");
  return clock;
}

bool TokenClock::worksWithoutSteps(const SeriesLog& loss) const {
  return way_ == Way::kEnd ||
         (way_ == Way::kSeries && track_->count() == 1 && loss.track().count() == 1);
}

std::optional<double> TokenClock::at(double step) const {
  switch (way_) {
    case Way::kSteps:
      return factor_ * step;
    case Way::kEnd:
      if (end_step_ <= 0) return end_tokens_;
      return end_tokens_ * (step / end_step_);
    case Way::kSeries: {
      const auto units = track_->at(step);
      return units ? std::optional(factor_ * *units) : std::nullopt;
    }
  }
  return std::nullopt;
}

}  // namespace moe
