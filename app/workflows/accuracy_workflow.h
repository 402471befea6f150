#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "costmodel/operators/leave_one_out.h"
#include "costmodel/training/training_accuracy.h"
#include "costmodel/verify/accuracy_study.h"
#include "costmodel/verify/deepseek_inference.h"
#include "costmodel/verify/throughput_study.h"
#include "data/error.h"
#include "data/progress.h"

namespace moe {

/// Leave-one-out errors of the kernel tables of one system that ships.
struct SystemAccuracy {
  std::string system;       ///< "h100_sxm"
  std::string accelerator;  ///< the catalog's name
  std::vector<OperatorAccuracy> operations;
};

/// All that the accuracy page shows, from what ships and nothing else: equal in every run.
struct AccuracyOutcome {
  std::size_t points = 0;
  std::size_t skipped = 0;
  AccuracyStudy study;
  std::vector<GroupAccuracy> outside_core;  ///< rows that are not core, by machine
  std::vector<SystemAccuracy> systems;
  ThroughputStudy throughput;              ///< published by NVIDIA
  std::vector<ServingFigure> deepseek;     ///< published by DeepSeek
  std::vector<TrainingAccuracy> training;  ///< rows, then configurations, then models left out
};

/// Errors: kCancelled.
Result<AccuracyOutcome> runAccuracy(std::stop_token stop = {}, const ProgressSink& progress = {});

}  // namespace moe
