#include "data/logs/log_readers.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "data/logs/json_readers.h"
#include "data/logs/mlflow_reader.h"
#include "data/logs/table_readers.h"
#include "data/logs/tensorboard_reader.h"
#include "data/logs/text/text_readers.h"
#include "data/logs/wandb_reader.h"

namespace moe {
namespace {

std::vector<LogReader> allReaders() {
  std::vector<LogReader> readers{tensorboardReader(), wandbReader(),    huggingFaceReader(),
                                 mlflowReader(),      wandbCsvReader(), csvReader(),
                                 jsonLinesReader(),   jsonReader()};
  for (const LogReader* reader : textReaders()) readers.push_back(*reader);
  return readers;
}

}  // namespace

std::span<const LogReader> logReaders() {
  static const std::vector<LogReader> kReaders = allReaders();
  return kReaders;
}

std::string logReaderNames() {
  std::vector<std::string_view> names;
  for (const LogReader& reader : logReaders()) names.push_back(reader.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

Result<const LogReader*> logReaderNamed(std::string_view name) {
  for (const LogReader& reader : logReaders())
    if (reader.name == name) return &reader;
  return fail(ErrorKind::kUsage, "--format",
              fmt::format("'{}' is no reader; there are {}", name, logReaderNames()));
}

Result<const LogReader*> chooseLogReader(ByteSource& source) {
  const auto head = source.head();
  if (!head) return tl::unexpected(head.error());
  if (head->empty()) return fail(ErrorKind::kInput, source.path(), "is empty");
  const LogReader* best = nullptr;
  double best_score = 0;
  for (const LogReader& reader : logReaders()) {
    const double score = reader.recognises(*head);
    if (score <= best_score) continue;
    best = &reader;
    best_score = score;
  }
  if (best != nullptr) return best;
  return fail(ErrorKind::kInput, source.path(),
              fmt::format("is no log that is known; asked were {} (--format NAME reads it as one)",
                          logReaderNames()));
}

Result<const LogReader*> readLog(ByteSource& source, std::string_view format, LogSink& sink,
                                 std::stop_token stop) {
  const auto reader = format.empty() ? chooseLogReader(source) : logReaderNamed(format);
  if (!reader) return reader;
  if (const auto read = (*reader)->read(source, sink, stop); !read)
    return tl::unexpected(read.error());
  return reader;
}

}  // namespace moe
