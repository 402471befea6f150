#include "app/workflows/run/results_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <string_view>
#include <system_error>
#include <utility>

#include "app/workflows/write_file.h"
#include "app/workflows/write_folder.h"
#include "data/readers/file_text.h"

namespace moe {
namespace {

namespace fs = std::filesystem;

// Names of steps begin with their kind, so nothing of ours begins with a dot by accident.
constexpr std::string_view kNewPrefix = ".new-";
constexpr std::string_view kOldPrefix = ".old-";
constexpr const char* kLockFile = ".lock";
constexpr const char* kStampFile = "stamp.json";

tl::unexpected<Error> cannot(const char* what, const fs::path& path, const std::string& cause) {
  return fail(ErrorKind::kInput, path.string(), std::string("cannot ") + what + ": " + cause);
}

/// Neither synced nor renamed: the folder around it is, and a file that a power cut emptied does
/// not match its stamp.
Result<void> writePlainly(const fs::path& path, const std::string& content) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
  file.close();
  if (file) return {};
  return cannot("write", path, std::generic_category().message(errno));
}

Result<void> writeInto(const fs::path& folder, std::span<const ResultFile> files) {
  for (const ResultFile& file : files) {
    const fs::path path = folder / file.name;
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    if (error) return cannot("write", path, error.message());
    if (auto written = writePlainly(path, file.content); !written) return written;
  }
  return {};
}

std::vector<fs::path> foldersBelow(const fs::path& path) {
  std::vector<fs::path> folders;
  std::error_code error;
  fs::directory_iterator entries(path, error);
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    std::error_code ignored;
    if (entries->is_directory(ignored)) folders.push_back(entries->path());
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

/// So that a folder of another kind is never taken for ours.
bool isStepName(std::string_view name) {
  constexpr std::string_view kKinds[] = {"fit.",      "compare.", "cost.",
                                         "training.", "plan.",    "adapt."};
  return name == "report" ||
         std::any_of(std::begin(kKinds), std::end(kKinds),
                     [&](std::string_view kind) { return name.starts_with(kind); });
}

bool isHalfWritten(std::string_view name) {
  for (const std::string_view prefix : {kNewPrefix, kOldPrefix})
    if (name.starts_with(prefix)) return isStepName(name.substr(prefix.size()));
  return false;
}

void removeHalfWritten(const fs::path& path) {
  for (const fs::path& folder : foldersBelow(path)) {
    std::error_code ignored;
    if (isHalfWritten(folder.filename().string())) fs::remove_all(folder, ignored);
  }
}

/// Whether a run wrote this folder: a backup "fit.main.bak" carries the stamp of another step. A
/// stamp that was edited is ours still, though it vouches for nothing.
bool holdsResults(const fs::path& folder) {
  const auto stamp = readFileBytes(folder / kStampFile);
  const std::string name = folder.filename().string();
  return stamp && isStepName(name) && stampedStep(*stamp) == name;
}

}  // namespace

Result<ResultsFolder> ResultsFolder::open(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) return cannot("write results", path, error.message());
  const int lock = ::open((path / kLockFile).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (lock < 0) return cannot("write results", path, std::generic_category().message(errno));
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    const bool held = errno == EWOULDBLOCK;
    const std::string cause = std::generic_category().message(errno);
    ::close(lock);
    return cannot("write results", path, held ? "another moeplan run is writing there" : cause);
  }
  removeHalfWritten(path);
  return ResultsFolder(path, lock);
}

ResultsFolder::ResultsFolder(ResultsFolder&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

ResultsFolder::~ResultsFolder() {
  if (lock_ >= 0) ::close(lock_);
}

Result<void> ResultsFolder::isFree(const std::string& step) const {
  const fs::path place = path_ / step;
  std::error_code ignored;
  if (!fs::exists(fs::symlink_status(place, ignored)) || holdsResults(place)) return {};
  return cannot("write results", place,
                "it has no stamp of this step, so no run wrote it; move it away");
}

Result<void> ResultsFolder::areFree(std::span<const ResultFile> beginnings) const {
  for (const ResultFile& file : beginnings) {
    const fs::path place = path_ / file.name;
    std::error_code ignored;
    if (!fs::exists(fs::symlink_status(place, ignored))) continue;
    const auto text = readFileBytes(place);
    if (text && text->starts_with(file.content)) continue;
    return cannot("write results", place,
                  "no run wrote this file, so it is yours; move it away, or name another folder "
                  "with --out");
  }
  return {};
}

Result<StepStamp> ResultsFolder::replace(const std::string& step, std::span<const ResultFile> files,
                                         StepStamp stamp) const {
  if (auto free = isFree(step); !free) return tl::unexpected(free.error());
  const fs::path fresh = path_ / std::string(kNewPrefix).append(step);
  const fs::path old = path_ / std::string(kOldPrefix).append(step);
  const fs::path place = path_ / step;
  std::error_code error;
  fs::remove_all(fresh, error);
  const auto given_up = [&](const Error& why) {  // on a full disk others need the room
    std::error_code ignored;
    fs::remove_all(fresh, ignored);
    return tl::unexpected(why);
  };
  if (auto written = writeInto(fresh, files); !written) return given_up(written.error());
  stamp.step = step;
  stamp.outputs.clear();
  for (const ResultFile& file : files)
    stamp.outputs.push_back({file.name, sha256OfText(file.content)});
  // Synced, as a folder whose stamp a power cut emptied would not be known as ours.
  if (auto written = writeFile(fresh / kStampFile, stampText(stamp)); !written)
    return given_up(written.error());
  error = exchangeFolder(fresh, place, old);
  if (error) return given_up(cannot("write", place, error.message()).value());
  fs::remove_all(old, error);
  return stamp;
}

Result<void> ResultsFolder::write(std::span<const ResultFile> files) const {
  for (const ResultFile& file : files) {
    const fs::path path = path_ / file.name;
    std::error_code ignored;  // writing the file says what is wrong
    fs::create_directories(path.parent_path(), ignored);
    if (auto written = writeFile(path, file.content); !written) return written;
  }
  return {};
}

void ResultsFolder::remove(const std::string& step) const {
  std::error_code ignored;
  if (isFree(step)) fs::remove_all(path_ / step, ignored);
}

void ResultsFolder::removeAll() const {
  for (const std::string& step : stepsWithResults(path_)) remove(step);
}

std::vector<std::string> stepsWithResults(const fs::path& path) {
  std::vector<std::string> steps;
  for (const fs::path& folder : foldersBelow(path))
    if (holdsResults(folder)) steps.push_back(folder.filename().string());
  return steps;
}

Result<StepStamp> stampOf(const fs::path& results, const std::string& step) {
  const fs::path file = results / step / kStampFile;
  const auto text = readFileBytes(file);
  if (!text) return tl::unexpected(text.error());
  return parseStamp(*text, file.string());
}

std::string whyDamaged(const fs::path& results, const std::string& step, const StepStamp& stamp) {
  FileHashes hashes({});
  for (const HashedFile& output : stamp.outputs) {
    const std::string now = hashes.of(results / step / output.file);
    if (now.empty()) return output.file + " is missing";
    if (now != output.sha256) return output.file + " was changed";
  }
  return {};
}

}  // namespace moe
