#include "costmodel/adaptation/routing_scores.h"

#include <fmt/format.h>

#include <cmath>
#include <numeric>

namespace moe {
namespace {

std::vector<int> layerNumbers(const RoutingTrace& trace) {
  if (!trace.layer_numbers.empty()) return trace.layer_numbers;
  std::vector<int> numbers(trace.layers);
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

/// Adds one stretch of tokens to the sums, token after token.
void addTokens(std::vector<double>& sums, const RoutingTrace& trace, ScoreKind kind,
               std::size_t first_choice, std::size_t choices) {
  const std::uint16_t* ids = trace.ids.data() + first_choice;
  if (kind == ScoreKind::kToken) {
    for (std::size_t i = 0; i < choices; ++i) ++sums[ids[i]];
    return;
  }
  const double* gates = trace.gates.data() + first_choice;
  for (std::size_t i = 0; i < choices; ++i) sums[ids[i]] += gates[i];
}

/// Divides by tokens, or by choices where a choice counts 1/k.
void divide(std::vector<double>& sums, const RoutingTrace& trace, ScoreKind kind,
            std::size_t tokens) {
  const std::size_t choices = kind == ScoreKind::kToken ? tokens * trace.top_k : tokens;
  for (double& sum : sums) sum /= static_cast<double>(choices);
}

std::vector<double> pooledLayer(const RoutingTrace& trace, ScoreKind kind, std::size_t layer) {
  std::vector<double> sums(trace.experts, 0.0);
  const std::size_t choices = trace.tokens * trace.top_k;
  addTokens(sums, trace, kind, layer * choices, choices);
  divide(sums, trace, kind, trace.tokens);
  return sums;
}

std::vector<double> sequencesLayer(const RoutingTrace& trace, ScoreKind kind, std::size_t layer) {
  std::vector<double> means(trace.experts, 0.0);
  std::size_t at = layer * trace.tokens * trace.top_k;
  std::size_t sequences = 0;
  for (const std::size_t tokens : trace.sequence_tokens) {
    if (tokens == 0) continue;
    std::vector<double> one(trace.experts, 0.0);
    addTokens(one, trace, kind, at, tokens * trace.top_k);
    divide(one, trace, kind, tokens);
    for (std::size_t e = 0; e < means.size(); ++e) means[e] += one[e];
    at += tokens * trace.top_k;
    ++sequences;
  }
  for (double& mean : means) mean /= static_cast<double>(sequences);
  return means;
}

void roundLayer(std::vector<double>& scores, const ScoreRule& rule) {
  if (!rule.decimals) return;
  for (double& score : scores) score = roundedTo(score, *rule.decimals);
}

}  // namespace

double roundedTo(double value, int decimals) {
  const double scale = std::pow(10.0, decimals);
  return std::nearbyint(value * scale) / scale;
}

Result<ExpertScores> expertScores(const RoutingTrace& trace, ScoreKind kind,
                                  const ScoreRule& rule) {
  if (kind == ScoreKind::kGate && trace.gates.empty())
    return fail(ErrorKind::kInput, trace.source,
                "has no gates; gate scores need them, token scores do not");
  const bool sequences = rule.average == ScoreAverage::kPerSequence;
  if (sequences && trace.sequence_tokens.empty())
    return fail(ErrorKind::kInput, trace.source,
                "does not say where sequences end; scores can be pooled over tokens only");
  ExpertScores scores;
  scores.source = trace.source;
  scores.kind = kind;
  scores.experts = trace.experts;
  scores.layers = layerNumbers(trace);
  for (std::size_t layer = 0; layer < trace.layers; ++layer) {
    scores.values.push_back(sequences ? sequencesLayer(trace, kind, layer)
                                      : pooledLayer(trace, kind, layer));
    roundLayer(scores.values.back(), rule);
  }
  return scores;
}

Result<ExpertScores> tokenScores(const ExpertCounts& counts, const ScoreRule& rule) {
  ExpertScores scores;
  scores.source = counts.source;
  scores.experts = counts.experts;
  for (std::size_t layer = 0; layer < counts.tokens.size(); ++layer) {
    std::vector<double> values = counts.tokens[layer];
    const double sum = std::accumulate(values.begin(), values.end(), 0.0);
    if (!(sum > 0))
      return fail(ErrorKind::kInput, counts.source, fmt::format("layer {} has no tokens", layer));
    for (double& value : values) value /= sum;
    roundLayer(values, rule);
    scores.layers.push_back(static_cast<int>(layer));
    scores.values.push_back(std::move(values));
  }
  return scores;
}

Result<void> checkAgainstTrace(const ExpertScores& stored, const ExpertScores& computed) {
  constexpr double kRounding = 1.0001e-4;  // half a fourth decimal each, and how sums were taken
  const auto differs = [&](const std::string& what) {
    return fail(ErrorKind::kInput, stored.source,
                fmt::format("{} than the trace {}; one of them is of another task, or damaged",
                            what, computed.source));
  };
  if (stored.values.size() != computed.values.size())
    return differs(
        fmt::format("has other layers ({} and {})", stored.values.size(), computed.values.size()));
  for (std::size_t layer = 0; layer < stored.values.size(); ++layer)
    for (std::size_t expert = 0; expert < stored.experts; ++expert) {
      const double a = stored.values[layer][expert];
      const double b = computed.values[layer][expert];
      if (!(std::abs(a - b) <= kRounding))
        return differs(fmt::format("has another {} score of expert {} in layer {} ({:.4f}, {:.4f})",
                                   name(stored.kind), expert, stored.layers[layer], a, b));
    }
  return {};
}

}  // namespace moe
