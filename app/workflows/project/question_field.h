#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "costmodel/precision.h"
#include "costmodel/training/training_setup.h"

namespace moe {

/// Where one value of a question lies. The alternative says what a file may hold there: text,
/// whole numbers, numbers, yes or no, or a list of these; an optional one may be absent.
using FieldPlace =
    std::variant<bool*, int*, std::size_t*, double*, std::string*, Precision*, Recompute*,
                 std::optional<int>*, std::optional<double>*, std::vector<int>*,
                 std::vector<double>*, std::vector<std::string>*, std::vector<Precision>*>;

/// Whether a text is a file's path, which a project states relative to its own folder.
enum class PathKind {
  kNone,
  kFile,        ///< always
  kNameOrFile,  ///< when it ends with ".toml", ".json", ".csv" or one of these in gzip; else a name
  kRouting,     ///< a file or a folder, but for "even", "power-law" and "power-law:A"
};

/// One key of a step of a project file: the option of the command line without its dashes, in
/// snake_case, with the unit at the end.
template <class Question>
struct QuestionField {
  std::string_view key;
  std::string_view help;  ///< one line, with the unit and what holds when it is absent
  FieldPlace (*place)(Question& question);
  PathKind path = PathKind::kNone;
};

}  // namespace moe
