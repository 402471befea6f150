#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "data/catalog/model_entry.h"
#include "data/error.h"

namespace moe {

/// The model of a Hugging Face config.json: sizes, attention, experts, windows and linear layers by
/// the keys of its model_type. Of a multimodal model the language part (text_config).
///
/// Keys that are not there have the defaults of transformers; which were taken stands in `notes`.
/// A model_type that is not known is read as a decoder with Llama's keys, and `notes` says so.
/// Where a key shows a structure that no formula here counts, `attention` is kUnknown and
/// `attention_note` names the key.
///
/// Errors (kInput) name the file, and the line where the key has one: broken JSON, a needed key
/// that is missing, a value of the wrong type, below 1 or above 1e9, sizes that contradict each
/// other. kUnanswered: an encoder-decoder model.
Result<ModelEntry> readHfConfig(const std::filesystem::path& file);
/// The same from its text; `file` is the name that errors give.
Result<ModelEntry> parseHfConfig(std::string_view text, const std::string& file);

}  // namespace moe
