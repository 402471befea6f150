#include "app/cli/number_list.h"

#include <fmt/format.h>

#include "data/numbers.h"

namespace moe::cli {
namespace {

tl::unexpected<Error> wrong(const std::string& text, const char* option) {
  return fail(
      ErrorKind::kUsage, option,
      fmt::format("'{}' is no number and no range; write 8 or 4..32 (4, 8, 16 and 32)", text));
}

}  // namespace

Result<std::vector<double>> numberList(const std::vector<std::string>& texts, const char* option) {
  std::vector<double> numbers;
  for (const std::string& text : texts) {
    const auto dots = text.find("..");
    const auto low = parseNumber(text.substr(0, dots));
    const auto high = dots == std::string::npos ? low : parseNumber(text.substr(dots + 2));
    if (!low || !high) return wrong(text, option);
    if (dots != std::string::npos && !(*low > 0 && *low <= *high && *high < 1e9))
      return wrong(text, option);
    if (dots == std::string::npos)
      numbers.push_back(*low);
    else
      for (double number = *low; number <= *high; number *= 2) numbers.push_back(number);
  }
  return numbers;
}

}  // namespace moe::cli
