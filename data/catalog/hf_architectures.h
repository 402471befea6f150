#pragma once

// Internal to the reader of Hugging Face's config.json.

#include <initializer_list>
#include <span>
#include <string_view>

namespace moe::catalog {

/// A value that transformers takes when the key is not in the file.
struct HfDefault {
  std::string_view key;
  int value;
};

/// What the keys of a config.json mean for one model_type.
struct HfArchitecture {
  std::string_view model_type;
  bool tied = false;     ///< tie_word_embeddings where the file does not say
  int ffn_matrices = 3;  ///< 3 gated, 2 plain
  /// The width of an expert. Empty: moe_intermediate_size where given, else intermediate_size.
  std::string_view expert_width = {};
  std::span<const HfDefault> defaults = {};
  int shared_experts = 0;  ///< that the class has without a key for them
  int ffn_ratio = 0;       ///< inner width over hidden size where the file does not say; 0: needed
};

/// The architecture of this name, compared without regard to capitals, '-' and '_' and a "_text" at
/// the end. Null when unknown.
const HfArchitecture* findHfArchitecture(std::string_view model_type);

/// The one that a class name stands for: "Qwen3MoeForCausalLM" for qwen3_moe.
const HfArchitecture* findHfArchitectureOfClass(std::string_view class_name);

}  // namespace moe::catalog
