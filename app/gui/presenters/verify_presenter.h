#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/gui/presenters/verify_picture.h"

namespace moe {

/// What the headline of the page is about.
enum class VerifyTopic { kPublished, kMachine };

/// What is chosen on the page; of this computer, not of a project.
struct VerifyChoices {
  std::string machine_file;  ///< entry of `calibrate`; empty: none yet
  bool quick = true;
  std::string points_file;  ///< empty: the points that ship
  std::string by = "model,hardware";
};

/// What the page of predicted against measured shows.
class VerifyView {
 public:
  virtual ~VerifyView() = default;
  virtual void showChoices() = 0;  ///< they changed: read them again
  virtual void showHeadline(const std::string& headline, const std::string& detail) = 0;
  virtual void showPublished(const PublishedPicture& picture) = 0;
  virtual void showVerification(const VerificationPicture& picture) = 0;
  virtual void showCalibration(const CalibrationPicture& picture) = 0;
  virtual void showWarnings(const std::vector<Warning>& warnings) = 0;
  virtual void showProblem(const std::string& problem) = 0;  ///< what is shown stays
};

/// Decides what the page shows of the cost model's accuracy: on published points at once, on this
/// machine after it was measured or a file of an earlier measurement was opened.
class VerifyPresenter {
 public:
  explicit VerifyPresenter(VerifyView& view) : view_(view) {}

  VerifyChoices& choices() { return choices_; }
  const VerifyChoices& choices() const { return choices_; }
  CalibrateRequest calibrateRequest(const std::string& file) const;
  VerifyRequest verifyRequest() const;
  ValidateRequest validateRequest() const;

  void published(const Result<PublishedPicture>& picture);
  void calibrated(const Result<CalibrationPicture>& picture);
  void verified(const Result<VerificationPicture>& picture);

  /// The topic that is looked at now: headline and warnings are its.
  void showTopic(VerifyTopic topic);
  VerifyTopic topic() const { return topic_; }

  /// What is known of this machine and what to do next, for the column of questions.
  std::string machineSentence() const;

  /// What the plots of a machine say before there is one.
  static report::PlotSpec unmeasuredPlot();
  static report::PlotSpec uncalibratedPlot();

  struct Grouping {
    std::string_view keys;  ///< of `validate --by`
    std::string_view label;
  };
  static const std::vector<Grouping>& groupings();

 private:
  struct Said {
    std::string headline, detail;
    std::vector<Warning> warnings;
  };
  void failed(const Error& error);
  void show();

  VerifyView& view_;
  VerifyChoices choices_;
  VerifyTopic topic_ = VerifyTopic::kPublished;
  Said published_;
  Said machine_;
  bool verified_ = false;
  std::string calibration_;  ///< what the sentence says of the machine's entry
};

}  // namespace moe
