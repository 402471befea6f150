#include "data/logs/text/common_settings.h"
#include "data/logs/text/flat_dict.h"
#include "data/logs/text/line_values.h"
#include "data/logs/text/text_cursor.h"
#include "data/logs/text/text_formats.h"
#include "data/logs/text/text_readers.h"

namespace moe {
namespace {

/// Where "{'loss': ..." or "{'eval_loss': ..." begins: a dictionary of Python with a key of the
/// Trainer. JSON with its double quotes is left to the readers of JSON.
std::size_t trainerDict(std::string_view line) {
  const std::size_t open = line.find("{'");
  if (open == std::string_view::npos) return open;
  const std::string_view dict = line.substr(open);
  const bool of_trainer = dict.find("'epoch':") != std::string_view::npos ||
                          dict.find("'learning_rate':") != std::string_view::npos;
  const bool has_loss = dict.find("loss':") != std::string_view::npos;
  return of_trainer && has_loss ? open : std::string_view::npos;
}

bool ownsTrainer(std::string_view line) { return trainerDict(line) != std::string_view::npos; }

class TrainerTextFormat : public LineFormat {
 public:
  void read(const TextLine& line, TextOutput& output) override {
    const std::size_t open = trainerDict(line.text);
    if (open != std::string_view::npos) return readDict(line, open, output);
    if (!readTrainingSetup(line, output)) readParameterCount(line, output);
  }

 private:
  void readDict(const TextLine& line, std::size_t open, TextOutput& output) {
    values_.start(line);
    std::optional<double> step;
    FlatDict dict(line.text.substr(open));
    while (const auto entry = dict.next()) {
      values_.add(entry->key, entry->value);
      if (entry->key == "step" || entry->key == "global_step") step = wholeNumber(entry->value);
    }
    if (!dict.closed()) values_.refuse("the dictionary is not closed");
    if (trainerDict(dict.rest()) != std::string_view::npos) {
      values_.refuse("two dictionaries in one line");
    }
    values_.handOn(step, output);
  }

  LineValues values_;
};

}  // namespace

const TextFormat kTrainerTextFormat{
    "trainer_text", "what the Hugging Face Trainer prints", 0.9, ownsTrainer,
    []() -> std::unique_ptr<LineFormat> { return std::make_unique<TrainerTextFormat>(); }};

const LogReader& trainerTextReader() {
  static const LogReader kReader = textReader<kTrainerTextFormat>();
  return kReader;
}

}  // namespace moe
