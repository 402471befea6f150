#include "app/workflows/calibrate_workflow.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <ctime>
#include <filesystem>

#include "app/workflows/write_file.h"
#include "data/catalog/hardware_toml.h"

namespace moe {
namespace {

std::string nowInUtc() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(now));
}

/// Writing is tried first: a minute of measuring should not end at a folder that does not exist.
/// An older file keeps its content, a new one is taken away again.
Result<void> checkWritable(const std::string& file) {
  if (file.empty()) return {};
  std::error_code ignored;
  if (std::filesystem::exists(file, ignored) && !std::filesystem::is_directory(file, ignored))
    return {};
  if (auto written = writeFile(file, ""); !written) return written;
  std::filesystem::remove(file, ignored);
  return {};
}

}  // namespace

Result<CalibrateOutcome> runCalibrate(const CalibrateRequest& request, const Bench& bench,
                                      const CalibrationPlan& plan, std::stop_token stop,
                                      const ProgressSink& progress) {
  if (const auto good = checkWritable(request.out); !good) return tl::unexpected(good.error());
  auto calibration = calibrate(bench, plan, nowInUtc(), stop, progress);
  if (!calibration) return tl::unexpected(calibration.error());
  if (calibration->stopped) {
    calibration->entry.notes = "stopped before all was measured: some tables are incomplete";
    calibration->warnings.push_back({"incomplete", calibration->entry.notes});
  }
  CalibrateOutcome outcome{.request = request, .calibration = *std::move(calibration), .toml = {}};
  const HardwareEntry& entry = outcome.calibration.entry;
  outcome.toml = hardwareToml(entry);
  if (!request.out.empty())
    if (const auto written = writeFile(request.out, outcome.toml); !written)
      return tl::unexpected(written.error());
  return outcome;
}

}  // namespace moe
