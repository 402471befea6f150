#pragma once

#include <stop_token>

#include "app/workflows/import/import_outcome.h"
#include "app/workflows/import/import_request.h"
#include "data/error.h"
#include "data/progress.h"

namespace moe {

/// From logs to a table of runs: finds and reads the files, makes each run, flags and excludes, and
/// writes table and sidecar unless it is a preview, or the answer is no (ImportOutcome::answered):
/// a run lacks something and `skip_bad` was not asked for, or no run is left. Memory does not grow
/// with the length of a log.
///
/// Errors: kUsage for the request's words; kInput for files; kCancelled.
Result<ImportOutcome> runImport(const ImportRequest& request, std::stop_token stop,
                                const ProgressSink& progress);

}  // namespace moe
