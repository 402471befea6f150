#include "data/logs/text/common_settings.h"

#include <algorithm>
#include <array>

#include "data/logs/text/text_cursor.h"
#include "data/logs/text/text_number.h"

namespace moe {
namespace {

/// Hands on key and value when the value is a number.
bool numberSetting(std::string_view key, std::string_view value, const TextLine& line,
                   TextOutput& output) {
  key = stripped(key);
  value = stripped(value);
  if (!numberWithUnit(value)) return false;
  output.setting(key, value, line.number);
  return true;
}

/// "TOTAL_PARAMS=355919872 (355.920M) UNIQUE_PARAMS=..." of the pipeline engine of DeepSpeed.
bool readEngineCounts(const TextLine& line, TextOutput& output) {
  bool found = false;
  for (const std::string_view key : {"TOTAL_PARAMS", "UNIQUE_PARAMS"}) {
    TextCursor cursor{line.text};
    if (!cursor.skipPast(key) || !cursor.take("=")) continue;
    found = numberSetting(key, cursor.until(" "), line, output) || found;
  }
  return found;
}

/// "- 1,279,787,008 total params" of OLMo-core.
bool readListedCount(const TextLine& line, TextOutput& output) {
  TextCursor cursor{line.text};
  cursor.skipBlanks();
  if (!cursor.take("- ")) return false;
  const std::string_view count = cursor.until(" ");
  const std::string_view name = stripped(cursor.rest);
  return name.ends_with(" params") && wholeNumber(count) &&
         numberSetting(name, count, line, output);
}

struct CountName {
  std::size_t begin = 0;
  std::size_t end = 0;
};

std::optional<CountName> countName(std::string_view text) {
  constexpr std::array<std::string_view, 8> kNames{"Total number of parameters",
                                                   "Number of non-embedding parameters",
                                                   "Number of trainable parameters",
                                                   "Number of parameters",
                                                   "number of parameters",
                                                   "estimated model parameters",
                                                   "num_parameters",
                                                   "n_params"};
  for (const std::string_view name : kNames) {
    const std::size_t at = text.find(name);
    if (at != std::string_view::npos) return CountName{at, at + name.size()};
  }
  return std::nullopt;
}

}  // namespace

bool readParameterCount(const TextLine& line, TextOutput& output) {
  if (line.cut) return false;
  const std::string_view text = line.text;
  if (text.find("param") == std::string_view::npos) {
    return text.find("_PARAMS=") != std::string_view::npos && readEngineCounts(line, output);
  }
  if (readListedCount(line, output)) return true;
  const auto name = countName(text);
  if (!name) return false;
  const std::size_t between = text.find_first_of(":=", name->end);
  if (between == std::string_view::npos) return false;
  // llm.c: "num_parameters: 124475904 => bytes: 248951808".
  const std::string_view value = text.substr(between + 1);
  return numberSetting(text.substr(name->begin, between - name->begin),
                       value.substr(0, value.find("=>")), line, output);
}

bool readTrainingSetup(const TextLine& line, TextOutput& output) {
  constexpr std::array<std::string_view, 7> kNames{"Num examples",
                                                   "Num Epochs",
                                                   "Instantaneous batch size per device",
                                                   "Total train batch size",
                                                   "Gradient Accumulation steps",
                                                   "Total optimization steps",
                                                   "Number of trainable parameters"};
  if (line.cut) return false;
  const std::size_t equals = line.text.rfind(" = ");
  if (equals == std::string_view::npos) return false;
  for (const std::string_view name : kNames) {
    const std::size_t at = line.text.find(name);
    if (at >= equals) continue;
    return numberSetting(line.text.substr(at, equals - at), line.text.substr(equals + 3), line,
                         output);
  }
  return false;
}

}  // namespace moe
