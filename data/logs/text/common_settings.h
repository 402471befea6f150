#pragma once

#include <string_view>

#include "data/logs/text/line_stream.h"
#include "data/logs/text/text_output.h"

namespace moe {

/// Settings that several kinds of logs print alike. Each says whether it was such a line; a line
/// that the log ends in is left alone.

/// "number of parameters: 29.94M", "Total number of parameters: 6,919,161,856", "> number of
/// parameters on (tensor, pipeline) model parallel rank (0, 0): 1", "estimated model parameters:
/// 0.36", "TOTAL_PARAMS=355919872 (355.920M)", "- 1,279,787,008 total params".
bool readParameterCount(const TextLine& line, TextOutput& output);

/// What Hugging Face trainers print before they start: "  Total optimization steps = 9,500".
bool readTrainingSetup(const TextLine& line, TextOutput& output);

}  // namespace moe
