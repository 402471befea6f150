#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "app/workflows/cost_workflow.h"
#include "app/workflows/evidence/assumption_study.h"
#include "app/workflows/evidence/input_file.h"
#include "app/workflows/law_curves.h"
#include "app/workflows/plan_curves.h"
#include "app/workflows/run/answer_step.h"
#include "app/workflows/validate_workflow.h"
#include "costmodel/training/training_accuracy.h"

namespace moe {

/// Curves of one fitted law.
struct FitCurves {
  std::vector<LawCurve> over_params;
  std::vector<LawCurve> over_tokens;
  std::vector<LawCurve> over_flop;
};

/// What belongs to one step; what its kind does not have is empty.
struct StepEvidence {
  std::vector<FitCurves> fits;  ///< in the order of the answer's laws
  std::vector<PlanCurve> plan;
  std::vector<CostOption> concurrency;  ///< of a cost: its division at every concurrency
  std::optional<AssumptionStudy> assumptions;
  std::string no_assumptions;  ///< why there are none, where some could be expected
};

/// How far the cost model is off on what ships with it.
struct CostModelAccuracy {
  ValidateOutcome serving;                 ///< by model and hardware
  std::vector<TrainingAccuracy> training;  ///< each configuration left out
};

/// Whether an answer rests on training speeds that were measured: costs of a training, lifetime
/// plans and fronts, unless prices are a formula or the MFU was given.
bool restsOnTrainingSpeed(const StepAnswer& answer);

struct ReportEvidence {
  std::vector<InputFile> files;
  std::vector<StepEvidence> steps;  ///< as many as answers
  std::optional<CostModelAccuracy> accuracy;
};

/// What is gathered; the rest costs no time.
struct EvidenceOptions {
  bool curves = true;
  bool assumptions = true;
  bool accuracy = true;  ///< where a step rests on the cost model
};

/// Gathers what a report of these answers shows beside them. What cannot be had is left empty with
/// a reason; errors: kCancelled.
Result<ReportEvidence> gatherEvidence(const Project& project,
                                      const std::filesystem::path& project_file,
                                      std::span<const AnsweredStep> answers,
                                      const EvidenceOptions& options = {},
                                      std::stop_token stop = {}, const ProgressSink& progress = {});

}  // namespace moe
