#include "app/workflows/import/run_log.h"

#include <algorithm>
#include <cmath>

namespace moe {
namespace {

// A log that has more is not one that people wrote; what is beyond is counted, not kept.
constexpr std::size_t kMostSettings = 4096;
constexpr std::size_t kMostSeries = 4096;
constexpr std::size_t kLongestText = 1024;

}  // namespace

RunLog RunLog::again(const RunLog& first) {
  RunLog second(first.options_);
  for (const auto& series : first.series_)
    if (series->needsSecondReading()) second.cutoffs_[series->name()] = series->cutoffs();
  return second;
}

void RunLog::setting(const LogSetting& setting, std::size_t file) {
  LoggedSetting kept{std::string(setting.key.substr(0, kLongestText)),
                     std::string(setting.value.substr(0, kLongestText)), file, setting.place};
  if (const auto known = setting_index_.find(kept.key); known != setting_index_.end()) {
    LoggedSetting& held = settings_[known->second];
    kept.before = !held.before.empty() || held.value == kept.value ? held.before : held.value;
    held = std::move(kept);
    return;
  }
  if (settings_.size() >= kMostSettings) {
    ++names_left_out_;
    return;
  }
  setting_index_.emplace(kept.key, settings_.size());
  settings_.push_back(std::move(kept));
}

SeriesLog* RunLog::addSeries(std::string_view series_name) {
  if (series_.size() >= kMostSeries) {
    ++names_left_out_;
    return nullptr;
  }
  const std::string key(series_name);
  const bool watched = key == options_.loss_series || lossKind(key).is_loss;
  const auto known = cutoffs_.find(key);
  series_.push_back(
      std::make_unique<SeriesLog>(key, watched ? std::optional(options_.windows) : std::nullopt,
                                  known == cutoffs_.end() ? std::vector<double>() : known->second));
  series_index_.emplace(key, series_.size() - 1);
  return series_.back().get();
}

/// Records repeat the names of those before them in the same order: `hint` is the place in it.
SeriesLog* RunLog::find(std::string_view series_name, std::size_t hint) {
  series_name = series_name.substr(0, kLongestText);
  if (hint < recent_.size() && series_[recent_[hint]]->name() == series_name)
    return series_[recent_[hint]].get();
  SeriesLog* found = nullptr;
  std::size_t index = 0;
  if (const auto known = series_index_.find(series_name); known != series_index_.end()) {
    index = known->second;
    found = series_[index].get();
  } else {
    found = addSeries(series_name);
    index = series_.size() - 1;
  }
  if (found == nullptr) return nullptr;
  if (hint < recent_.size()) {
    recent_[hint] = index;
  } else if (hint == recent_.size()) {
    recent_.push_back(index);
  }
  return found;
}

void RunLog::record(const LogRecord& record, std::size_t file) {
  ++records_;
  for (std::size_t i = 0; i < record.values.size(); ++i) {
    if (SeriesLog* series = find(record.values[i].name, i))
      series->add({record.step, record.values[i].value, file, record.place});
  }
  if (!record.step || !std::isfinite(*record.step)) return;
  lowest_step_ = std::min(lowest_step_.value_or(*record.step), *record.step);
  highest_step_ = std::max(highest_step_.value_or(*record.step), *record.step);
}

void RunLog::startPiece() {
  for (const auto& series : series_) series->startPiece();
}

void RunLog::finish() {
  for (const auto& series : series_) series->finish();
}

const SeriesLog* RunLog::seriesNamed(std::string_view series_name) const {
  const auto known = series_index_.find(series_name);
  return known == series_index_.end() ? nullptr : series_[known->second].get();
}

bool RunLog::needsSecondReading() const {
  return std::any_of(series_.begin(), series_.end(),
                     [](const auto& series) { return series->needsSecondReading(); });
}

}  // namespace moe
