#include "data/logs/json_readers.h"

#include <fmt/format.h>

#include "data/logs/json_columns.h"
#include "data/logs/json_history.h"
#include "data/numbers.h"

namespace moe {
namespace {

constexpr std::string_view kNoRows = "holds no row of numbers";

std::string_view withoutMark(std::string_view head) {
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  return head.substr(std::min(head.find_first_not_of(" \t\r\n"), head.size()));
}

bool holds(std::string_view head, std::string_view word) {
  return head.find(word) != std::string_view::npos;
}

/// A trainer_state.json begins with `best_metric` and has `log_history` after a dozen members.
double recognisesHuggingFace(std::string_view head) {
  const std::string_view json = withoutMark(head);
  if (!json.starts_with('{') || !holds(json, "\"log_history\"")) return 0;
  return holds(json, "\"global_step\"") || holds(json, "\"best_metric\"") ? 1 : 0.85;
}

/// Whether the text is an object and stays one to the end of what is there.
bool looksLikeJson(std::string_view json) {
  ByteWindow window(json);
  JsonStream stream(window);
  for (int events = 0; events < 200; ++events) {
    const JsonEvent event = stream.next();
    if (event == JsonEvent::kEnd) return true;
    if (event == JsonEvent::kBroken) return stream.cutOff();
  }
  return true;
}

/// Whether the first line is a whole object.
bool firstLineIsObject(std::string_view json) {
  const std::string_view line = trimmed(json.substr(0, json.find('\n')));
  if (!line.starts_with('{') || !line.ends_with('}')) return false;
  ByteWindow window(line);
  JsonStream stream(window);
  stream.next();
  return passOverJson(stream) && stream.next() == JsonEvent::kEnd;
}

double recognisesJsonLines(std::string_view head) {
  const std::string_view json = withoutMark(head);
  if (!json.starts_with('{')) return 0;
  if (firstLineIsObject(json)) {
    const std::size_t end = json.find('\n');
    const bool more =
        end != std::string_view::npos && withoutMark(json.substr(end)).starts_with('{');
    return more ? 0.95 : 0.7;
  }
  // The first line may be the broken one.
  const std::size_t end = json.find('\n');
  return end != std::string_view::npos && firstLineIsObject(json.substr(end + 1)) ? 0.7 : 0;
}

double recognisesJson(std::string_view head) {
  const std::string_view json = withoutMark(head);
  if (!json.starts_with('{') && !json.starts_with('[')) return 0;
  return looksLikeJson(json) ? 0.8 : 0.2;
}

Result<void> readHuggingFace(ByteSource& source, LogSink& sink, std::stop_token stop) {
  Reading reading(source, sink, std::move(stop));
  JsonHistory history(reading, "log_history");
  history.readDocuments();
  return reading.finish(history.line(), "holds no entry of log_history");
}

Result<void> readJsonLog(ByteSource& source, LogSink& sink, std::stop_token stop) {
  const Result<std::string_view> head = source.head();
  if (!head) return tl::unexpected(head.error());
  if (looksLikeJsonColumns(withoutMark(*head)))
    return readJsonColumns(source, sink, std::move(stop));
  Reading reading(source, sink, std::move(stop));
  JsonHistory history(reading, "");
  history.readDocuments();
  return reading.finish(history.line(), kNoRows);
}

Result<void> readJsonLinesLog(ByteSource& source, LogSink& sink, std::stop_token stop) {
  Reading reading(source, sink, std::move(stop));
  JsonHistory history(reading, "");
  history.readLines();
  return reading.finish(history.line(), kNoRows);
}

}  // namespace

const LogReader& huggingFaceReader() {
  static constexpr LogReader kReader{"hf-trainer", "trainer_state.json of the Hugging Face Trainer",
                                     recognisesHuggingFace, readHuggingFace};
  return kReader;
}

const LogReader& jsonReader() {
  static constexpr LogReader kReader{"json", "JSON: a list of rows, or settings with lists of rows",
                                     recognisesJson, readJsonLog};
  return kReader;
}

const LogReader& jsonLinesReader() {
  static constexpr LogReader kReader{"jsonl", "JSON Lines, such as W&B histories",
                                     recognisesJsonLines, readJsonLinesLog};
  return kReader;
}

}  // namespace moe
