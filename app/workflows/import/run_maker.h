#pragma once

#include <span>
#include <string>
#include <vector>

#include "app/workflows/import/import_outcome.h"
#include "app/workflows/import/run_log.h"

namespace moe {

/// A run's log with the files it comes from, in the order of joining.
struct CollectedRun {
  std::string id;
  std::vector<std::size_t> files;
  RunLog log;
};

/// What a log says as a run: sizes, tokens, loss, flags, and what is lacking. Never fails: a run
/// that cannot be made says why in `lacks`.
ImportedRun makeRun(const CollectedRun& collected, const ImportRequest& request,
                    const ImportPlan& plan, std::span<const ImportedFile> files);

}  // namespace moe
