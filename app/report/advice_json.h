#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "app/report/json_document.h"
#include "costmodel/advice/advice.h"
#include "costmodel/advice/instruction_tuning.h"

// Only .cpp files of app/report include this header, as json_document.h.

namespace moe::report {

/// [{"code", "message", "basis", "source"}].
Json adviceJson(const std::vector<Advice>& advice);

/// {"tokens", "flop", "usd", "share_of_training"}, or null.
Json instructionTuningJson(const std::optional<InstructionTuning>& line);

}  // namespace moe::report
