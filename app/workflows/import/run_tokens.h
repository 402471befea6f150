#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "app/workflows/import/run_facts.h"
#include "data/error.h"

namespace moe {

/// From steps of a run to tokens seen.
class TokenClock {
 public:
  /// In this order: a series of tokens seen that grows along the run; a series of sequences seen
  /// times their length; steps times the tokens of one step (stated, or from batch and sequence
  /// length). What --set gives (tokens_per_step, train_tokens) goes before all of them.
  ///
  /// Errors (kInput): what is missing and how to give it; a batch that grows along the run, in a
  /// log that counts neither tokens nor sequences.
  static Result<TokenClock> of(RunFacts& facts, std::string_view reader);

  /// Whether a loss without steps has tokens: the end alone is known, or one value of each.
  bool worksWithoutSteps(const SeriesLog& loss) const;

  /// Tokens seen at this step; where the end alone was given, in proportion to steps.
  std::optional<double> at(double step) const;

 private:
  enum class Way { kSeries, kSteps, kEnd };
  Way way_ = Way::kSteps;
  const SeriesTrack* track_ = nullptr;
  double factor_ = 1;  ///< tokens per unit of the series, or per step
  double end_tokens_ = 0;
  double end_step_ = 0;
};

}  // namespace moe
