#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "data/error.h"
#include "data/progress.h"

namespace moe {

/// Whatever is bought by the device-hour costs in proportion to it.
inline constexpr const char* kDeviceHourPrice = "price of a device-hour";

/// What an answer says in short.
struct AnswerInShort {
  double figure = 0;   ///< in the study's unit
  std::string choice;  ///< what is recommended or taken: "16 experts"; may be empty
  std::string detail;  ///< its size or place: "N = 94.2 M"; may be empty
};

/// The answer with one assumption at another value.
struct AssumptionEnd {
  std::string value;    ///< "256 tokens"
  std::string problem;  ///< why there is no answer; empty: there is one
  AnswerInShort answer;
  bool choice_changed = false;
};

/// One assumption: as it was taken, and what the answer becomes at other values.
struct AssumptionRow {
  std::string name;   ///< "prompt tokens"
  std::string taken;  ///< "512 tokens"
  std::vector<AssumptionEnd> ends;
};

/// Each assumption of a step moved alone, the one that moves the figure most first.
struct AssumptionStudy {
  std::string figure;       ///< "serving price"
  std::string unit;         ///< "USD per million tokens"
  bool logarithmic = true;  ///< the figure is a price or a time, to be compared by ratios
  AnswerInShort base;
  std::vector<AssumptionRow> rows;
};

/// A value to be tried.
struct TriedValue {
  std::string value;
  std::function<Result<AnswerInShort>()> answer;
};
struct TriedAssumption {
  std::string name;
  std::string taken;
  std::vector<TriedValue> values;
};

/// Answers every value, several at the same time, and sorts the rows by how far the figure moves;
/// an end without an answer or with another choice counts as it is: first come rows that change the
/// choice, then those that move the figure most. Errors: kCancelled.
Result<AssumptionStudy> studyAssumptions(AssumptionStudy study,
                                         const std::vector<TriedAssumption>& tried, int threads,
                                         std::stop_token stop = {},
                                         const ProgressSink& progress = {});

}  // namespace moe
