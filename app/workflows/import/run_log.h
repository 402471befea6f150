#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "app/workflows/import/log_roles.h"
#include "app/workflows/import/series_log.h"
#include "data/logs/log_sink.h"

namespace moe {

/// A setting, and where it stands.
struct LoggedSetting {
  std::string key;
  std::string value;
  std::size_t file = 0;
  std::size_t place = 0;
  std::string before = {};  ///< the first value that it had, where the log changes it
};

/// How series are followed.
struct RunLogOptions {
  LossWindows windows;
  std::string loss_series;              ///< watched as a loss whatever its name; empty: by name
  std::vector<std::string> map_series;  ///< further names that mean something (--map)
};

/// Everything that is kept of one run's log: its settings and its series, in memory that does not
/// grow with the length of the log.
class RunLog {
 public:
  explicit RunLog(RunLogOptions options) : options_(std::move(options)) {}
  /// The same run to be read again, with what the first reading found of restarts.
  static RunLog again(const RunLog& first);

  void setting(const LogSetting& setting, std::size_t file);
  void record(const LogRecord& record, std::size_t file);
  void startPiece();
  void finish();

  const std::vector<LoggedSetting>& settings() const { return settings_; }
  const std::vector<std::unique_ptr<SeriesLog>>& series() const { return series_; }
  const SeriesLog* seriesNamed(std::string_view name) const;
  std::size_t records() const { return records_; }
  std::size_t namesLeftOut() const { return names_left_out_; }
  bool needsSecondReading() const;
  std::optional<double> lowestStep() const { return lowest_step_; }
  std::optional<double> highestStep() const { return highest_step_; }

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  SeriesLog* find(std::string_view name, std::size_t hint);
  SeriesLog* addSeries(std::string_view name);

  RunLogOptions options_;
  std::vector<LoggedSetting> settings_;
  std::unordered_map<std::string, std::size_t, Hash, std::equal_to<>> setting_index_;
  std::vector<std::unique_ptr<SeriesLog>> series_;
  std::unordered_map<std::string, std::size_t, Hash, std::equal_to<>> series_index_;
  std::unordered_map<std::string, std::vector<double>> cutoffs_;  ///< of the first reading
  std::vector<std::size_t> recent_;  ///< series of the last record, by position in it
  std::size_t records_ = 0;
  std::size_t names_left_out_ = 0;
  std::optional<double> lowest_step_;
  std::optional<double> highest_step_;
};

}  // namespace moe
