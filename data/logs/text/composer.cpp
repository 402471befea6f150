#include "data/logs/text/common_settings.h"
#include "data/logs/text/line_values.h"
#include "data/logs/text/text_cursor.h"
#include "data/logs/text/text_formats.h"
#include "data/logs/text/text_readers.h"

namespace moe {
namespace {

/// "[batch=10/100]:", "[epoch=1][batch=10/100]:". The batches of "[Eval batch=1/8]" are others.
std::optional<StepOfTotal> composerStep(std::string_view line) {
  if (!line.starts_with('[')) return std::nullopt;
  TextCursor cursor{line};
  if (!cursor.skipPast("[batch=")) return std::nullopt;
  const auto steps = takeStep(cursor);
  return steps && steps->total && cursor.rest.starts_with("]:") ? steps : std::nullopt;
}

bool ownsComposer(std::string_view line) { return composerStep(line).has_value(); }

class ComposerFormat : public LineFormat {
 public:
  void read(const TextLine& line, TextOutput& output) override {
    if (const auto steps = composerStep(line.text)) {
      step_ = steps->step;
      output.totalSteps(*steps->total, line.number);
      return;
    }
    const std::string_view text = stripped(line.text);
    if (line.text.starts_with('\t') && readMetric(text, line, output)) return;
    readParameterCount(line, output);
  }

 private:
  /// "Train loss/train/total: 11.5", "Eval metrics/eval/LanguageCrossEntropy: 3.2"; the first word
  /// is not part of the name.
  bool readMetric(std::string_view text, const TextLine& line, TextOutput& output) {
    TextCursor cursor{text};
    if (!cursor.take("Train ") && !cursor.take("Eval ")) return false;
    const std::size_t colon = cursor.rest.rfind(": ");
    if (colon == std::string_view::npos) return false;
    values_.start(line);
    values_.add(cursor.rest.substr(0, colon), stripped(cursor.rest.substr(colon + 2)));
    values_.handOn(step_, output);
    return true;
  }

  std::optional<double> step_;
  LineValues values_;
};

}  // namespace

const TextFormat kComposerFormat{
    "composer", "Composer or llm-foundry text log", 0.97, ownsComposer,
    []() -> std::unique_ptr<LineFormat> { return std::make_unique<ComposerFormat>(); }};

const LogReader& composerReader() {
  static const LogReader kReader = textReader<kComposerFormat>();
  return kReader;
}

}  // namespace moe
