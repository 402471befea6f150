#include "data/logs/text/common_settings.h"
#include "data/logs/text/line_values.h"
#include "data/logs/text/text_cursor.h"
#include "data/logs/text/text_formats.h"
#include "data/logs/text/text_readers.h"

namespace moe {
namespace {

/// "s:10 " of main.log.
std::optional<double> mainLogStep(TextCursor& cursor) {
  if (!cursor.take("s:")) return std::nullopt;
  const auto step = cursor.whole();
  return step && cursor.take(" ") ? step : std::nullopt;
}

/// "step    1/19560 | ", "step 00010/21400 (0.05%) | ", "Step 00250 | ", "step 1/74: ".
std::optional<StepOfTotal> printedStep(TextCursor& cursor) {
  if (!cursor.take("step ") && !cursor.take("Step ")) return std::nullopt;
  const auto steps = takeStep(cursor);
  if (!steps) return std::nullopt;
  cursor.skipBlanks();
  if (cursor.take("(")) {
    cursor.skipPast(")");
    cursor.skipBlanks();
  }
  const bool old = steps->total && cursor.rest.starts_with(": train loss ");
  return old || cursor.rest.starts_with("| ") ? steps : std::nullopt;
}

/// "0 train 10.955029", "250 val 3.3", "250 hella 0.2463": the log file of build-nanogpt.
std::optional<double> buildNanogptStep(TextCursor& cursor) {
  const auto step = cursor.whole();
  if (!step || !cursor.take(" ")) return std::nullopt;
  for (const std::string_view name : {"train ", "val ", "hella "}) {
    if (!cursor.rest.starts_with(name)) continue;
    return wordNumber(cursor.rest.substr(name.size())) ? step : std::nullopt;
  }
  return std::nullopt;
}

bool ownsLlmc(std::string_view line) {
  TextCursor main_log{line};
  if (mainLogStep(main_log)) {
    return main_log.rest.starts_with("tel:") || main_log.rest.starts_with("trl:") ||
           main_log.rest.starts_with("eval:");
  }
  TextCursor printed{line};
  if (printedStep(printed)) {
    return printed.rest.find("loss") != std::string_view::npos ||
           printed.rest.find("bpb") != std::string_view::npos;
  }
  TextCursor short_log{line};
  return !line.empty() && line.front() >= '0' && line.front() <= '9' && buildNanogptStep(short_log);
}

class LlmcFormat : public LineFormat {
 public:
  void read(const TextLine& line, TextOutput& output) override {
    if (line.text.empty()) return;
    switch (line.text.front()) {
      case 's':
      case 'S':
        readStep(line, output);
        break;
      case 'v':
        readValidation(line, output);
        break;
      case '|':
        readTableRow(line, output);
        break;
      case 'H':
        readHellaSwag(line, output);
        break;
      default:
        readRest(line, output);
    }
  }

 private:
  void readStep(const TextLine& line, TextOutput& output) {
    values_.start(line);
    TextCursor cursor{line.text};
    if (const auto step = mainLogStep(cursor)) {
      addPairs(cursor.rest, ':', values_);
      return values_.handOn(*step, output);
    }
    cursor = TextCursor{line.text};
    const auto steps = printedStep(cursor);
    if (!steps) return;
    if (steps->total) output.totalSteps(*steps->total, line.number);
    step_ = steps->step;
    if (cursor.take(": ")) {
      addBarPart(cursor.until("("), values_);
    } else {
      while (cursor.take("|")) addBarPart(cursor.until("|"), values_);
    }
    values_.handOn(step_, output);
  }

  /// "val loss 3.4567", "validation loss: 3.4567": of the step printed last.
  void readValidation(const TextLine& line, TextOutput& output) {
    if (!line.text.starts_with("val loss ") && !line.text.starts_with("validation loss: ")) return;
    values_.start(line);
    addBarPart(line.text, values_);
    values_.handOn(step_, output);
  }

  /// "HellaSwag: 2440/10042 = 0.242979", "HellaSwag accuracy: 2440/10042=0.2430".
  void readHellaSwag(const TextLine& line, TextOutput& output) {
    TextCursor cursor{line.text};
    if (!cursor.take("HellaSwag") || !cursor.skipPast("=")) return;
    values_.start(line);
    values_.add("HellaSwag", stripped(cursor.rest));
    values_.handOn(step_, output);
  }

  /// "| total batch size      | 524288      |" below "| Parameter | Value |".
  void readTableRow(const TextLine& line, TextOutput& output) {
    TextCursor cursor{line.text.substr(1)};
    const std::string_view key = stripped(cursor.until("|"));
    if (!cursor.take("|")) return;
    const std::string_view value = stripped(cursor.until("|"));
    if (key == "Parameter" && value == "Value") {
      in_table_ = true;
    } else if (in_table_ && cursor.rest == "|" && !key.empty()) {
      output.setting(key, value, line.number);
    }
  }

  void readRest(const TextLine& line, TextOutput& output) {
    TextCursor cursor{line.text};
    if (const auto step = buildNanogptStep(cursor)) {
      values_.start(line);
      addBarPart(cursor.rest, values_);
      return values_.handOn(*step, output);
    }
    readParameterCount(line, output);
  }

  bool in_table_ = false;
  double step_ = 0;  ///< printed last
  LineValues values_;
};

}  // namespace

const TextFormat kLlmcFormat{
    "llmc", "llm.c, build-nanogpt or nanochat text log", 0.9, ownsLlmc,
    []() -> std::unique_ptr<LineFormat> { return std::make_unique<LlmcFormat>(); }};

const LogReader& llmcReader() {
  static const LogReader kReader = textReader<kLlmcFormat>();
  return kReader;
}

}  // namespace moe
