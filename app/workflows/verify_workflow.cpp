#include "app/workflows/verify_workflow.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/workflows/calibrate_workflow.h"
#include "costmodel/verify/point_predictor.h"
#include "data/catalog/catalog.h"

namespace moe {
namespace {

/// So many of the rows, evenly picked, the first and the last among them.
template <class Row>
void keepRows(std::vector<Row>& rows, std::size_t most) {
  if (rows.size() <= most) return;
  std::vector<Row> kept;
  for (std::size_t i = 0; i < most; ++i)
    kept.push_back(rows[most == 1 ? 0 : i * (rows.size() - 1) / (most - 1)]);
  rows = std::move(kept);
}

/// The share of the whole's progress that one part of it is.
ProgressSink partOf(const ProgressSink& whole, double from, double to) {
  if (!whole) return {};
  return [whole, from, to](std::string_view what, double fraction) {
    whole(what, from + (to - from) * fraction);
  };
}

Result<HardwareEntry> machineOf(const VerifyRequest& request, const Bench& bench,
                                std::stop_token stop, const ProgressSink& progress,
                                std::vector<Warning>& warnings) {
  if (request.hardware.empty()) {
    auto calibrated =
        runCalibrate({.quick = true, .out = {}}, bench, calibrationPlan(true), stop, progress);
    if (!calibrated) return tl::unexpected(calibrated.error());
    warnings = calibrated->calibration.warnings;
    return std::move(calibrated->calibration.entry);
  }
  const auto catalog = loadHardware(request.catalog_dir);
  if (!catalog) return tl::unexpected(catalog.error());
  auto entry = findHardware(*catalog, request.hardware);
  if (!entry) return entry;
  if (auto error = otherMachine(*entry, bench)) return tl::unexpected(*std::move(error));
  if (request.threads > 0 && request.threads != entry->measurement->threads)
    return fail(
        ErrorKind::kUsage, "--threads",
        fmt::format("is {}, but {} was calibrated with {}; leave it out, or calibrate with it",
                    request.threads, request.hardware, entry->measurement->threads));
  warnings = noiseWarnings(*entry->measurement);
  const std::string library = bench.kernels->description();
  if (entry->measurement->library != library)
    warnings.push_back({"other_library", fmt::format("calibrated with {}; this program has {}",
                                                     entry->measurement->library, library)});
  return entry;
}

void addSources(VerifyOutcome& outcome) {
  outcome.sources.push_back(outcome.machine.source);
  if (!outcome.calibrated_now) outcome.sources.push_back(outcome.machine.where);
}

}  // namespace

std::optional<Error> otherMachine(const HardwareEntry& entry, const Bench& bench) {
  const auto refuse = [&](std::string message) {
    return Error{ErrorKind::kInput, entry.where, std::move(message)};
  };
  if (!entry.measurement || entry.kernels.empty())
    return refuse(fmt::format("{} was not calibrated; verify needs a file of `moeplan calibrate`",
                              entry.name));
  const HardwareMeasurement& measured = *entry.measurement;
  const MachineInfo& here = bench.machine;
  const auto differs = [&](std::string_view what, const auto& there, const auto& now) {
    return refuse(fmt::format("is of another machine: {} {} there, {} here; calibrate this one",
                              what, there, now));
  };
  if (measured.cpu != here.cpu) return differs("the processor is", measured.cpu, here.cpu);
  if (measured.instructions != here.instructions)
    return differs("instructions are", measured.instructions, here.instructions);
  if (measured.processors != here.processors)
    return differs("processors are", measured.processors, here.processors);
  return std::nullopt;
}

Result<VerifyOutcome> runVerify(const VerifyRequest& request, const Bench& bench,
                                std::stop_token stop, const ProgressSink& progress) {
  constexpr double kCalibrated = 0.4;
  if (request.rows && *request.rows < 1)
    return fail(ErrorKind::kUsage, "--rows", "must be 1 or more");
  VerifyOutcome outcome;
  outcome.request = request;
  outcome.calibrated_now = request.hardware.empty();
  const double begin = outcome.calibrated_now ? kCalibrated : 0;
  auto machine = machineOf(request, bench, stop, partOf(progress, 0, begin), outcome.warnings);
  if (!machine) return tl::unexpected(machine.error());
  outcome.machine = *std::move(machine);
  HardwareCatalog catalog;
  const auto kernels = loadKernels(outcome.machine, catalog, request.catalog_dir);
  if (!kernels) return tl::unexpected(kernels.error());
  VerifySample sample = verifySample(request.quick);
  if (request.rows) {
    const auto most = static_cast<std::size_t>(*request.rows);
    keepRows(sample.layers, most);
    keepRows(sample.blocks, most);
  }
  Bench same = bench;
  same.threads = outcome.machine.measurement->threads;
  StudyOptions options;
  if (request.quick) {
    options.timing = {.budget_s = 0.04, .least = 3, .most = 51, .target_error = 0.02};
    options.check_flop = 4e7;
  }
  options.seed = request.seed + 1;
  auto study = runLayerStudy(same, *kernels, sample, options, stop, partOf(progress, begin, 1));
  if (!study) return tl::unexpected(study.error());
  outcome.study = *std::move(study);
  addSources(outcome);
  return outcome;
}

}  // namespace moe
