#pragma once

// Internal to this folder: what the first page says of each step.

#include <string>
#include <vector>

#include "app/report/document/document.h"
#include "app/workflows/evidence/gather_evidence.h"
#include "app/workflows/run/answer_step.h"

namespace moe::report {

/// One answer in short: what to do, and the figures that speak for it.
struct AnswerHeadline {
  CalloutKind kind = CalloutKind::kAnswer;
  std::string title;
  std::string text = {};
  std::vector<Fact> facts = {};
};

AnswerHeadline answerHeadline(const ProjectStep& step, const PlanAnswer& answer,
                              const StepEvidence& evidence);
AnswerHeadline answerHeadline(const ProjectStep& step, const LifetimeAnswer& answer,
                              const StepEvidence& evidence);
AnswerHeadline answerHeadline(const ProjectStep& step, const FrontAnswer& answer,
                              const StepEvidence& evidence);
AnswerHeadline answerHeadline(const ProjectStep& step, const CostOutcome& outcome,
                              const StepEvidence& evidence);
AnswerHeadline answerHeadline(const ProjectStep& step, const TrainingCostOutcome& outcome,
                              const StepEvidence& evidence);
AnswerHeadline answerHeadline(const ProjectStep& step, const AdaptOutcome& outcome,
                              const StepEvidence& evidence);
AnswerHeadline answerHeadline(const ProjectStep& step, const FitAnswer& answer,
                              const StepEvidence& evidence);
AnswerHeadline answerHeadline(const ProjectStep& step, const CompareAnswer& answer,
                              const StepEvidence& evidence);

/// "16 experts instead of 8 if the training budget is 3.33e19 FLOP or ..., and what moves the
/// figure most; empty without a study. `usual`: what is taken now.
std::string whatWouldChange(const StepEvidence& evidence);

/// A figure of a study with its unit: "0.0152 USD per million tokens", "2.913 nats per token".
std::string studyFigure(const AssumptionStudy& study, double figure);

/// "1.27 B [1.10 B, 1.43 B]", or the value alone without an interval.
std::string withInterval(double value, const std::optional<Range>& range,
                         std::string (*text)(double));

}  // namespace moe::report
