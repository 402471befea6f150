#include "data/logs/json_settings.h"

#include <fmt/format.h>

#include "data/logs/json_row.h"
#include "data/numbers.h"

namespace moe {

bool handJsonSettingsOn(std::string_view prefix, std::string_view text, std::size_t place,
                        LogSink& sink) {
  if (!trimmed(text).starts_with('{')) return false;
  ByteWindow window(text);
  JsonStream stream(window);
  JsonRow row;
  if (stream.next() != JsonEvent::kBeginObject || !readJsonMembers(stream, row)) return false;
  if (stream.next() != JsonEvent::kEnd) return false;
  for (const JsonCell& cell : row.cells()) {
    const std::string key = prefix.empty() ? cell.key : fmt::format("{}.{}", prefix, cell.key);
    const std::string value = cell.number ? exactNumber(*cell.number) : cell.text;
    sink.setting({key, value, place});
  }
  return true;
}

}  // namespace moe
