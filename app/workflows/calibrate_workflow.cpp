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

/// A device or pipe holds nothing that could be lost, and has no file beside it.
bool isSpecial(const std::string& file) {
  std::error_code ignored;
  return std::filesystem::exists(file, ignored) && !std::filesystem::is_regular_file(file, ignored);
}

void noteStop(Calibration& calibration, CalibrateOutcome& outcome) {
  calibration.entry.notes = "stopped before all was measured: some tables are incomplete";
  std::string message = calibration.entry.notes;
  if (!outcome.written.empty() && !isSpecial(outcome.written)) {
    outcome.written += ".partial";
    message +=
        fmt::format("; written to {}, {} is as it was", outcome.written, outcome.request.out);
  }
  calibration.warnings.push_back({"incomplete", std::move(message)});
}

}  // namespace

Result<CalibrateOutcome> runCalibrate(const CalibrateRequest& request, const Bench& bench,
                                      const CalibrationPlan& plan, std::stop_token stop,
                                      const ProgressSink& progress) {
  if (const auto good = checkWritable(request.out); !good) return tl::unexpected(good.error());
  auto calibration = calibrate(bench, plan, nowInUtc(), stop, progress);
  if (!calibration) return tl::unexpected(calibration.error());
  CalibrateOutcome outcome;
  outcome.request = request;
  if (!request.out.empty()) outcome.written = request.out;
  if (calibration->stopped) noteStop(*calibration, outcome);
  outcome.calibration = *std::move(calibration);
  outcome.toml = hardwareToml(outcome.calibration.entry);
  if (!outcome.written.empty())
    if (const auto written = writeFile(outcome.written, outcome.toml); !written)
      return tl::unexpected(written.error());
  return outcome;
}

}  // namespace moe
