#pragma once

#include <stop_token>
#include <vector>

#include "app/workflows/import/import_outcome.h"
#include "app/workflows/import/run_maker.h"
#include "data/error.h"
#include "data/progress.h"

namespace moe {

struct CollectedLogs {
  std::vector<ImportedFile> files;
  std::vector<CollectedRun> runs;
};

/// Finds the files, reads each (a second time where a run was continued inside of what it had
/// written already) and joins the pieces of runs. A file of a folder that no reader knows, or of
/// which nothing can be read, is listed with its problem; one that was named by the user is an
/// error, unless `skip_bad`.
///
/// Errors (kInput): nothing there, a file that cannot be read, no log among the files; kCancelled.
Result<CollectedLogs> collectLogs(const ImportRequest& request, const ImportPlan& plan,
                                  std::stop_token stop, const ProgressSink& progress);

}  // namespace moe
