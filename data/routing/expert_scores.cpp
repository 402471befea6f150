#include "data/routing/expert_scores.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>

#include "data/readers/file_text.h"

namespace moe {
namespace {

using ScoreJson = nlohmann::json;

constexpr std::size_t kMostNumber = 65535;
constexpr double kHalfOfLastDecimal = 5e-5;

/// "12" -> 12; none for what is not written that way.
std::optional<std::size_t> numberOfKey(const std::string& key) {
  std::size_t number = 0;
  const char* end = key.data() + key.size();
  const auto [rest, problem] = std::from_chars(key.data(), end, number);
  if (problem != std::errc() || rest != end || number > kMostNumber) return std::nullopt;
  return number;
}

std::string layerPlace(const ExpertScores& scores, int layer) {
  return fmt::format("{}: {}_scores of layer {}", scores.source, name(scores.kind), layer);
}

/// One layer's object as a list. Every expert must be there.
Result<std::vector<double>> layerValues(const ScoreJson& layer, std::size_t experts,
                                        const std::string& where) {
  std::vector<double> values(experts, NAN);
  for (const auto& [key, value] : layer.items()) {
    const auto expert = numberOfKey(key);
    if (!expert || *expert >= experts)
      return fail(
          ErrorKind::kInput, where,
          fmt::format("expert \"{}\" does not exist; the experts are 0 to {}", key, experts - 1));
    if (!value.is_number() || !(value.get<double>() >= 0 && value.get<double>() <= 1))
      return fail(ErrorKind::kInput, where,
                  fmt::format("the score of expert {} is {}; a number from 0 to 1 is needed", key,
                              value.dump()));
    values[*expert] = value.get<double>();
  }
  const auto missing =
      std::find_if(values.begin(), values.end(), [](double score) { return std::isnan(score); });
  if (missing == values.end()) return values;
  return fail(ErrorKind::kInput, where,
              fmt::format("expert {} is missing; there are {} scores for {} experts",
                          missing - values.begin(), layer.size(), experts));
}

/// The largest number of an expert in any layer, and one.
std::size_t expertsIn(const ScoreJson& table) {
  std::size_t experts = 0;
  for (const auto& layer : table)
    if (layer.is_object())
      for (const auto& [key, value] : layer.items())
        if (const auto expert = numberOfKey(key)) experts = std::max(experts, *expert + 1);
  return experts;
}

Result<ExpertScores> tableOf(const ScoreJson& table, ScoreKind kind, const std::string& where,
                             std::size_t experts) {
  ExpertScores scores;
  scores.source = where;
  scores.kind = kind;
  scores.experts = experts > 0 ? experts : expertsIn(table);
  std::map<int, const ScoreJson*> layers;
  for (const auto& [key, layer] : table.items()) {
    const auto number = numberOfKey(key);
    if (!number || !layer.is_object())
      return fail(ErrorKind::kInput, where,
                  fmt::format("{}_scores has \"{}\"; layers by number are needed, each an object "
                              "of scores",
                              name(kind), key));
    layers[static_cast<int>(*number)] = &layer;
  }
  if (layers.empty() || scores.experts == 0)
    return fail(ErrorKind::kInput, where, fmt::format("{}_scores is empty", name(kind)));
  for (const auto& [number, layer] : layers) {
    auto values = layerValues(*layer, scores.experts, layerPlace(scores, number));
    if (!values) return tl::unexpected(values.error());
    scores.layers.push_back(number);
    scores.values.push_back(*std::move(values));
  }
  if (auto good = checkScores(scores); !good) return tl::unexpected(good.error());
  return scores;
}

/// Whether each expert's scores add up to 1 over the layers: the sums of a newer script.
bool dividedOverLayers(const ExpertScores& scores) {
  const double left = static_cast<double>(scores.layers.size()) * kHalfOfLastDecimal;
  for (std::size_t expert = 0; expert < scores.experts; ++expert) {
    double sum = 0;
    for (const std::vector<double>& layer : scores.values) sum += layer[expert];
    if (std::abs(sum - 1) > left + 1e-9 && sum != 0) return false;
  }
  return true;
}

}  // namespace

std::string_view name(ScoreKind kind) { return kind == ScoreKind::kGate ? "gate" : "token"; }

bool looksLikeScores(std::string_view text) {
  return text.find("\"token_scores\"") != std::string_view::npos ||
         text.find("\"gate_scores\"") != std::string_view::npos;
}

Result<void> checkScores(const ExpertScores& scores) {
  const double left = static_cast<double>(scores.experts) * kHalfOfLastDecimal + 1e-9;
  for (std::size_t i = 0; i < scores.layers.size(); ++i) {
    const double sum = std::accumulate(scores.values[i].begin(), scores.values[i].end(), 0.0);
    const bool token = scores.kind == ScoreKind::kToken;
    if (token ? std::abs(sum - 1) <= left : sum > 0 && sum <= 1 + left) continue;
    std::string cause = fmt::format(
        "the scores add up to {:.6g}; those of a layer add up to {}, up to {:.2g} of rounding", sum,
        token ? "1" : "more than 0 and at most 1", left);
    if (scores.layers.size() > 1 && dividedOverLayers(scores))
      cause += ". Each expert's add up to 1 over the layers instead: divide by the sum of a layer";
    return fail(ErrorKind::kInput, layerPlace(scores, scores.layers[i]), cause);
  }
  return {};
}

Result<ScoreTables> parseExpertScores(std::string_view text, const std::string& where,
                                      std::size_t experts) {
  const ScoreJson document = ScoreJson::parse(text, nullptr, false);
  if (!document.is_object())
    return fail(ErrorKind::kInput, where, "is not a whole JSON object; is the file cut off?");
  ScoreTables tables;
  for (const ScoreKind kind : {ScoreKind::kToken, ScoreKind::kGate}) {
    const auto found = document.find(fmt::format("{}_scores", name(kind)));
    if (found == document.end()) continue;
    if (!found->is_object())
      return fail(ErrorKind::kInput, where, fmt::format("{}_scores is no object", name(kind)));
    auto table = tableOf(*found, kind, where, experts);
    if (!table) return tl::unexpected(table.error());
    (kind == ScoreKind::kToken ? tables.token : tables.gate) = *std::move(table);
  }
  if (tables.token || tables.gate) return tables;
  return fail(ErrorKind::kInput, where, "has neither token_scores nor gate_scores");
}

Result<ScoreTables> readExpertScores(const std::filesystem::path& path, std::size_t experts) {
  const auto file = readFileText(path);
  if (!file) return tl::unexpected(file.error());
  return parseExpertScores(file->text, path.string(), experts);
}

}  // namespace moe
