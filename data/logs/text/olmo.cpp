#include "data/logs/text/common_settings.h"
#include "data/logs/text/line_values.h"
#include "data/logs/text/text_cursor.h"
#include "data/logs/text/text_formats.h"
#include "data/logs/text/text_readers.h"

namespace moe {
namespace {

/// "[step=10/739328,epoch=0]" or "[step=10/739328]" at the end of what a logger puts before it.
std::optional<StepOfTotal> olmoStep(std::string_view line) {
  TextCursor cursor{line};
  if (!cursor.skipPast("[step=")) return std::nullopt;
  const auto steps = takeStep(cursor);
  const bool closed = cursor.rest.starts_with(']') || cursor.rest.starts_with(',');
  return steps && closed ? steps : std::nullopt;
}

bool ownsOlmo(std::string_view line) { return olmoStep(line).has_value(); }

class OlmoFormat : public LineFormat {
 public:
  void read(const TextLine& line, TextOutput& output) override {
    if (line.text.starts_with("    ")) return readMetric(line, output);
    if (const auto steps = olmoStep(line.text)) {
      step_ = steps->step;
      if (steps->total) output.totalSteps(*steps->total, line.number);
    } else {
      readParameterCount(line, output);
    }
  }

 private:
  /// "    train/CrossEntropyLoss=2.3": of the step of the last head. Each is a record, so that none
  /// has to be kept. Every name has a slash; lines of program text do not.
  void readMetric(const TextLine& line, TextOutput& output) {
    const std::string_view text = stripped(line.text);
    const std::size_t equals = text.rfind('=');
    if (equals == std::string_view::npos || !step_) return;
    if (text.substr(0, equals).find('/') == std::string_view::npos) return;
    values_.start(line);
    values_.add(text.substr(0, equals), text.substr(equals + 1));
    values_.handOn(step_, output);
  }

  std::optional<double> step_;
  LineValues values_;
};

}  // namespace

const TextFormat kOlmoFormat{
    "olmo", "OLMo, OLMoE or OLMo-core text log", 0.97, ownsOlmo,
    []() -> std::unique_ptr<LineFormat> { return std::make_unique<OlmoFormat>(); }};

const LogReader& olmoReader() {
  static const LogReader kReader = textReader<kOlmoFormat>();
  return kReader;
}

}  // namespace moe
