#pragma once

#include <optional>
#include <string>
#include <vector>

#include "costmodel/advice/advice.h"
#include "costmodel/advice/instruction_tuning.h"

namespace moe::report {

/// A heading and one item a piece, each with its source; empty without advice.
std::string adviceText(const std::vector<Advice>& advice, int width = 100);

/// One sentence; empty without a line.
std::string instructionTuningText(const std::optional<InstructionTuning>& line, int width = 100);

/// Both as they stand below the sentence of a plan, with a blank line before each.
std::string planRemarks(const std::optional<InstructionTuning>& line,
                        const std::vector<Advice>& advice);

}  // namespace moe::report
