#include "data/logs/text/line_values.h"
#include "data/logs/text/text_cursor.h"
#include "data/logs/text/text_formats.h"
#include "data/logs/text/text_readers.h"

namespace moe {
namespace {

constexpr std::string_view kStepWord = "step:";

/// "step:10/6200 train_loss:3.2 ..."; behind the step there is a blank.
std::optional<StepOfTotal> moddedStep(TextCursor& cursor) {
  if (!cursor.take(kStepWord)) return std::nullopt;
  const auto steps = takeStep(cursor);
  return steps && steps->total && cursor.take(" ") ? steps : std::nullopt;
}

/// Such a log begins with the script that wrote it.
bool ownsModded(std::string_view line) {
  TextCursor cursor{line};
  return moddedStep(cursor) || line.find("step:{step}/{") != std::string_view::npos;
}

class ModdedNanogptFormat : public LineFormat {
 public:
  void read(const TextLine& line, TextOutput& output) override {
    if (line.text.starts_with(kStepWord)) return readStep(line, output);
    if (line.text.starts_with("class Hyperparameters")) {
      in_hyperparameters_ = true;
    } else if (in_hyperparameters_) {
      readHyperparameter(line, output);
    }
  }

 private:
  void readStep(const TextLine& line, TextOutput& output) {
    TextCursor cursor{line.text};
    const auto steps = moddedStep(cursor);
    if (!steps) {
      if (line.text.find("loss") != std::string_view::npos) {
        output.skip(line.number, "the step is not of the form step:10/100");
      }
      return;
    }
    values_.start(line);
    addPairs(cursor.rest, ':', values_);
    if (!values_.refused()) output.totalSteps(*steps->total, line.number);
    values_.handOn(steps->step, output);
  }

  /// "    batch_size : int = 8*64 # batch size", as written; the class ends where a line begins at
  /// the margin.
  void readHyperparameter(const TextLine& line, TextOutput& output) {
    const std::string_view text = line.text;
    if (!text.empty() && text.front() != ' ' && text.front() != '\t') in_hyperparameters_ = false;
    TextCursor cursor{text.substr(0, text.find('#'))};
    cursor.skipBlanks();
    const std::string_view name = cursor.until(" :=");
    if (!in_hyperparameters_ || line.cut || name.empty() || !cursor.skipPast("=")) return;
    output.setting(name, stripped(cursor.rest), line.number);
  }

  bool in_hyperparameters_ = false;
  LineValues values_;
};

}  // namespace

const TextFormat kModdedNanogptFormat{
    "modded_nanogpt", "modded-nanogpt text log", 0.97, ownsModded,
    []() -> std::unique_ptr<LineFormat> { return std::make_unique<ModdedNanogptFormat>(); }};

const LogReader& moddedNanogptReader() {
  static const LogReader kReader = textReader<kModdedNanogptFormat>();
  return kReader;
}

}  // namespace moe
