#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/workflows/run/results_folder.h"

namespace moe::report {

/// The tables of a `--json` document as CSV, in full precision: every list of objects, at any depth
/// outside other lists, is a table NAME.csv called after the keys that lead to it, joined by '-'.
/// The columns are the keys of its objects in the order in which they first appear, those of inner
/// objects joined by '.'; intervals [low, high] are two columns KEY.low and KEY.high. What an
/// object lacks or is null stays empty; other lists are written as JSON. Empty lists make no table.
std::vector<ResultFile> tablesOf(std::string_view document);

}  // namespace moe::report
