#include <fmt/format.h>

#include <deque>

#include "data/logs/text/common_settings.h"
#include "data/logs/text/line_values.h"
#include "data/logs/text/text_cursor.h"
#include "data/logs/text/text_formats.h"
#include "data/logs/text/text_readers.h"

namespace moe {
namespace {

struct TitanStep {
  double step = 0;
  bool validation = false;
  std::string_view behind;
};

/// "step: 10  loss: ..." or "validate step: 10  loss: ...", behind what the logger writes.
std::optional<TitanStep> titanStep(std::string_view line) {
  TextCursor cursor{line};
  if (!cursor.skipPast("step: ")) return std::nullopt;
  const std::string_view before = line.substr(0, line.size() - cursor.rest.size());
  const auto step = cursor.whole();
  cursor.skipBlanks();
  if (!step || !cursor.rest.starts_with("loss:")) return std::nullopt;
  return TitanStep{*step, before.ends_with("validate step: "), cursor.rest};
}

bool ownsTitan(std::string_view line) { return titanStep(line).has_value(); }

class TorchtitanFormat : public LineFormat {
 public:
  void read(const TextLine& line, TextOutput& output) override {
    const auto found = titanStep(line.text);
    if (!found) return readSetup(line, output);
    values_.start(line);
    names_.clear();
    TextCursor cursor{found->behind};
    for (cursor.skipBlanks(); !cursor.rest.empty(); cursor.skipBlanks()) {
      std::string_view name = cursor.until(":");
      if (!cursor.take(":") || name.find(' ') != std::string_view::npos) {
        values_.refuse("a word that is no name with a value");
        break;
      }
      cursor.skipBlanks();
      if (found->validation) name = names_.emplace_back(fmt::format("validate {}", name));
      values_.add(name, cursor.until(" \t"));
    }
    values_.handOn(found->step, output);
  }

 private:
  /// "Training starts at step 1, with local batch size 8, global batch size 64, sequence length
  /// 8192, total steps 1000 (warmup 200)"; "Model llama3 8B size: 8,030,261,248 total parameters".
  void readSetup(const TextLine& line, TextOutput& output) {
    if (line.cut) return;
    TextCursor cursor{line.text};
    if (cursor.skipPast(" size: ")) {
      const std::string_view count = cursor.until(" ");
      if (cursor.take(" total parameters") && wholeNumber(count)) {
        output.setting("total parameters", count, line.number);
      }
    } else if (cursor.skipPast("Training starts at step ")) {
      for (const std::string_view name :
           {"local batch size", "global batch size", "sequence length"}) {
        TextCursor at = cursor;
        if (!at.skipPast(fmt::format("{} ", name))) continue;
        if (const auto value = at.until(", "); wholeNumber(value)) {
          output.setting(name, value, line.number);
        }
      }
      if (cursor.skipPast("total steps ")) {
        if (const auto steps = cursor.whole()) output.totalSteps(*steps, line.number);
      }
    } else {
      readParameterCount(line, output);
    }
  }

  LineValues values_;
  std::deque<std::string> names_;
};

}  // namespace

const TextFormat kTorchtitanFormat{
    "torchtitan", "torchtitan text log", 0.95, ownsTitan,
    []() -> std::unique_ptr<LineFormat> { return std::make_unique<TorchtitanFormat>(); }};

const LogReader& torchtitanReader() {
  static const LogReader kReader = textReader<kTorchtitanFormat>();
  return kReader;
}

}  // namespace moe
