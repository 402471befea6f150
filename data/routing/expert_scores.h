#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/error.h"

namespace moe {

/// What a score of an expert is a mean of, over the tokens of a task [Wang2024].
enum class ScoreKind {
  kGate,   ///< its gate where it is chosen, 0 elsewhere
  kToken,  ///< 1/k where it is chosen, 0 elsewhere
};

/// "gate", "token".
std::string_view name(ScoreKind kind);

/// A score for each expert of each routed layer.
struct ExpertScores {
  std::string source;  ///< the file, for messages
  ScoreKind kind = ScoreKind::kToken;
  std::size_t experts = 0;
  std::vector<int> layers;                  ///< numbers in the model, ascending
  std::vector<std::vector<double>> values;  ///< [layers][experts]
};

/// The two tables of a summary.json; at least one is there.
struct ScoreTables {
  std::optional<ExpertScores> gate;
  std::optional<ExpertScores> token;
};

/// True for a JSON text that looks like scores (and not like a selection).
bool looksLikeScores(std::string_view text);

/// Reads {"token_scores": {"1": {"0": 0.0101, ...}, ...}, "gate_scores": {...}}. `experts` is the
/// count that the model has; 0 takes the largest number and one. Errors (kInput) name file, table,
/// layer, expert, value and cause: not JSON, an expert that is missing or does not exist, a score
/// that is not from 0 to 1, scores of a layer that do not add up (see checkScores).
Result<ScoreTables> readExpertScores(const std::filesystem::path& path, std::size_t experts = 0);
Result<ScoreTables> parseExpertScores(std::string_view text, const std::string& where,
                                      std::size_t experts = 0);

/// Token scores of a layer add up to 1, gate scores to more than 0 and at most 1, within what
/// rounding each to four decimals may leave: E 5e-5.
Result<void> checkScores(const ExpertScores& scores);

}  // namespace moe
