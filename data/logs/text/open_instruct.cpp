#include "data/logs/text/common_settings.h"
#include "data/logs/text/line_values.h"
#include "data/logs/text/text_cursor.h"
#include "data/logs/text/text_formats.h"
#include "data/logs/text/text_readers.h"

namespace moe {
namespace {

struct InstructStep {
  double step = 0;
  std::string_view before;  ///< progress bar and logger
  std::string_view behind;  ///< " LR: 1e-05, Loss: 2.3"
};

/// "Step: 10, LR: 1e-05, Loss: 2.3", whatever stands before.
std::optional<InstructStep> instructStep(std::string_view line) {
  TextCursor cursor{line};
  if (!cursor.skipPast("Step: ")) return std::nullopt;
  const std::string_view before = line.substr(0, line.size() - cursor.rest.size());
  const auto step = cursor.whole();
  if (!step || !cursor.take(", LR: ")) return std::nullopt;
  return InstructStep{*step, before, line.substr(line.size() - cursor.rest.size() - 5)};
}

/// The total of a progress bar "  3%|## | 299/9500 [1:02:37<31:05:27, 12.16s/it]" at `step`.
std::optional<double> barTotal(std::string_view bar, double step) {
  const std::size_t open = bar.find('[');
  if (open == std::string_view::npos) return std::nullopt;
  const std::size_t begin = bar.substr(0, open).rfind('|');
  if (begin == std::string_view::npos) return std::nullopt;
  TextCursor cursor{bar.substr(begin + 1)};
  const auto steps = takeStep(cursor);
  return steps && steps->step == step ? steps->total : std::nullopt;
}

bool ownsInstruct(std::string_view line) { return instructStep(line).has_value(); }

class OpenInstructFormat : public LineFormat {
 public:
  void read(const TextLine& line, TextOutput& output) override {
    const auto found = instructStep(line.text);
    if (!found) {
      if (!readTrainingSetup(line, output)) readParameterCount(line, output);
      return;
    }
    values_.start(line);
    TextCursor cursor{found->behind};
    while (!cursor.rest.empty()) {
      addBarPart(cursor.until(","), values_);
      cursor.take(",");
    }
    if (const auto total = barTotal(found->before, found->step)) {
      output.totalSteps(*total, line.number);
    }
    values_.handOn(found->step, output);
  }

 private:
  LineValues values_;
};

}  // namespace

const TextFormat kOpenInstructFormat{
    "open_instruct", "open-instruct fine-tuning text log", 0.95, ownsInstruct,
    []() -> std::unique_ptr<LineFormat> { return std::make_unique<OpenInstructFormat>(); }};

const LogReader& openInstructReader() {
  static const LogReader kReader = textReader<kOpenInstructFormat>();
  return kReader;
}

}  // namespace moe
