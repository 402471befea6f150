#include "data/logs/mlflow_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "data/logs/reading.h"
#include "data/numbers.h"
#include "data/readers/file_text.h"

namespace moe {
namespace {

namespace fs = std::filesystem;

struct MetricPoint {
  double time_s = 0;
  double value = 0;
  std::optional<double> step;
};

std::vector<std::string_view> wordsOf(std::string_view line) {
  std::vector<std::string_view> words;
  while (words.size() < 4) {
    const std::size_t start = line.find_first_not_of(" \t\r");
    if (start == std::string_view::npos) break;
    const std::size_t end = std::min(line.find_first_of(" \t\r", start), line.size());
    words.push_back(line.substr(start, end - start));
    line.remove_prefix(end);
  }
  return words;
}

bool isWhole(double number) { return std::isfinite(number) && number == std::floor(number); }

/// "1700000000000 2.5 100"; the time is a whole number of milliseconds after 2001.
std::optional<MetricPoint> metricPoint(std::string_view line) {
  const std::vector<std::string_view> words = wordsOf(line);
  if (words.size() < 2 || words.size() > 3) return std::nullopt;
  const std::optional<double> time = parseNumber(words[0]);
  const std::optional<double> value = parseNumber(words[1]);
  if (!time || !value || !isWhole(*time) || *time < 1e12 || *time > 1e14) return std::nullopt;
  MetricPoint point{*time / 1000, *value, std::nullopt};
  if (words.size() == 3) {
    point.step = parseNumber(words[2]);
    if (!point.step || !isWhole(*point.step)) return std::nullopt;
  }
  return point;
}

double recognisesMlflow(std::string_view head) {
  int lines = 0;
  int points = 0;
  for (; lines < 20 && !head.empty(); ++lines) {
    const std::size_t end = head.find('\n');
    if (end == std::string_view::npos && lines > 0) break;  // it may be cut off
    if (metricPoint(head.substr(0, end))) ++points;
    head.remove_prefix(std::min(head.size(), end == std::string_view::npos ? end : end + 1));
  }
  return lines > 0 && 2 * points > lines ? 0.95 : 0;
}

/// What stands behind the last "/metrics/", else the file's name.
std::string metricName(const std::string& path) {
  constexpr std::string_view kFolder = "/metrics/";
  const std::string with_slash = "/" + path;
  const std::size_t folder = with_slash.rfind(kFolder);
  if (folder != std::string::npos) return with_slash.substr(folder + kFolder.size());
  return fs::path(path).filename().string();
}

class MetricFile {
 public:
  MetricFile(Reading& reading, std::string name) : reading_(reading), name_(std::move(name)) {}

  void read() {
    while (!reading_.stopped() && nextLine()) {
    }
  }
  std::size_t line() const { return line_; }

 private:
  bool nextLine() {
    constexpr std::size_t kLongestLine = 4096;
    ByteWindow& window = reading_.window;
    std::size_t end = window.view().find('\n');
    while (end == std::string_view::npos && window.view().size() <= kLongestLine && window.grow()) {
      end = window.view().find('\n');
    }
    if (window.view().empty()) return false;
    ++line_;
    if (end == std::string_view::npos || end > kLongestLine) {
      const bool long_line = window.view().size() > kLongestLine;
      reading_.skip({line_, long_line ? "a line of more than 4096 characters"
                                      : "the last line has no end and may be cut off"});
      return window.discardLine();
    }
    point(window.view().substr(0, end));
    window.take(end + 1);
    return true;
  }

  void point(std::string_view line) {
    if (trimmed(line).empty()) return;
    const std::optional<MetricPoint> found = metricPoint(line);
    if (!found) {
      reading_.skip({line_, fmt::format("\"{}\" is not time, value and step", line.substr(0, 60))});
      return;
    }
    const LogValue value{name_, found->value};
    reading_.record({{&value, 1}, found->step, line_, found->time_s});
  }

  Reading& reading_;
  std::string name_;
  std::size_t line_ = 0;
};

Result<void> readMlflow(ByteSource& source, LogSink& sink, std::stop_token stop) {
  Reading reading(source, sink, std::move(stop));
  MetricFile file(reading, metricName(source.path()));
  file.read();
  return reading.finish(file.line(), "holds no line of time in milliseconds, value and step");
}

/// Files below a folder, in the order of their names.
std::vector<fs::path> filesBelow(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error)) {
    std::error_code ignored;
    if (at->is_regular_file(ignored)) files.push_back(at->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// Parameters are at most 6000 characters long in MLflow.
std::optional<std::string> smallFile(const fs::path& path) {
  constexpr std::uintmax_t kLargest = 1 << 16;
  std::error_code error;
  const std::uintmax_t size = fs::file_size(path, error);
  if (error || size > kLargest) return std::nullopt;
  Result<std::string> bytes = readFileBytes(path);
  return bytes ? std::optional(std::move(*bytes)) : std::nullopt;
}

/// The plain "key: value" lines that every meta.yaml of a run has.
void handMetaOn(const fs::path& path, LogSink& sink) {
  static constexpr std::array<std::string_view, 3> kKeys{"run_id", "run_name", "status"};
  const std::optional<std::string> meta = smallFile(path);
  std::string_view rest = meta ? std::string_view(*meta) : std::string_view();
  for (std::size_t line = 1; !rest.empty(); ++line) {
    const std::string_view entry = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), entry.size() + 1));
    const std::size_t colon = entry.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view key = trimmed(entry.substr(0, colon));
    if (std::find(kKeys.begin(), kKeys.end(), key) == kKeys.end()) continue;
    std::string_view value = trimmed(entry.substr(colon + 1));
    const bool quoted = value.size() > 1 && (value[0] == '\'' || value[0] == '"');
    if (quoted && value.back() == value[0]) value = value.substr(1, value.size() - 2);
    sink.setting({key, value, line});
  }
}

}  // namespace

const LogReader& mlflowReader() {
  static constexpr LogReader kReader{"mlflow", "metric files of MLflow", recognisesMlflow,
                                     readMlflow};
  return kReader;
}

std::optional<fs::path> mlflowRunFolder(const fs::path& file) {
  std::error_code ignored;
  for (fs::path folder = file.parent_path(); folder.has_relative_path();
       folder = folder.parent_path()) {
    const bool run = fs::is_directory(folder / "metrics", ignored) &&
                     (fs::is_directory(folder / "params", ignored) ||
                      fs::is_regular_file(folder / "meta.yaml", ignored));
    if (run) return folder;
  }
  return std::nullopt;
}

void handMlflowSettingsOn(const fs::path& run_folder, LogSink& sink) {
  handMetaOn(run_folder / "meta.yaml", sink);
  for (const std::string_view kind : {"params", "tags"}) {
    const fs::path folder = run_folder / kind;
    for (const fs::path& path : filesBelow(folder)) {
      const std::string key = path.lexically_relative(folder).generic_string();
      const std::optional<std::string> value = smallFile(path);
      if (value) sink.setting({key, trimmed(*value), 1});
      if (!value) sink.skip({0, fmt::format("{}: cannot be read", path.string())});
    }
  }
}

}  // namespace moe
