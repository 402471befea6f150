#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/workflows/project/question_field.h"

namespace moe {

/// A key of a project file as a label: "prompt_tokens" -> "Prompt tokens", "tpot_limit_s" -> "TPOT
/// limit (s)", "usd_per_device_hour" -> "USD per device hour".
std::string fieldLabel(std::string_view key);

/// The value of a field as one types it: lists with commas, nothing for an absent one.
std::string fieldText(const FieldPlace& place);

/// Puts typed text where the field lies. Returns what the field takes when the text is not that
/// ("a number"), empty when all is well. Empty text makes an optional value or a list absent.
std::string typeField(const FieldPlace& place, std::string_view text);

/// Words that may stand in a field, from the catalog and the laws; none where it is free. With
/// `catalog_dir` also the user's own.
std::vector<std::string> fieldChoices(std::string_view key, const std::string& catalog_dir);

}  // namespace moe
