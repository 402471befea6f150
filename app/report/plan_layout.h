#pragma once

// Internal to the report room: how the reports of `plan` look in every mode.

#include <fmt/format.h>

#include <optional>
#include <string>

#include "app/report/text_table.h"
#include "fitting/laws/law.h"

namespace moe::report {

inline constexpr int kPlanWidth = 120;

/// Wrapped, with later lines indented.
inline std::string planParagraph(const std::string& text) {
  return wrappedText(text, kPlanWidth, 2);
}

/// A table below a blank line; nothing without rows.
inline std::string planSection(const TextTable& table) {
  return table.rows.empty() ? "" : "\n" + tableText(table, kPlanWidth);
}

/// "[1.10 B, 1.43 B]", or nothing.
inline std::string bracketText(const std::optional<Range>& range, std::string (*text)(double)) {
  return range ? fmt::format("[{}, {}]", text(range->low), text(range->high)) : "";
}

}  // namespace moe::report
