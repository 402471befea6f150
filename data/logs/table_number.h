#pragma once

// Internal to the readers of tables.

#include <optional>
#include <string_view>

namespace moe {

/// How the numbers of a table are written.
enum class DecimalSign { kPoint, kComma };

/// A cell as a number: "2.5", "-inf", "NaN"; with kComma "2,5" and no points. A number that could
/// be meant otherwise ("1,234" with kPoint, "1.234" with kComma) is none.
std::optional<double> tableNumber(std::string_view cell, DecimalSign sign);

/// Empty cells and what programs write for them: "null", "None", "N/A", "NA", "-".
bool isMissing(std::string_view cell);

}  // namespace moe
