#include "app/workflows/import/model_settings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "data/catalog/hf_config.h"
#include "data/numbers.h"

namespace moe {
namespace {

/// What a framework takes for granted.
struct FrameworkHabits {
  bool known = false;     ///< FFN of 4 widths, ungated, tied embeddings unless stated
  bool megatron = false;  ///< pads the vocabulary, rounds a gated FFN, learned positions by name
};

FrameworkHabits habitsOf(std::string_view reader) {
  if (reader.starts_with("megatron")) return {true, true};
  return {
      reader.starts_with("llm.c") || reader.starts_with("llmc") || reader.starts_with("nanogpt"),
      false};
}

/// A whole number that fits an int, and was stated.
std::optional<int> whole(RunFacts& facts, LogRole role) {
  const auto value = facts.atLeastZero(role);
  if (!value || *value != std::floor(*value) || *value > 1e9) return std::nullopt;
  return static_cast<int>(*value);
}

bool isGated(RunFacts& facts) {
  if (const auto gated = facts.text(LogRole::kGated)) {
    const auto stated = settingBool(*gated);
    return stated.value_or(true);  // Megatron-DeepSpeed names the kind: "geglu"
  }
  return false;
}

/// 3 matrices of a gated FFN, 2 of a plain one; none when nothing says which.
std::optional<int> ffnMatrices(RunFacts& facts, const FrameworkHabits& habits) {
  if (isGated(facts)) return 3;
  if (const auto activation = facts.text(LogRole::kActivation)) {
    const std::string plain = plainName(*activation);
    if (plain.find("glu") != std::string::npos || plain.find("silu") != std::string::npos ||
        plain.find("swish") != std::string::npos)
      return 3;
    return 2;
  }
  if (habits.known || facts.boolean(LogRole::kGated)) return 2;
  return std::nullopt;
}

std::optional<int> ffnWidth(RunFacts& facts, const FrameworkHabits& habits, int hidden,
                            int matrices) {
  if (const auto stated = whole(facts, LogRole::kFfn); stated && *stated > 0) return stated;
  if (const auto ratio = facts.number(LogRole::kFfnRatio)) return static_cast<int>(*ratio * hidden);
  if (!habits.known) return std::nullopt;
  int width = 4 * hidden;
  if (habits.megatron && matrices == 3) width = 4 * hidden * 2 / 3 / 64 * 64;
  facts.computed(LogRole::kFfn, width, "as the framework takes it unless stated");
  return width;
}

std::optional<int> vocabulary(RunFacts& facts, const FrameworkHabits& habits) {
  if (const auto padded = whole(facts, LogRole::kPaddedVocabulary); padded && *padded > 0)
    return padded;
  const auto stated = whole(facts, LogRole::kVocabulary);
  if (!stated || *stated < 1) return std::nullopt;
  if (!habits.megatron) return stated;
  const int multiple = whole(facts, LogRole::kVocabularyMultiple).value_or(128) *
                       whole(facts, LogRole::kTensorParallel).value_or(1);
  if (multiple < 1) return stated;
  const int rows =
      static_cast<int>((static_cast<long long>(*stated) + multiple - 1) / multiple * multiple);
  if (rows != *stated) facts.computed(LogRole::kPaddedVocabulary, rows, "padded as Megatron does");
  return rows;
}

std::optional<bool> isTied(RunFacts& facts, const FrameworkHabits& habits) {
  if (const auto untied = facts.boolean(LogRole::kUntied)) return !*untied;
  if (const auto tied = facts.boolean(LogRole::kTied)) return *tied;
  if (habits.known) return true;
  return std::nullopt;
}

int learnedPositions(RunFacts& facts, const FrameworkHabits& habits) {
  const auto kind = facts.text(LogRole::kPositions);
  const std::string plain = kind ? plainName(*kind) : "";
  const bool learned = kind ? plain.find("absolute") != std::string::npos ||
                                  plain.find("learned") != std::string::npos
                            : habits.known;
  if (!learned) return 0;
  const auto rows = habits.megatron ? whole(facts, LogRole::kMaxPositions) : std::nullopt;
  return rows ? *rows : whole(facts, LogRole::kSequence).value_or(0);
}

/// Numbers as numbers, so that parseHfConfig reads them.
nlohmann::json configValue(const std::string& value) {
  const auto json = nlohmann::json::parse(value, nullptr, false);
  if (!json.is_discarded()) return json;
  if (value == "True") return true;
  if (value == "False") return false;
  if (value == "None") return nullptr;
  return value;
}

/// The settings beside `model_type`, without what stands before the same key there.
Result<ModelEntry> huggingFaceModel(const RunLog& log, const LoggedSetting& type) {
  const std::size_t size = type.key.size() - std::string_view("model_type").size();
  const std::string_view prefix = std::string_view(type.key).substr(0, size);
  nlohmann::json config = nlohmann::json::object();
  for (const LoggedSetting& setting : log.settings()) {
    if (!std::string_view(setting.key).starts_with(prefix)) continue;
    const std::string key = setting.key.substr(size);
    if (key.find('.') == std::string::npos) config[key] = configValue(setting.value);
  }
  const std::string text = config.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return parseHfConfig(text, "the logged configuration");
}

const LoggedSetting* modelType(const RunLog& log) {
  for (const LoggedSetting& setting : log.settings()) {
    if (setting.key == "model_type" || setting.key.ends_with(".model_type") ||
        setting.key.ends_with("/model_type"))
      return &setting;
  }
  return nullptr;
}

class SettingsModel {
 public:
  SettingsModel(RunFacts& facts, std::string_view reader)
      : facts_(facts), habits_(habitsOf(reader)) {}

  Result<ModelEntry> build() {
    entry_.name = "the logged model";
    need(LogRole::kLayers, entry_.layers);
    need(LogRole::kHidden, entry_.hidden);
    if (entry_.layers < 1 || entry_.hidden < 1) return lacking();
    attention();
    feedForward();
    experts();
    ends();
    return missing_.empty() ? Result<ModelEntry>(entry_) : lacking();
  }

 private:
  void need(LogRole role, int& place) {
    const auto value = whole(facts_, role);
    if (value && *value > 0) {
      place = *value;
    } else {
      lack(role);
    }
  }

  void lack(LogRole role) { missing_.emplace_back(name(role)); }

  Result<ModelEntry> lacking() const {
    return fail(ErrorKind::kInput, "params",
                fmt::format("no count of parameters is stated, and to compute it {} {} missing",
                            fmt::join(missing_, ", "), missing_.size() == 1 ? "is" : "are"));
  }

  /// Without grouped queries the count of heads does not change that of parameters.
  void attention() {
    entry_.heads = whole(facts_, LogRole::kHeads).value_or(1);
    if (entry_.heads < 1) entry_.heads = 1;
    entry_.head_dim = whole(facts_, LogRole::kHeadDim).value_or(0);
    if (entry_.head_dim < 1) entry_.head_dim = std::max(1, entry_.hidden / entry_.heads);
    entry_.kv_heads = entry_.heads;
    const bool grouped = facts_.boolean(LogRole::kKvHeadsUsed).value_or(!habits_.megatron);
    if (const auto kv_heads = whole(facts_, LogRole::kKvHeads);
        grouped && kv_heads && *kv_heads > 0)
      entry_.kv_heads = *kv_heads;
    entry_.attention = entry_.kv_heads == entry_.heads ? AttentionKind::kMha : AttentionKind::kGqa;
  }

  void feedForward() {
    const auto matrices = ffnMatrices(facts_, habits_);
    if (!matrices) return lack(LogRole::kGated);
    entry_.ffn_matrices = *matrices;
    const auto width = ffnWidth(facts_, habits_, entry_.hidden, *matrices);
    if (!width) return lack(LogRole::kFfn);
    entry_.dense_ffn = *width;
  }

  void experts() {
    const auto count = whole(facts_, LogRole::kExperts);
    if (!count || *count <= 1) return;
    entry_.experts = *count;
    need(LogRole::kTopK, entry_.top_k);
    entry_.expert_ffn = whole(facts_, LogRole::kExpertFfn).value_or(0);
    if (entry_.expert_ffn < 1) entry_.expert_ffn = entry_.dense_ffn;
    entry_.shared_experts = whole(facts_, LogRole::kSharedExperts).value_or(0);
    entry_.shared_ffn =
        whole(facts_, LogRole::kSharedFfn).value_or(entry_.shared_experts * entry_.expert_ffn);
    if (entry_.shared_ffn > 0 && entry_.shared_experts < 1) entry_.shared_experts = 1;
    entry_.first_dense_layers = whole(facts_, LogRole::kFirstDense).value_or(0);
    if (const auto stated = facts_.text(LogRole::kMoeEvery)) {
      const auto every = whole(facts_, LogRole::kMoeEvery);
      if (every && *every > 0) {
        entry_.moe_every_n_layers = *every;
      } else {
        lack(LogRole::kMoeEvery);
      }
    }
  }

  void ends() {
    if (const auto rows = vocabulary(facts_, habits_)) {
      entry_.vocabulary = *rows;
    } else {
      lack(LogRole::kVocabulary);
    }
    if (const auto tied = isTied(facts_, habits_)) {
      entry_.tied_embeddings = *tied;
    } else {
      lack(LogRole::kTied);
    }
    entry_.learned_positions = learnedPositions(facts_, habits_);
  }

  RunFacts& facts_;
  FrameworkHabits habits_;
  ModelEntry entry_;
  std::vector<std::string> missing_;
};

}  // namespace

Result<ModelEntry> modelOfSettings(RunFacts& facts, std::string_view reader) {
  if (const LoggedSetting* type = modelType(facts.log())) {
    if (auto entry = huggingFaceModel(facts.log(), *type)) {
      facts.used({LogRole::kModelType, type->value, std::nan(""), type->key,
                  facts.place(type->file, type->place)});
      return entry;
    }
  }
  return SettingsModel(facts, reader).build();
}

}  // namespace moe
