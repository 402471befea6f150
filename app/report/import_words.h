#pragma once

#include <string>

#include "app/workflows/import/import_outcome.h"

// Words that the report and the preview of an import share.

namespace moe::report {

/// Characters in a line.
inline constexpr int kImportWidth = 110;

/// "Logs: 5 files, 1 not read; readers: llmc 2, megatron 2" and "Runs: 4, of which 3 ...".
std::string importHeadText(const ImportOutcome& outcome);

/// The files without a reader, or that could not be read, with the reason; empty without any.
std::string filesNotReadText(const ImportOutcome& outcome);

/// A line of a list, two blanks in; what does not fit, four.
std::string listedText(const std::string& text);

/// "spikes interrupted", each once; "-" without any.
std::string flagNamesText(const ImportedRun& run);

}  // namespace moe::report
