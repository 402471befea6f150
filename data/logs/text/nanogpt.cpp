#include "data/logs/text/common_settings.h"
#include "data/logs/text/line_values.h"
#include "data/logs/text/text_cursor.h"
#include "data/logs/text/text_formats.h"
#include "data/logs/text/text_readers.h"

namespace moe {
namespace {

/// "iter 100: loss" or "step 250: train loss".
std::optional<double> nanogptStep(TextCursor& cursor) {
  if (!cursor.take("iter ") && !cursor.take("step ")) return std::nullopt;
  const auto step = cursor.whole();
  return step && cursor.take(": ") ? step : std::nullopt;
}

bool ownsNanogpt(std::string_view line) {
  TextCursor cursor{line};
  return nanogptStep(cursor) &&
         (cursor.rest.starts_with("loss ") || cursor.rest.starts_with("train loss "));
}

bool isIdentifier(std::string_view text) {
  return !text.empty() && (text.front() < '0' || text.front() > '9') &&
         text.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
             "_") == std::string_view::npos;
}

class NanogptFormat : public LineFormat {
 public:
  void read(const TextLine& line, TextOutput& output) override {
    TextCursor cursor{line.text};
    if (const auto step = nanogptStep(cursor)) return readStep(line, *step, cursor, output);
    if (line.cut) return;
    if (cursor.take("tokens per iteration will be: ")) {
      output.setting("tokens per iteration will be", stripped(cursor.rest), line.number);
    } else if (cursor.take("found vocab_size = ")) {
      output.setting("vocab_size", cursor.until(" "), line.number);
    } else if (cursor.take("Overriding config with ")) {
      in_config_ = true;
    } else if (cursor.take("Overriding: ") || in_config_) {
      readAssignment(cursor, line, output);
    } else {
      readParameterCount(line, output);
    }
  }

 private:
  void readStep(const TextLine& line, double step, TextCursor cursor, TextOutput& output) {
    in_config_ = false;
    values_.start(line);
    while (!cursor.rest.empty()) {
      addBarPart(cursor.until(","), values_);
      cursor.take(",");
    }
    values_.handOn(step, output);
  }

  /// "n_layer = 12 # comment", as written.
  void readAssignment(TextCursor cursor, const TextLine& line, TextOutput& output) {
    const std::string_view text = cursor.rest.substr(0, cursor.rest.find('#'));
    const std::size_t equals = text.find('=');
    const std::string_view key = stripped(text.substr(0, equals));
    if (equals != std::string_view::npos && isIdentifier(key)) {
      output.setting(key, stripped(text.substr(equals + 1)), line.number);
    } else if (!stripped(text).empty() && !readParameterCount(line, output)) {
      in_config_ = false;
    }
  }

  bool in_config_ = false;
  LineValues values_;
};

}  // namespace

const TextFormat kNanogptFormat{
    "nanogpt", "nanoGPT text log", 0.95, ownsNanogpt,
    []() -> std::unique_ptr<LineFormat> { return std::make_unique<NanogptFormat>(); }};

const LogReader& nanogptReader() {
  static const LogReader kReader = textReader<kNanogptFormat>();
  return kReader;
}

}  // namespace moe
