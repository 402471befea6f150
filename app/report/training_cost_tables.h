#pragma once

#include <string>

#include "app/report/text_table.h"
#include "app/workflows/training_cost_workflow.h"

namespace moe::report {

/// FLOP of forward and backward per token by part.
TextTable trainingFlopTable(const TrainingCostOutcome& outcome);

/// "80 GB of the 85 GB that it reports; ...": what of a device may be filled in training.
std::string usableMemoryText(const Accelerator& accelerator);

/// Memory of the device that needs most.
TextTable trainingMemoryTable(const TrainingCostOutcome& outcome);

/// Speed, time and price with their 90 % intervals.
TextTable trainingPriceTable(const TrainingCostOutcome& outcome);

/// Where the time goes, and the measured rows that speak for it; needs a speed from measured rows.
TextTable trainingTimeTable(const TrainingCostOutcome& outcome);
TextTable trainingNeighbourTable(const TrainingCostOutcome& outcome);

/// How sure time and price are, to stand behind "How sure: ".
std::string trainingAccuracySentence(const TrainingCostOutcome& outcome);

}  // namespace moe::report
