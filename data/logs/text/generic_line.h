#pragma once

#include <optional>

#include "data/logs/text/line_values.h"
#include "data/logs/text/text_cursor.h"

namespace moe {

/// Whether the line could hold a loss: a quick look that spares the others a close one.
bool mayHoldLoss(std::string_view line);

/// Reads "key=value", "key: value" and, for steps and losses, "key value" out of any line into
/// `values`; the step, when there is one. Names may be of up to three words. A number whose comma
/// could be a decimal one is no loss. Two steps refuse the line.
std::optional<StepOfTotal> readGenericLine(const TextLine& line, LineValues& values);

}  // namespace moe
