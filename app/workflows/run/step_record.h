#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "app/workflows/project/project.h"
#include "app/workflows/run/answer_step.h"
#include "app/workflows/run/step_inputs.h"
#include "app/workflows/run/step_stamp.h"

namespace moe {

/// Laws of finished fits in a folder of results, by "NAME" and "NAME:law", with what they hold. For
/// several threads.
class LawShelf {
 public:
  /// Takes the laws among a fit's outputs.
  void add(const std::string& fit, const std::vector<HashedFile>& outputs);

  LawFiles files(const std::filesystem::path& results) const;

  /// A law as an input: its path below the results. Empty contents for one that is not there.
  HashedFile input(const std::string& law) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, HashedFile> laws_;
};

/// The name of a fit's law among its results.
std::string lawFileName(std::string_view family);

/// Stamps of what is asked, before there are answers.
class StepStamper {
 public:
  StepStamper(const Project& project, std::filesystem::path project_folder, std::string program,
              std::stop_token stop);

  /// A stamp of this program and its tables alone.
  StepStamp ofProgram() const;

  /// What the step is asked now; `laws` holds those of the fits that it needs.
  StepStamp asked(const ProjectStep& step, const LawShelf& laws);

 private:
  const Project& project_;
  std::filesystem::path folder_;
  std::string program_;
  std::string tables_;
  FileHashes hashes_;
};

}  // namespace moe
