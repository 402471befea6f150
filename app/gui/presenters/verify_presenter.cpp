#include "app/gui/presenters/verify_presenter.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/report/number_text.h"

namespace moe {
namespace {

std::size_t rowsWith(const VerifySummary& summary, RowVerdict verdict) {
  const auto found = summary.verdicts.find(verdict);
  return found == summary.verdicts.end() ? 0 : found->second;
}

std::string verifyHeadline(const VerifySummary& summary) {
  if (summary.all.count == 0) return fmt::format("Verification {}", name(summary.verdict));
  return fmt::format("Verification {}: median error {}, 90 % of {} rows within {}",
                     name(summary.verdict), report::percentText(summary.all.median),
                     summary.all.count, report::percentText(summary.all.p90));
}

std::string verifyDetail(const VerificationPicture& picture) {
  const VerifyOutcome& outcome = picture.outcome;
  const VerifySummary& summary = outcome.study.summary;
  const HardwareMeasurement& measured = *outcome.machine.measurement;
  std::string detail = summary.reason.empty() ? "" : summary.reason + ". ";
  detail += fmt::format(
      "{} passed, {} failed, {} mistrusted (too noisy), {} skipped; numbers of {} of {} rows "
      "right. "
      "{}, {} threads, calibrated {}.",
      rowsWith(summary, RowVerdict::kPassed), rowsWith(summary, RowVerdict::kFailed),
      rowsWith(summary, RowVerdict::kMistrusted), rowsWith(summary, RowVerdict::kSkipped),
      summary.checked - summary.wrong_numbers, summary.checked, measured.cpu, measured.threads,
      outcome.calibrated_now ? "now, quickly" : measured.date);
  if (!picture.file.empty()) detail += " From " + picture.file + ".";
  return detail;
}

std::string publishedHeadline(const ValidateOutcome& outcome) {
  const ValidatedGroup& overall = outcome.sets.empty() ? outcome.overall : outcome.sets.back();
  const ErrorSummary& tpot = overall.accuracy.tpot;
  if (tpot.count == 0) return fmt::format("{} measured points", outcome.rows.size());
  return fmt::format("Time per output token: median error {} on {} measured points",
                     report::percentText(tpot.median_ape), tpot.count);
}

std::string publishedDetail(const ValidateOutcome& outcome) {
  std::string detail = fmt::format(
      "{} of {} rows of {}", outcome.rows.size(), outcome.rows.size() + outcome.skipped.size(),
      outcome.shipped ? "the serving points that ship with moeplan" : outcome.points);
  if (outcome.flagged) detail += "; the headline is of core rows, without doubtful measurements";
  const IntervalCoverage& coverage = outcome.overall.coverage;
  if (coverage.count > 0)
    detail += fmt::format("; {} of all measured ones lie in the 90 % interval of their prediction",
                          report::percentText(coverage.share()));
  return detail + ".";
}

std::vector<std::string> splitKeys(std::string_view keys) {
  std::vector<std::string> words;
  while (!keys.empty()) {
    const std::size_t comma = std::min(keys.find(','), keys.size());
    words.emplace_back(keys.substr(0, comma));
    keys.remove_prefix(std::min(comma + 1, keys.size()));
  }
  return words;
}

}  // namespace

const std::vector<VerifyPresenter::Grouping>& VerifyPresenter::groupings() {
  static const std::vector<Grouping> kGroupings{{"model,hardware", "Model and machine"},
                                                {"hardware", "Machine"},
                                                {"model", "Model"},
                                                {"engine,version", "Engine and version"},
                                                {"weights", "Precision of weights"},
                                                {"concurrency", "Requests at once"}};
  return kGroupings;
}

CalibrateRequest VerifyPresenter::calibrateRequest(const std::string& file) const {
  return {.quick = choices_.quick, .out = file};
}

VerifyRequest VerifyPresenter::verifyRequest() const {
  VerifyRequest request;
  request.hardware = choices_.machine_file;
  request.quick = choices_.quick;
  return request;
}

ValidateRequest VerifyPresenter::validateRequest() const {
  ValidateRequest request;
  request.points_file = choices_.points_file;
  request.by = splitKeys(choices_.by);
  return request;
}

void VerifyPresenter::failed(const Error& error) {
  if (error.kind != ErrorKind::kCancelled) view_.showProblem(describe(error));
}

void VerifyPresenter::published(const Result<PublishedPicture>& picture) {
  if (!picture) return failed(picture.error());
  published_ = {publishedHeadline(picture->outcome), publishedDetail(picture->outcome),
                picture->outcome.warnings};
  view_.showPublished(*picture);
  if (topic_ == VerifyTopic::kPublished) show();
}

void VerifyPresenter::calibrated(const Result<CalibrationPicture>& picture) {
  if (!picture) return failed(picture.error());
  const HardwareMeasurement& measured = *picture->entry.measurement;
  const bool ours = picture->warnings.empty() || picture->warnings[0].code != "other_machine";
  if (ours && !picture->file.empty()) choices_.machine_file = picture->file;
  calibration_ =
      fmt::format("{}, {} threads, calibrated {}.", measured.cpu, measured.threads, measured.date);
  if (!ours) calibration_ += " It is another machine than this one: it can be looked at only.";
  if (!verified_)
    machine_ = {"Calibrated; not yet verified",
                "Verify measures layers and blocks that calibration did not see.",
                picture->warnings};
  view_.showCalibration(*picture);
  view_.showChoices();
  if (topic_ == VerifyTopic::kMachine) show();
}

void VerifyPresenter::verified(const Result<VerificationPicture>& picture) {
  if (!picture) return failed(picture.error());
  machine_ = {verifyHeadline(picture->outcome.study.summary), verifyDetail(*picture),
              picture->outcome.warnings};
  verified_ = true;
  view_.showVerification(*picture);
  if (topic_ == VerifyTopic::kMachine) show();
}

void VerifyPresenter::showTopic(VerifyTopic topic) {
  topic_ = topic;
  show();
}

void VerifyPresenter::show() {
  const Said& now = topic_ == VerifyTopic::kMachine ? machine_ : published_;
  if (now.headline.empty() && topic_ == VerifyTopic::kMachine)
    view_.showHeadline("This machine was not measured yet",
                       "Calibrate and verify on the left, or open files of an earlier day.");
  else
    view_.showHeadline(now.headline, now.detail);
  view_.showWarnings(now.warnings);
}

std::string VerifyPresenter::machineSentence() const {
  return calibration_.empty()
             ? "Not calibrated yet. Verify alone calibrates quickly and forgets it."
             : calibration_;
}

report::PlotSpec VerifyPresenter::unmeasuredPlot() {
  report::PlotSpec plot;
  plot.key = "verify";
  plot.title = "Predicted against measured on this machine";
  plot.empty_reason =
      "Real MoE layers and decoder blocks run on this machine, and the cost model must predict "
      "their "
      "times from a calibration that did not see them.\n\n"
      "Verify: half a minute (quick), or a few minutes for the whole grid. Nothing else should run "
      "meanwhile.\n\n"
      "Or open a document of moeplan verify --json: drop it here.";
  return plot;
}

report::PlotSpec VerifyPresenter::uncalibratedPlot() {
  report::PlotSpec plot;
  plot.key = "bandwidth";
  plot.title = "Calibration of this machine";
  plot.empty_reason =
      "Calibrate measures bandwidth, FLOP/s and the times of products, attention and routed "
      "experts "
      "of this machine, so that every page can plan with it: choose its file where an accelerator "
      "is "
      "named.\n\n"
      "A quarter of a minute (quick), or a minute. Or open a file of moeplan calibrate: drop it "
      "here.";
  return plot;
}

}  // namespace moe
