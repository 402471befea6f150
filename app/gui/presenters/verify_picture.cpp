#include "app/gui/presenters/verify_picture.h"

#include <fmt/format.h>

#include <cmath>

#include "app/report/number_text.h"
#include "app/report/plots/bandwidth_plot.h"
#include "app/report/plots/verify_plot.h"
#include "app/report/validate_report.h"
#include "app/report/verify_document.h"
#include "app/report/verify_report.h"
#include "data/catalog/catalog.h"
#include "data/readers/file_text.h"

namespace moe {
namespace {

using report::Align;

TableData::Cell wordCell(std::string_view text) { return {std::string(text), 0, false}; }

TableData::Cell durationCell(double seconds) {
  return {report::durationText(Seconds(seconds)), seconds, true};
}

TableData::Cell shareCell(double share) { return {report::percentFigure(share), share, true}; }

/// "not measured" and the like: below every number when sorted.
TableData::Cell noCell() { return {report::kNothing, -HUGE_VAL, true}; }

TableData::Row verdictRow(const VerifyRow& row, std::size_t at) {
  const bool limit = row.kind == RowKind::kKvLimit;
  const bool timed = !limit && row.timed();
  TableData::Row shown;
  shown.id = report::checkId(at);
  shown.tooltip = row.reason;
  shown.cells = {wordCell(row.what),
                 wordCell(name(row.verdict)),
                 limit ? noCell() : durationCell(row.predicted.seconds),
                 timed ? durationCell(row.measured.median_s) : noCell(),
                 timed ? shareCell(row.error()) : noCell(),
                 timed ? shareCell(row.measured.spread) : noCell(),
                 wordCell(limit ? "memory" : report::limitWord(row.predicted.bound)),
                 wordCell(limit ? std::string_view("roofline") : name(row.predicted.basis)),
                 wordCell(row.reason)};
  if (!limit) return shown;
  shown.cells[2] = {fmt::format("{} sequences", row.predicted_sequences),
                    static_cast<double>(row.predicted_sequences), true};
  shown.cells[3] = {fmt::format("{} sequences", row.accepted_sequences),
                    static_cast<double>(row.accepted_sequences), true};
  return shown;
}

TableData verdictTable(const LayerStudy& study) {
  TableData table;
  table.columns = {{"Layer or block", "", Align::kLeft},
                   {"Verdict", "", Align::kLeft},
                   {"Predicted"},
                   {"Measured"},
                   {"Error", "%"},
                   {"Scatter", "%"},
                   {"Limit", "", Align::kLeft},
                   {"Basis", "", Align::kLeft},
                   {"Reason", "", Align::kLeft}};
  for (std::size_t i = 0; i < study.rows.size(); ++i)
    table.rows.push_back(verdictRow(study.rows[i], i));
  return table;
}

TableData claimTable(const LayerStudy& study) {
  TableData table;
  table.columns = {{"The paper's claim", "", Align::kLeft},
                   {"On this machine", "", Align::kLeft},
                   {"Evidence", "", Align::kLeft}};
  for (const LayerClaim& claim : study.claims) {
    TableData::Row row;
    row.tooltip = claim.claim + ": " + claim.evidence;
    row.cells = {wordCell(claim.claim), wordCell(name(claim.verdict)), wordCell(claim.evidence)};
    table.rows.push_back(std::move(row));
  }
  return table;
}

TableData calibrationTable(const HardwareEntry& entry) {
  const HardwareMeasurement& measured = *entry.measurement;
  TableData table;
  table.columns = {{"Measured", "", Align::kLeft}, {"Value", "", Align::kLeft}};
  const auto add = [&](std::string what, std::string value) {
    table.rows.push_back(
        {{wordCell(std::move(what)), wordCell(std::move(value))}, {}, true, false, {}});
  };
  add("processor", measured.cpu);
  add("threads", fmt::format("{} of {} processors", measured.threads, measured.processors));
  add("library", measured.library);
  add("read bandwidth from memory",
      report::plainText(entry.memory_bandwidth.value() / 1e9) + " GB/s");
  for (const MeasuredPeak& peak : measured.peaks)
    add(fmt::format("fastest product, {}, {} thread{}", peak.format, peak.threads,
                    peak.threads == 1 ? "" : "s"),
        report::plainText(peak.speed.value() / 1e9, 4) + " GFLOP/s");
  add("caches hold about", report::bytesText(measured.cached));
  for (const OwnKernels& own : entry.kernels)
    add("table of times", std::string(name(own.operation)));
  add("scatter of the timings, median", report::percentText(measured.median_spread));
  add("timings that scatter by more than a quarter",
      fmt::format("{} of {}", measured.noisy, measured.timings));
  add("processors used by others", report::percentText(measured.foreign_share));
  return table;
}

CalibrationPicture pictureOfEntry(HardwareEntry entry, const std::string& file,
                                  std::vector<Warning> warnings) {
  CalibrationPicture picture;
  picture.file = file;
  picture.bandwidth = report::bandwidthPlot(entry);
  picture.figures = calibrationTable(entry);
  picture.warnings = std::move(warnings);
  picture.entry = std::move(entry);
  return picture;
}

VerificationPicture pictureOfStudy(VerifyOutcome outcome, const std::string& file) {
  VerificationPicture picture;
  picture.file = file;
  picture.checks = report::verifyPlot(outcome);
  picture.rows = verdictTable(outcome.study);
  picture.groups = tableData(report::verifyErrorTable(outcome.study));
  picture.claims = claimTable(outcome.study);
  picture.outcome = std::move(outcome);
  return picture;
}

}  // namespace

Result<CalibrationPicture> calibrationPicture(const CalibrateRequest& request, const Bench& bench,
                                              const CalibrationPlan& plan, std::stop_token stop,
                                              const ProgressSink& progress) {
  auto outcome = runCalibrate(request, bench, plan, stop, progress);
  if (!outcome) return tl::unexpected(outcome.error());
  Calibration& calibration = outcome->calibration;
  return pictureOfEntry(std::move(calibration.entry), request.out, std::move(calibration.warnings));
}

Result<CalibrationPicture> openedCalibration(const std::string& file, const Bench& bench) {
  auto entry = readHardwareFile(file);
  if (!entry) return tl::unexpected(entry.error());
  if (!entry->measurement)
    return fail(ErrorKind::kInput, file,
                entry->name + " was not calibrated; open a file of moeplan calibrate");
  std::vector<Warning> warnings = noiseWarnings(*entry->measurement);
  if (const auto other = otherMachine(*entry, bench))
    warnings.insert(warnings.begin(), Warning{"other_machine", describe(*other)});
  return pictureOfEntry(*std::move(entry), file, std::move(warnings));
}

Result<VerificationPicture> verificationPicture(const VerifyRequest& request, const Bench& bench,
                                                std::stop_token stop,
                                                const ProgressSink& progress) {
  auto outcome = runVerify(request, bench, stop, progress);
  if (!outcome) return tl::unexpected(outcome.error());
  return pictureOfStudy(*std::move(outcome), {});
}

Result<VerificationPicture> openedVerification(const std::string& file) {
  const auto text = readFileText(file);
  if (!text) return tl::unexpected(text.error());
  auto outcome = report::verifyOutcomeOf(text->text, file);
  if (!outcome) return tl::unexpected(outcome.error());
  return pictureOfStudy(*std::move(outcome), file);
}

Result<PublishedPicture> publishedPicture(const ValidateRequest& request, std::stop_token stop,
                                          const ProgressSink& progress) {
  auto outcome = runValidate(request, stop, progress);
  if (!outcome) return tl::unexpected(outcome.error());
  PublishedPicture picture;
  picture.points = report::validatePlot(*outcome);
  picture.sets = tableData(report::accuracySetTable(*outcome));
  picture.groups = tableData(report::accuracyGroupTable(*outcome));
  picture.outcome = *std::move(outcome);
  return picture;
}

}  // namespace moe
