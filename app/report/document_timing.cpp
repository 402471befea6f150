#include "app/report/document_timing.h"

#include <string_view>

namespace moe::report {

std::string withoutTiming(std::string document) {
  constexpr std::string_view kKey = "\n  \"timing_s\": ";  // the last of documentText
  constexpr std::string_view kEnd = "\n}\n";
  const std::size_t key = document.rfind(kKey);
  if (key == document.npos || !document.ends_with(kEnd)) return document;
  const std::size_t value = key + kKey.size();
  document.replace(value, document.size() - kEnd.size() - value, "null");
  return document;
}

}  // namespace moe::report
