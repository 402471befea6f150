#include "data/logs/log_table.h"

#include <algorithm>
#include <array>

#include "data/numbers.h"
#include "data/readers/column_roles.h"

namespace moe {
namespace {

/// In the order in which they win. W&B writes `_step`; "trainer/global_step" is Lightning's,
/// "train/global_step" the Hugging Face trainer's, "num_updates" fairseq's.
constexpr std::array<std::string_view, 10> kStepNames{"step",
                                                      "global_step",
                                                      "trainer_global_step",
                                                      "train_global_step",
                                                      "iteration",
                                                      "iterations",
                                                      "iter",
                                                      "steps",
                                                      "num_updates",
                                                      "it"};
constexpr std::array<std::string_view, 4> kRunNames{"run_id", "run", "run_name", "name"};
constexpr int kTextOnlyFrom = 2;  ///< a run's name is a text, its number may be a number
constexpr std::array<std::string_view, 2> kWallTimes{"_timestamp", "timestamp"};
constexpr std::array<std::string_view, 10> kPartKeys{
    "split", "phase", "mode", "stage", "type", "kind", "event", "set", "subset", "partition"};
constexpr std::array<std::string_view, 9> kParts{
    "train", "training", "val", "valid", "validation", "eval", "evaluation", "test", "dev"};
constexpr std::array<std::string_view, 4> kMetricNames{"metric", "metric_name", "tag", "key"};

template <std::size_t kSize>
std::optional<int> rankOf(const std::array<std::string_view, kSize>& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<int>(found - names.begin());
}

bool isPart(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return rankOf(kParts, lower).has_value();
}

/// What a data set is called, from the path of its file: its folder, else the file.
std::string_view dataSetName(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return path.substr(0, path.find('.'));
  const std::string_view folder = path.substr(0, slash);
  return folder.substr(folder.rfind('/') + 1);
}

}  // namespace

LogTable::Column LogTable::columnNamed(std::string_view key) {
  Column column;
  column.key = key;
  const std::string normal = normalisedName(key);
  const auto mean = [&column](Meaning meaning, int rank) {
    column.meaning = meaning;
    column.rank = rank;
  };
  if (key == "_step") {
    mean(Meaning::kStep, -1);
  } else if (const auto step = rankOf(kStepNames, normal)) {
    mean(Meaning::kStep, *step);
  } else if (const auto run = rankOf(kRunNames, normal)) {
    mean(Meaning::kRun, *run);
  } else if (rankOf(kWallTimes, key) || normal == "wall_time") {
    mean(Meaning::kWallTime, 0);
  } else if (rankOf(kPartKeys, normal)) {
    mean(Meaning::kPart, 0);
  } else if (normal == "val_data") {
    mean(Meaning::kDataSet, 0);
  } else if (rankOf(kMetricNames, normal)) {
    mean(Meaning::kMetric, 0);
  } else if (normal == "value") {
    mean(Meaning::kMetricValue, 0);
  }
  return column;
}

void LogTable::findColumns(std::span<const LogCell> cells) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i == columns_.size()) {
      columns_.push_back(columnNamed(cells[i].key));
    } else if (columns_[i].key != cells[i].key) {
      // Rows without some member have the same keys one place earlier.
      const auto later =
          std::find_if(columns_.begin() + static_cast<std::ptrdiff_t>(i), columns_.end(),
                       [&](const Column& column) { return column.key == cells[i].key; });
      if (later != columns_.end()) {
        std::swap(columns_[i], *later);
      } else {
        columns_.insert(columns_.begin() + static_cast<std::ptrdiff_t>(i),
                        columnNamed(cells[i].key));
      }
    }
  }
  constexpr std::size_t kMostColumns = 1 << 16;
  if (columns_.size() > kMostColumns) columns_.resize(std::max(cells.size(), kMostColumns / 2));
}

/// The cell that is the step or the run: that of `key`, or, while there is none, the first in rank.
std::optional<std::size_t> LogTable::chosen(std::span<const LogCell> cells, Meaning meaning,
                                            std::string& key) const {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (columns_[i].meaning != meaning) continue;
    const bool number = cells[i].number.has_value();
    const bool fits =
        meaning == Meaning::kStep ? number : !number || columns_[i].rank < kTextOnlyFrom;
    if (!fits || (!key.empty() && cells[i].key != key)) continue;
    if (!best || columns_[i].rank < columns_[*best].rank) best = i;
  }
  if (best) key = cells[*best].key;
  return best;
}

std::string LogTable::partOf(std::span<const LogCell> cells) const {
  std::string part;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (cells[i].number) continue;
    const bool data_set = columns_[i].meaning == Meaning::kDataSet;
    if (!data_set && (columns_[i].meaning != Meaning::kPart || !isPart(cells[i].text))) continue;
    part += data_set ? dataSetName(cells[i].text) : cells[i].text;
    part += '/';
  }
  return part;
}

void LogTable::changeRun(std::string_view id) {
  if (run_ == id) return;
  run_ = id;
  for (Column& column : columns_) {
    column.last_text.clear();
    column.changes = 0;
  }
  sink_.run(id);
}

void LogTable::handTextOn(std::size_t index, const LogCell& cell, std::size_t place) {
  constexpr int kMostChanges = 256;
  Column& column = columns_[index];
  if (cell.text.empty() || column.changes == kMostChanges || column.last_text == cell.text) return;
  column.last_text = cell.text;
  ++column.changes;
  sink_.setting({cell.key, cell.text, place});
}

/// Long form: the number under `value` is called as `metric` says; without that it is "value".
void LogTable::addMetric(std::span<const LogCell> cells) {
  std::string_view name;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (columns_[i].meaning == Meaning::kMetric && !cells[i].number) name = cells[i].text;
  }
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (columns_[i].meaning != Meaning::kMetricValue || !cells[i].number) continue;
    values_.push_back({name.empty() ? cells[i].key : name, *cells[i].number});
  }
}

void LogTable::row(std::span<const LogCell> cells, std::size_t place) {
  findColumns(cells);
  const auto run = chosen(cells, Meaning::kRun, run_key_);
  if (run)
    changeRun(cells[*run].number ? exactNumber(*cells[*run].number)
                                 : std::string(cells[*run].text));
  const auto step = chosen(cells, Meaning::kStep, step_key_);
  const std::string part = partOf(cells);
  LogRecord record{{}, step ? cells[*step].number : std::nullopt, place, std::nullopt};
  values_.clear();
  addMetric(cells);
  const bool long_form = !values_.empty();
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const LogCell& cell = cells[i];
    const Meaning meaning = columns_[i].meaning;
    if (i == run || i == step || meaning == Meaning::kMetricValue) continue;
    if (long_form && meaning == Meaning::kMetric) continue;
    if (meaning == Meaning::kWallTime && cell.number) {
      record.wall_time_s = cell.number;
    } else if (cell.number) {
      values_.push_back({cell.key, *cell.number});
    } else if (meaning != Meaning::kPart || !isPart(cell.text)) {
      handTextOn(i, cell, place);
    }
  }
  this->record(record, part);
}

void LogTable::record(LogRecord record, const std::string& part) {
  if (values_.empty()) return;
  if (!part.empty()) {
    names_.resize(std::max(names_.size(), values_.size()));
    for (std::size_t i = 0; i < values_.size(); ++i) {
      names_[i] = part;
      names_[i] += values_[i].name;
      values_[i].name = names_[i];
    }
  }
  record.values = values_;
  sink_.record(record);
}

bool LogTable::settings(std::span<const LogCell> cells, std::size_t place) {
  findColumns(cells);
  std::string key;
  const auto run = chosen(cells, Meaning::kRun, key);
  if (run && !cells[*run].number) changeRun(cells[*run].text);
  for (const LogCell& cell : cells) {
    const std::string number = cell.number ? exactNumber(*cell.number) : std::string();
    sink_.setting({cell.key, cell.number ? number : cell.text, place});
  }
  return run && !cells[*run].number;
}

}  // namespace moe
