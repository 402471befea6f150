#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "app/workflows/fit_workflow.h"
#include "app/workflows/lifetime_question.h"
#include "app/workflows/plan_workflow.h"
#include "data/error.h"
#include "data/index_range.h"

namespace moe {

/// A front of loss against price is asked for as a lifetime plan is.
struct FrontQuestion {
  LifetimeQuestion question;
};

/// What can be split over machines.
using SplitQuestion = std::variant<FitQuestion, PlanQuestion, LifetimeQuestion, FrontQuestion>;

/// "fit" or "plan".
std::string_view commandOf(const SplitQuestion& question);

/// Some items of a long computation that has `count` of them. What an item's numbers mean is known
/// to who made it.
struct ShardPart {
  std::string name;  ///< "yun2024: resamples"
  std::size_t count = 0;
  IndexRange range;
  /// Figures that every machine must agree on to the last bit, or the items do not belong together.
  std::vector<double> basis;
  std::vector<std::vector<double>> items;  ///< by index in the range
  /// Texts of each item; empty where items are numbers alone.
  std::vector<std::vector<std::string>> texts = {};
};

/// A file that an answer depends on.
struct ShardInput {
  std::string path;  ///< as the question names it
  std::string sha256;

  bool operator==(const ShardInput&) const = default;
};

/// A share of the work on a question, as one process leaves it behind.
struct Shard {
  std::string version;  ///< of the program
  Share share;
  SplitQuestion question;
  std::vector<ShardInput> inputs;
  std::vector<std::string> words;  ///< the command line that made it, without the program's name
  std::vector<ShardPart> parts;
};

/// Whether two lists hold the same bits: 0 is not -0, and a NaN is itself.
bool sameBits(const std::vector<double>& a, const std::vector<double>& b);

/// Most shares of a question.
inline constexpr std::size_t kMostShards = 100000;

/// Reads "3/8". Errors (kUsage) name the option --shard.
Result<Share> parseShare(const std::string& text);

}  // namespace moe
