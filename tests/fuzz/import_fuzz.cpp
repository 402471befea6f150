#include <sys/mman.h>
#include <unistd.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>

#include "app/workflows/import/import_table.h"
#include "app/workflows/import/import_workflow.h"

// The whole import on a file of any bytes, packed or not: it ends, and a run that it would use has
// numbers that a fit takes.

namespace {

void checkRun(const moe::ImportedRun& run) {
  if (!run.used()) return;
  const auto isCount = [](double value) { return std::isfinite(value) && value > 0; };
  moe::require(run.loss && isCount(run.loss->value), "a used run has no loss");
  moe::require(isCount(run.active_params), "a used run has no parameters");
  moe::require(isCount(run.train_tokens), "a used run has no tokens");
  moe::require(run.experts >= 1 && run.top_k > 0 && isCount(run.granularity), "a used run is odd");
  for (const moe::CurvePoint& point : run.curve)
    moe::require(isCount(point.loss) && isCount(point.train_tokens), "a point is odd");
}

void writeAll(int file, const std::uint8_t* data, std::size_t size) {
  while (size > 0) {
    const ssize_t written = ::write(file, data, size);
    moe::require(written > 0, "cannot write to memory");
    data += written;
    size -= static_cast<std::size_t>(written);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const int file = ::memfd_create("fuzzed", 0);
  moe::require(file >= 0, "no memory for a file");
  writeAll(file, data, size);
  moe::ImportRequest request;
  request.logs = {"/proc/self/fd/" + std::to_string(file)};
  request.preview = true;
  request.curves = true;
  request.set = {"n=1e6", "tokens_per_step=1e5"};
  const auto outcome = moe::runImport(request, {}, {});
  ::close(file);
  if (!outcome) return 0;
  for (const moe::ImportedRun& run : outcome->runs) checkRun(run);
  static_cast<void>(moe::importTable(*outcome));
  static_cast<void>(moe::importProvenance(*outcome, ""));
  return 0;
}
