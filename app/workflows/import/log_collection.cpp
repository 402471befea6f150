#include "app/workflows/import/log_collection.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <map>
#include <set>
#include <utility>

#include "app/workflows/import/file_hash.h"
#include "data/logs/log_folder.h"
#include "data/logs/log_readers.h"
#include "data/logs/mlflow_reader.h"

namespace moe {
namespace {

constexpr std::size_t kMostSkipsListed = 20;
constexpr std::size_t kRecordsBetweenReports = 4096;

/// Read together with the metrics of its run.
constexpr const char* kMlflowSetting = "mlflow settings";

/// A file of an MLflow run's folder that holds no metric: a parameter, a tag, an artifact.
bool isMlflowSetting(const LogFile& file) {
  if (file.given) return false;
  const auto folder = mlflowRunFolder(file.path);
  if (!folder) return false;
  const std::string below = file.path.lexically_relative(*folder).generic_string();
  return !below.starts_with("metrics/");
}

/// A table that an import wrote, or its sidecar: a folder of logs may hold them.
bool isOwnProduct(const std::filesystem::path& path) {
  constexpr std::string_view kSidecar = ".provenance.json";
  std::error_code ignored;
  return path.string().ends_with(kSidecar) ||
         std::filesystem::exists(path.string() + std::string(kSidecar), ignored);
}

/// The steps of one file of a run.
struct PieceSteps {
  std::size_t file = 0;
  std::optional<double> low;
  double high = 0;
};

struct GroupRun {
  std::string id;  ///< as the reader names it; empty: the only one
  std::vector<PieceSteps> pieces;
  RunLog log;
};

/// Sorts what a reader hands on into the runs of one group.
class GroupSink : public LogSink {
 public:
  GroupSink(std::vector<GroupRun>& runs, RunLogOptions options)
      : runs_(runs), options_(std::move(options)) {
    for (std::size_t i = 0; i < runs_.size(); ++i) index_[runs_[i].id] = i;
  }

  void startFile(std::size_t file, ImportedFile& facts, std::function<void()> report) {
    file_ = file;
    facts_ = &facts;
    report_ = std::move(report);
    current_.reset();
  }

  void run(std::string_view id) override { select(id); }

  void setting(const LogSetting& setting) override {
    if (!current_) select("");
    runs_[*current_].log.setting(setting, file_);
  }

  void record(const LogRecord& record) override {
    if (!current_) select("");
    GroupRun& run = runs_[*current_];
    run.log.record(record, file_);
    if (record.step) {
      PieceSteps& piece = run.pieces.back();
      if (!piece.low) piece.low = piece.high = *record.step;
      piece.low = std::min(*piece.low, *record.step);
      piece.high = std::max(piece.high, *record.step);
    }
    if (++records_ % kRecordsBetweenReports == 0) report_();
  }

  void skip(LogSkip skip) override {
    ++facts_->skips;
    if (facts_->first_skips.size() < kMostSkipsListed)
      facts_->first_skips.push_back(std::move(skip));
  }

 private:
  void select(std::string_view id) {
    const auto [known, fresh] = index_.emplace(std::string(id), runs_.size());
    if (fresh) runs_.push_back({std::string(id), {}, RunLog(options_)});
    current_ = known->second;
    GroupRun& run = runs_[*current_];
    const auto piece =
        std::find_if(run.pieces.begin(), run.pieces.end(),
                     [&](const PieceSteps& known_piece) { return known_piece.file == file_; });
    if (piece != run.pieces.end()) return;
    if (!run.pieces.empty()) run.log.startPiece();
    run.pieces.push_back({file_, std::nullopt, 0});
    ++facts_->runs;
  }

  std::vector<GroupRun>& runs_;
  RunLogOptions options_;
  std::map<std::string, std::size_t, std::less<>> index_;
  std::size_t file_ = 0;
  ImportedFile* facts_ = nullptr;
  std::function<void()> report_;
  std::optional<std::size_t> current_;
  std::size_t records_ = 0;
};

/// What people called a run that MLflow names by a number.
std::optional<std::string> mlflowName(const RunLog& log, const ImportedFile& file) {
  if (file.reader != mlflowReader().name) return std::nullopt;
  for (const LoggedSetting& setting : log.settings())
    if (setting.key == "run_name" && !setting.value.empty()) return setting.value;
  return std::nullopt;
}

class Collection {
 public:
  Collection(const ImportRequest& request, const ImportPlan& plan, std::stop_token stop,
             const ProgressSink& progress)
      : request_(request), stop_(std::move(stop)), progress_(progress) {
    options_.windows = plan.loss.windows;
    options_.loss_series = plan.loss_series;
    rule_ = plan.pieces;
  }

  Result<CollectedLogs> collect() {
    auto found = findLogFiles(request_.logs);
    if (!found) return tl::unexpected(found.error());
    files_ = std::move(*found);
    if (auto safe = checkOut(); !safe) return tl::unexpected(safe.error());
    if (auto known = chooseReaders(); !known) return tl::unexpected(known.error());
    for (LogGroup& group : groupLogFiles(logs_, formats_, rule_)) {
      for (std::size_t& file : group.files) file = number_[file];
      if (auto read = readGroup(group); !read) return tl::unexpected(read.error());
    }
    if (result_.runs.empty()) return noLog();
    nameRuns();
    hashSettings();
    return std::move(result_);
  }

 private:
  /// No log is written over.
  Result<void> checkOut() const {
    if (request_.preview) return {};
    for (const LogFile& file : files_) {
      std::error_code ignored;
      const bool made_before = !file.given && isOwnProduct(file.path);
      if (!made_before && std::filesystem::equivalent(file.path, request_.out, ignored))
        return fail(ErrorKind::kUsage, "--out",
                    fmt::format("{} is one of the logs; name another file", request_.out));
    }
    return {};
  }

  Result<void> chooseReaders() {
    for (std::size_t i = 0; i < files_.size(); ++i) {
      ImportedFile& file = result_.files.emplace_back();
      file.path = files_[i].path.string();
      file.name = files_[i].name;
      if (!files_[i].given && isOwnProduct(files_[i].path)) {
        file.problem = "written by an import";
        continue;
      }
      if (isMlflowSetting(files_[i])) {
        file.reader = kMlflowSetting;
        continue;
      }
      const auto reader = readerOf(files_[i], file);
      if (reader) {
        file.reader = (*reader)->name;
        logs_.push_back(files_[i]);
        formats_.push_back((*reader)->name);
        number_.push_back(i);
        total_bytes_ += file.bytes;
        continue;
      }
      file.problem = reader.error().message;
      if (files_[i].given && !request_.skip_bad) return tl::unexpected(reader.error());
    }
    if (logs_.empty()) return noLog();
    return {};
  }

  tl::unexpected<Error> noLog() const {
    return fail(ErrorKind::kInput, request_.logs.front(),
                fmt::format("of {} file{} none is a log that is known", files_.size(),
                            files_.size() == 1 ? "" : "s"));
  }

  Result<const LogReader*> readerOf(const LogFile& log, ImportedFile& file) const {
    auto source = ByteSource::open(log.path);
    if (!source) return tl::unexpected(source.error());
    file.bytes = source->fileSize();
    file.compression = source->compression();
    return request_.format.empty() ? chooseLogReader(*source) : logReaderNamed(request_.format);
  }

  Result<void> readGroup(LogGroup& group) {
    std::vector<GroupRun> runs;
    if (auto read = readFiles(group, runs); !read) return read;
    if (sortByStep(group, runs)) {
      runs.clear();
      if (auto read = readFiles(group, runs); !read) return read;
    }
    const bool again = std::any_of(
        runs.begin(), runs.end(), [](const GroupRun& run) { return run.log.needsSecondReading(); });
    if (again) {
      for (GroupRun& run : runs) {
        run.log = RunLog::again(run.log);
        run.pieces.clear();
      }
      if (auto read = readFiles(group, runs); !read) return read;
    }
    for (GroupRun& run : runs) {
      run.log.finish();
      CollectedRun collected{run.id.empty() ? group.name : run.id, {}, std::move(run.log)};
      if (const auto named = mlflowName(collected.log, result_.files[group.files.front()]))
        collected.id = *named;
      for (const PieceSteps& piece : run.pieces) collected.files.push_back(piece.file);
      result_.runs.push_back(std::move(collected));
      group_names_.push_back(group.name);
    }
    return {};
  }

  Result<void> readFiles(const LogGroup& group, std::vector<GroupRun>& runs) {
    GroupSink sink(runs, options_);
    std::set<std::size_t> unusable;
    for (const std::size_t number : group.files) {
      if (auto read = readFile(number, number == group.files.front(), sink); !read) {
        const bool fatal = files_[number].given && !request_.skip_bad;
        if (read.error().kind == ErrorKind::kCancelled || fatal) return read;
        result_.files[number].problem = read.error().message;
        unusable.insert(number);
      }
    }
    std::erase_if(runs, [&](const GroupRun& run) {
      return std::any_of(run.pieces.begin(), run.pieces.end(),
                         [&](const PieceSteps& piece) { return unusable.contains(piece.file); });
    });
    return {};
  }

  Result<void> readFile(std::size_t number, bool first_of_group, GroupSink& sink) {
    ImportedFile& file = result_.files[number];
    file.runs = file.skips = 0;
    file.first_skips.clear();
    auto source = ByteSource::open(file.path);
    if (!source) return tl::unexpected(source.error());
    file.bytes = source->fileSize();
    std::future<std::string> hash;
    if (!request_.preview && file.sha256.empty())
      hash = std::async(std::launch::async, sha256OfFile, file.path, file.bytes, stop_);
    sink.startFile(number, file, [&] { report(file, *source); });
    if (file.reader == mlflowReader().name && first_of_group) {
      if (const auto folder = mlflowRunFolder(file.path)) handMlflowSettingsOn(*folder, sink);
    }
    const auto read = readLog(*source, file.reader, sink, stop_);
    if (hash.valid()) file.sha256 = hash.get();
    file.cut_off = source->cutOff();
    if (stop_.stop_requested()) return fail(ErrorKind::kCancelled, "", "interrupted");
    if (const auto& damage = source->problem())
      return fail(ErrorKind::kInput, damage->where,
                  damage->message + "; nothing of the file is used, as what it says may be wrong");
    if (!read) return tl::unexpected(withOtherReaders(read.error()));
    done_bytes_ += file.bytes;
    return {};
  }

  /// A file that was taken for the wrong kind can be read as another.
  Error withOtherReaders(Error error) const {
    if (request_.format.empty())
      error.message +=
          fmt::format(" (--format NAME reads it as another kind: {})", logReaderNames());
    return error;
  }

  void report(const ImportedFile& file, const ByteSource& source) const {
    if (!progress_) return;
    const auto bytes = static_cast<double>(done_bytes_ + source.bytesRead());
    progress_(fmt::format("reading {}", file.name),
              std::min(1.0, bytes / static_cast<double>(std::max<std::uint64_t>(1, total_bytes_))));
  }

  /// Pieces whose names are in another order than their steps: a later one that ends before an
  /// earlier one begins cannot have continued it.
  static bool sortByStep(LogGroup& group, const std::vector<GroupRun>& runs) {
    if (group.files.size() < 2 || runs.size() != 1) return false;
    const std::vector<PieceSteps>& pieces = runs.front().pieces;
    bool wrong = false;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      for (std::size_t j = i + 1; j < pieces.size(); ++j)
        wrong = wrong || (pieces[i].low && pieces[j].low && pieces[j].high < *pieces[i].low);
    }
    if (!wrong) return false;
    std::map<std::size_t, double> low;
    for (const PieceSteps& piece : pieces) low[piece.file] = piece.low.value_or(0);
    std::stable_sort(group.files.begin(), group.files.end(),
                     [&](std::size_t a, std::size_t b) { return low[a] < low[b]; });
    return true;
  }

  void hashSettings() {
    if (request_.preview) return;
    for (ImportedFile& file : result_.files) {
      if (file.reader != kMlflowSetting) continue;
      std::error_code error;
      file.bytes = std::filesystem::file_size(file.path, error);
      if (!error) file.sha256 = sha256OfFile(file.path, file.bytes, stop_);
    }
  }

  /// Every run has a name of its own: that of its group goes before one that several runs have.
  void nameRuns() {
    std::map<std::string, int> uses;
    for (const CollectedRun& run : result_.runs) ++uses[run.id];
    std::set<std::string> taken;
    for (std::size_t i = 0; i < result_.runs.size(); ++i) {
      std::string& id = result_.runs[i].id;
      if (uses[id] > 1 && id != group_names_[i]) id = group_names_[i] + "/" + id;
      const std::string base = id;
      for (int count = 2; !taken.insert(id).second; ++count) id = fmt::format("{}#{}", base, count);
    }
  }

  const ImportRequest& request_;
  std::stop_token stop_;
  const ProgressSink& progress_;
  RunLogOptions options_;
  PieceRule rule_ = PieceRule::kAuto;
  std::vector<LogFile> files_;
  std::vector<LogFile> logs_;  ///< those with a reader
  std::vector<std::string_view> formats_;
  std::vector<std::size_t> number_;  ///< of each log in `files_`
  std::vector<std::string> group_names_;
  std::uint64_t total_bytes_ = 0;
  std::uint64_t done_bytes_ = 0;
  CollectedLogs result_;
};

}  // namespace

Result<CollectedLogs> collectLogs(const ImportRequest& request, const ImportPlan& plan,
                                  std::stop_token stop, const ProgressSink& progress) {
  return Collection(request, plan, std::move(stop), progress).collect();
}

}  // namespace moe
