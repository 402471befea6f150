#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/error.h"

namespace moe {

/// A file that may be a log.
struct LogFile {
  std::filesystem::path path;
  std::string name;    ///< below the folder that was given, or the file's own name
  bool given = false;  ///< named by the user, not found in a folder
};

/// Which files are pieces of one run.
enum class PieceRule {
  kAuto,    ///< event files of one folder; names that differ in a restart suffix only
  kFile,    ///< every file is a run of its own
  kFolder,  ///< all logs of one folder
  kAll,     ///< all that were given
};

/// "auto", "file", "folder", "all". Errors: kUsage.
Result<PieceRule> parsePieceRule(std::string_view text);

/// Pieces of one run, in the order in which a later one wins.
struct LogGroup {
  std::string name;
  std::vector<std::size_t> files;  ///< indices into the files that were grouped
};

/// The files as given, and of a folder all files below it in natural order ("run-2" before
/// "run-10"). Hidden ones and links to folders are not followed. Errors (kInput): nothing there, a
/// folder that cannot be read or that holds no file.
Result<std::vector<LogFile>> findLogFiles(std::span<const std::string> paths);

/// `formats`: the reader's name of every file. Groups are in the order of their first file. A run
/// is called after its file or, where that says nothing (trainer_state.json, event files), after
/// its folder. kAll keeps the order in which files were given.
std::vector<LogGroup> groupLogFiles(std::span<const LogFile> files,
                                    std::span<const std::string_view> formats, PieceRule rule);

/// Whether `a` comes before `b` when runs of digits are compared as numbers.
bool naturallyBefore(std::string_view a, std::string_view b);

/// A name without what marks a restart: "train.restart2" -> "train", "run_part-03" -> "run",
/// "job-resume" -> "job". Numbers alone mark none: "cosine_24000" stays.
std::string withoutRestartSuffix(std::string_view name);

}  // namespace moe
