#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/logs/log_reader.h"
#include "data/logs/log_sink.h"

namespace moe::test {

/// What a reader handed on, copied.
struct RecordingSink final : LogSink {
  struct Record {
    std::string run;
    std::vector<std::pair<std::string, double>> values;
    std::optional<double> step;
    std::size_t place = 0;
    std::optional<double> wall_time_s;

    std::optional<double> value(std::string_view name) const {
      for (const auto& [key, number] : values) {
        if (key == name) return number;
      }
      return std::nullopt;
    }
  };

  void run(std::string_view id) override {
    current_run = id;
    runs.push_back(current_run);
  }
  void setting(const LogSetting& setting) override {
    settings[std::string(setting.key)] = setting.value;
  }
  void record(const LogRecord& record) override {
    Record copy{current_run, {}, record.step, record.place, record.wall_time_s};
    for (const LogValue& value : record.values) {
      copy.values.emplace_back(std::string(value.name), value.value);
    }
    records.push_back(std::move(copy));
  }
  void skip(LogSkip skip) override {
    skips.push_back(fmt::format("{}: {}", skip.place, skip.reason));
  }

  /// The points of one series in the order of the log.
  std::vector<std::pair<double, double>> series(std::string_view name,
                                                std::string_view of_run = "") const {
    std::vector<std::pair<double, double>> points;
    for (const Record& record : records) {
      const std::optional<double> value = record.value(name);
      if (!value || (!of_run.empty() && record.run != of_run)) continue;
      points.emplace_back(record.step.value_or(-1), *value);
    }
    return points;
  }

  std::string current_run;
  std::vector<std::string> runs;
  std::map<std::string, std::string> settings;
  std::vector<Record> records;
  std::vector<std::string> skips;
  std::string error;  ///< of the reading, as it is shown
};

inline RecordingSink readSource(const LogReader& reader, ByteSource source) {
  RecordingSink sink;
  const Result<void> done = reader.read(source, sink, {});
  if (!done) sink.error = describe(done.error());
  return sink;
}

inline RecordingSink readText(const LogReader& reader, std::string_view text,
                              std::string name = "log") {
  return readSource(reader, ByteSource::ofMemory(text, std::move(name)));
}

/// A file below tests/golden/logs.
inline RecordingSink readSample(const LogReader& reader, std::string_view name) {
  Result<ByteSource> source =
      ByteSource::open(std::string(MOEPLAN_SOURCE_DIR "/tests/golden/logs/") + std::string(name));
  if (source) return readSource(reader, std::move(*source));
  RecordingSink sink;
  sink.error = describe(source.error());
  return sink;
}

}  // namespace moe::test
