#include <fmt/format.h>

#include <deque>

#include "data/logs/text/flat_dict.h"
#include "data/logs/text/line_values.h"
#include "data/logs/text/text_cursor.h"
#include "data/logs/text/text_formats.h"
#include "data/logs/text/text_readers.h"

namespace moe {
namespace {

/// Where the JSON of "... | INFO | train_inner | {"epoch": 1, ...}" begins.
std::size_t fairseqDict(std::string_view line) {
  for (const std::string_view part : {"| train_inner | {", "| train | {", "| valid | {"}) {
    const std::size_t at = line.find(part);
    if (at != std::string_view::npos) return at + part.size() - 1;
  }
  // Validation sets have names of their own: "| valid_arxiv | {".
  const std::size_t at = line.find("| valid_");
  const std::size_t open = at == std::string_view::npos ? at : line.find(" | {", at);
  return open == std::string_view::npos ? open : open + 3;
}

bool ownsFairseq(std::string_view line) {
  const std::size_t open = fairseqDict(line);
  return open != std::string_view::npos && line.find("num_updates\":", open) != line.npos;
}

class FairseqFormat : public LineFormat {
 public:
  void read(const TextLine& line, TextOutput& output) override {
    if (!ownsFairseq(line.text)) return;
    values_.start(line);
    names_.clear();
    std::optional<double> step;
    FlatDict dict(line.text.substr(fairseqDict(line.text)));
    while (const auto entry = dict.next()) {
      values_.add(nameWithUnit(entry->key), entry->value);
      if (entry->key.ends_with("num_updates")) step = wholeNumber(entry->value);
    }
    if (!dict.closed()) values_.refuse("the dictionary is not closed");
    if (!step) values_.refuse("num_updates is no whole number");
    values_.handOn(step, output);
  }

 private:
  /// fairseq divides its losses by ln 2: bits per token.
  std::string_view nameWithUnit(std::string_view name) {
    if (!name.ends_with("loss")) return name;
    return names_.emplace_back(fmt::format("{} (bits)", name));
  }

  LineValues values_;
  std::deque<std::string> names_;
};

}  // namespace

const TextFormat kFairseqFormat{
    "fairseq", "fairseq or metaseq text log", 0.95, ownsFairseq,
    []() -> std::unique_ptr<LineFormat> { return std::make_unique<FairseqFormat>(); }};

const LogReader& fairseqReader() {
  static const LogReader kReader = textReader<kFairseqFormat>();
  return kReader;
}

}  // namespace moe
