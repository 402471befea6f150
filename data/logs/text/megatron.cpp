#include <fmt/format.h>

#include <deque>

#include "data/logs/text/common_settings.h"
#include "data/logs/text/line_values.h"
#include "data/logs/text/text_cursor.h"
#include "data/logs/text/text_formats.h"
#include "data/logs/text/text_readers.h"

namespace moe {
namespace {

struct IterationHead {
  StepOfTotal steps;
  std::string_view behind;  ///< from the '|' on
};

/// Names of arguments are filled up with dots to this width; longer ones have no dots.
constexpr std::size_t kWidthOfNames = 48;

/// "iteration      200/  148693 |", whatever stands before.
std::optional<IterationHead> iterationHead(std::string_view text) {
  TextCursor cursor{text};
  while (cursor.skipPast("iteration ")) {
    TextCursor at = cursor;
    const auto steps = takeStep(at);
    at.skipBlanks();
    if (steps && steps->total && at.rest.starts_with('|')) return IterationHead{*steps, at.rest};
  }
  return std::nullopt;
}

struct ValidationHead {
  std::optional<double> step;  ///< none: "at the end of training"
  std::string prefix;          ///< for the names: "", "test ", "validation set 2 "
  std::string_view behind;
};

/// Names of a test set, or of one of several validation sets, get its name.
std::string setPrefix(std::string_view head) {
  if (head.find("test") != std::string_view::npos) return "test ";
  TextCursor cursor{head};
  if (!cursor.skipPast("validation set ")) return "";
  const std::string_view which = stripped(cursor.rest);
  return which.empty() ? "" : fmt::format("validation set {} ", which);
}

/// "validation loss at iteration 1000 on test set |", "valid loss at ...", "validation results at
/// the end of training for val data |".
std::optional<ValidationHead> validationHead(std::string_view text) {
  const std::size_t bar = text.find('|');
  if (bar == std::string_view::npos) return std::nullopt;
  TextCursor cursor{text.substr(0, bar)};
  if (!cursor.skipPast(" loss at ") && !cursor.skipPast(" results at ")) return std::nullopt;
  ValidationHead head{std::nullopt, setPrefix(text.substr(0, bar)), text.substr(bar)};
  if (cursor.take("iteration ")) {
    head.step = cursor.whole();
    return head.step ? std::optional(head) : std::nullopt;
  }
  return cursor.take("the end of training") ? std::optional(head) : std::nullopt;
}

bool beginsArguments(std::string_view text) {
  return text.find("- arguments -") != std::string_view::npos;
}

bool ownsMegatron(std::string_view line) {
  if (line.find('|') == std::string_view::npos) return beginsArguments(line);
  return iterationHead(line) || validationHead(line);
}

class MegatronFormat : public LineFormat {
 public:
  void read(const TextLine& line, TextOutput& output) override {
    if (line.text.find('|') != std::string_view::npos && readMetrics(line, output)) return;
    if (beginsArguments(line.text)) {
      in_arguments_ = true;
    } else if (in_arguments_) {
      readArgument(line, output);
    } else {
      readNote(line, output);
    }
  }

 private:
  bool readMetrics(const TextLine& line, TextOutput& output) {
    if (const auto head = iterationHead(line.text)) {
      in_arguments_ = false;
      step_ = head->steps.step;
      output.totalSteps(*head->steps.total, line.number);
      readParts(line, head->behind, "", output);
      return true;
    }
    const auto head = validationHead(line.text);
    if (!head) return false;
    readParts(line, head->behind, head->prefix, output, head->step);
    return true;
  }

  /// "| name: number | name: number |": a part counts when a '|' closes it.
  void readParts(const TextLine& line, std::string_view parts, std::string_view prefix,
                 TextOutput& output, std::optional<double> step = std::nullopt) {
    values_.start(line);
    names_.clear();
    TextCursor cursor{parts};
    while (cursor.take("|")) {
      const std::string_view part = cursor.until("|");
      if (stripped(part).empty()) continue;
      if (cursor.rest.empty()) {
        values_.leaveOut("the line ends inside of a value");
      } else {
        addPart(part, prefix);
      }
    }
    values_.handOn(step ? step : step_, output);
  }

  void addPart(std::string_view part, std::string_view prefix) {
    const std::size_t colon = part.find(':');
    if (colon == std::string_view::npos) {
      return values_.refuse("a part without a value: two messages ran into one line");
    }
    std::string_view name = stripped(part.substr(0, colon));
    if (!prefix.empty()) name = names_.emplace_back(fmt::format("{}{}", prefix, name));
    values_.add(name, stripped(part.substr(colon + 1)));
  }

  /// "  num_layers ............ 24", in GPT-NeoX with "......updated" or "......default" behind.
  void readArgument(const TextLine& line, TextOutput& output) {
    if (line.text.find("end of arguments") != std::string_view::npos) {
      in_arguments_ = false;
      return;
    }
    TextCursor cursor{stripped(line.text)};
    const std::string_view key = cursor.until(" ");
    cursor.skipBlanks();
    const std::size_t dots = std::min(cursor.rest.find_first_not_of('.'), cursor.rest.size());
    if (line.cut || !isArgumentName(key) || (dots == 0 && key.size() < kWidthOfNames)) return;
    std::string_view value = stripped(cursor.rest.substr(dots));
    for (const std::string_view ending : {"updated", "default"}) {
      if (value.ends_with(fmt::format("..{}", ending))) {
        value.remove_suffix(ending.size());
        while (value.ends_with('.')) value.remove_suffix(1);
      }
    }
    output.setting(key, value, line.number);
  }

  static bool isArgumentName(std::string_view key) {
    return !key.empty() && key.find_first_not_of(
                               "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
                               "-") == std::string_view::npos;
  }

  void readNote(const TextLine& line, TextOutput& output) {
    if (readParameterCount(line, output) || line.cut) return;
    TextCursor cursor{line.text};
    if (cursor.skipPast("padded vocab (size:") && cursor.skipPast("(new size: ")) {
      if (const auto size = cursor.until(")"); wholeNumber(size)) {
        output.setting("padded_vocab_size", size, line.number);
      }
    } else if (cursor.skipPast("setting training iterations to ")) {
      if (const auto steps = cursor.whole()) output.totalSteps(*steps, line.number);
    } else if (cursor.skipPast("exiting program at iteration ")) {
      if (const auto step = cursor.until(" "); wholeNumber(step)) {
        output.setting("exiting program at iteration", step, line.number);
      }
    }
  }

  bool in_arguments_ = false;
  std::optional<double> step_;  ///< the last one trained
  LineValues values_;
  std::deque<std::string> names_;
};

}  // namespace

const TextFormat kMegatronFormat{
    "megatron", "Megatron-LM, Megatron-DeepSpeed or GPT-NeoX text log", 0.98, ownsMegatron,
    []() -> std::unique_ptr<LineFormat> { return std::make_unique<MegatronFormat>(); }};

const LogReader& megatronReader() {
  static const LogReader kReader = textReader<kMegatronFormat>();
  return kReader;
}

}  // namespace moe
