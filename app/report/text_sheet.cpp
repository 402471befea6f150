#include "app/report/text_sheet.h"

#include <fmt/format.h>

#include "app/report/text_table.h"

namespace moe::report {

void TextSheet::add(std::string_view name, const std::string& value) {
  constexpr int kIndent = 28;
  if (value.empty()) return;
  const std::string wrapped = wrappedText(value, 100 - kIndent);
  std::string_view lines = wrapped;
  while (!lines.empty()) {
    const auto end = lines.find('\n') + 1;
    text_ += fmt::format("{:<{}}{}", name, kIndent, lines.substr(0, end));
    name = "";
    lines.remove_prefix(end);
  }
}

}  // namespace moe::report
