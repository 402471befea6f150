#include "data/logs/text/common_settings.h"
#include "data/logs/text/line_values.h"
#include "data/logs/text/text_cursor.h"
#include "data/logs/text/text_formats.h"
#include "data/logs/text/text_readers.h"

namespace moe {
namespace {

/// "steps: 10 loss: 2.3456 iter time (s): 0.123 samples/sec: 12.3" of the pipeline engine.
std::optional<double> pipelineStep(TextCursor& cursor) {
  if (!cursor.take("steps: ")) return std::nullopt;
  const auto step = cursor.whole();
  return step && cursor.rest.starts_with(" loss: ") ? step : std::nullopt;
}

/// "... [Rank 0] step=10, skipped=0, lr=[0.0001], mom=[[0.9, 0.95]]".
std::optional<double> engineStep(TextCursor& cursor) {
  if (!cursor.skipPast("[Rank 0] step=")) return std::nullopt;
  const auto step = cursor.whole();
  return step && cursor.take(", skipped=") ? step : std::nullopt;
}

bool ownsDeepspeed(std::string_view line) {
  TextCursor pipeline{line};
  TextCursor engine{line};
  return pipelineStep(pipeline) || engineStep(engine);
}

class DeepspeedFormat : public LineFormat {
 public:
  void read(const TextLine& line, TextOutput& output) override {
    TextCursor pipeline{line.text};
    TextCursor engine{line.text};
    if (const auto step = pipelineStep(pipeline)) {
      values_.start(line);
      readNamed(pipeline);
      values_.handOn(*step, output);
    } else if (const auto engine_step = engineStep(engine)) {
      values_.start(line);
      values_.add("skipped", engine.until(","));
      if (engine.skipPast("lr=[")) values_.add("lr", engine.until(",]"));
      values_.handOn(*engine_step, output);
    } else {
      readParameterCount(line, output);
    }
  }

 private:
  /// " loss: 2.3456 iter time (s): 0.123 samples/sec: 12.3": names may hold blanks, values do not.
  void readNamed(TextCursor cursor) {
    for (cursor.skipBlanks(); !cursor.rest.empty(); cursor.skipBlanks()) {
      const std::string_view name = cursor.until(":");
      if (!cursor.take(":")) return values_.refuse("a word that is no name with a value");
      cursor.skipBlanks();
      values_.add(name, cursor.until(" \t"));
    }
  }

  LineValues values_;
};

}  // namespace

const TextFormat kDeepspeedFormat{
    "deepspeed", "DeepSpeed text log", 0.6, ownsDeepspeed,
    []() -> std::unique_ptr<LineFormat> { return std::make_unique<DeepspeedFormat>(); }};

const LogReader& deepspeedReader() {
  static const LogReader kReader = textReader<kDeepspeedFormat>();
  return kReader;
}

}  // namespace moe
