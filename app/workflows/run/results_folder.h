#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "app/workflows/run/step_stamp.h"
#include "data/error.h"

namespace moe {

/// A file of results: its path below the folder that it belongs to, and what it holds.
struct ResultFile {
  std::string name;
  std::string content;
};

/// The results of a project on disk: a folder for each step, with its stamp, and a summary beside
/// them. A step's folder is written beside and renamed when it is whole, so that a crash leaves
/// either the old one, or none, or the new one. One program at a time holds the folder.
class ResultsFolder {
 public:
  /// Makes the folder where there is none, locks it and removes what a crash left half-written.
  /// Errors (kInput): it cannot be written, or another program holds it.
  static Result<ResultsFolder> open(const std::filesystem::path& path);

  ResultsFolder(ResultsFolder&& other) noexcept;
  ResultsFolder& operator=(ResultsFolder&&) = delete;
  ~ResultsFolder();

  const std::filesystem::path& path() const { return path_; }

  /// Errors (kInput): a folder with this step's name stands there that no run wrote: its stamp is
  /// missing or names no such step. `replace` gives the same and `remove` leaves it alone.
  Result<void> isFree(const std::string& step) const;

  /// Errors (kInput): a file stands where one of these is to be written, and it does not begin as
  /// one of ours does, so that it is the user's. `content` is that beginning.
  Result<void> areFree(std::span<const ResultFile> beginnings) const;

  /// Puts the files and a stamp that lists them in the place of the step's results; returns it.
  Result<StepStamp> replace(const std::string& step, std::span<const ResultFile> files,
                            StepStamp stamp) const;

  /// Files in the folder itself, each written beside and renamed.
  Result<void> write(std::span<const ResultFile> files) const;

  /// Throws a step's results away, if there are any.
  void remove(const std::string& step) const;

  /// The same for all steps, whether the project still has them or not. Other files stay.
  void removeAll() const;

 private:
  ResultsFolder(std::filesystem::path path, int lock) : path_(std::move(path)), lock_(lock) {}

  std::filesystem::path path_;
  int lock_ = -1;
};

/// The names of the folders below `path` that hold a step's results by their stamp, sorted. None
/// where there is no such folder.
std::vector<std::string> stepsWithResults(const std::filesystem::path& path);

/// The stamp of a step's results. Errors (kInput): there is none, or it is damaged.
Result<StepStamp> stampOf(const std::filesystem::path& results, const std::string& step);

/// What is wrong with the files that a stamp lists: missing or changed; empty when nothing is.
std::string whyDamaged(const std::filesystem::path& results, const std::string& step,
                       const StepStamp& stamp);

}  // namespace moe
