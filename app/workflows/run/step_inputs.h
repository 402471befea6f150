#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "app/workflows/project/project.h"

namespace moe {

/// A file and what it holds.
struct HashedFile {
  std::string file;    ///< an input as the project states it; an output by its name in the folder
  std::string sha256;  ///< empty: it is not there or cannot be read

  bool operator==(const HashedFile&) const = default;
};

/// SHA-256 of files, each read once. For several threads.
class FileHashes {
 public:
  explicit FileHashes(std::stop_token stop) : stop_(std::move(stop)) {}

  /// 64 hexadecimal digits; empty when the file is not there or cannot be read.
  std::string of(const std::filesystem::path& path);

 private:
  std::mutex mutex_;
  std::map<std::string, std::string> known_;
  std::stop_token stop_;
};

std::string sha256OfText(std::string_view text);

/// SHA-256 over the names and contents of all tables that are built into the program.
std::string sha256OfShippedTables();

/// The files that a step's question names: tables of runs, models, machines, laws, lengths, traces,
/// and what is in the project's catalog. Not the laws of fits of the project, which are results.
std::vector<std::string> filesOfStep(const Project& project, const ProjectStep& step);

/// The same, each with the key of the step, of its runs or of the project that names it.
struct KeyedFile {
  std::string key;  ///< "hardware", "files", "catalog"
  std::string file;
};
std::vector<KeyedFile> keyedFilesOfStep(const Project& project, const ProjectStep& step);

/// A file as stamps name it: seen from the project's folder, in one spelling for ./a.csv, a.csv, a
/// link to it and its whole path.
std::string stampedFile(const std::string& file, const std::filesystem::path& project_folder);

/// Everything that the step is asked, as TOML with files as stampedFile: equal texts and equal
/// files give equal answers, and so does another spelling of a file.
std::string askedText(const Project& project, const ProjectStep& step,
                      const std::filesystem::path& project_folder);

}  // namespace moe
