#pragma once

#include "app/report/text_table.h"
#include "app/workflows/adapt_workflow.h"

namespace moe::report {

// The tables of an adaptation, one for each part of the answer.

TextTable adaptMethodTable(const AdaptOutcome& outcome);
TextTable adaptTrainingTable(const AdaptOutcome& outcome);
TextTable adaptServingTable(const AdaptOutcome& outcome);
TextTable adaptLayerTable(const AdaptOutcome& outcome, const AdaptSelection& selection);
TextTable adaptSweepTable(const AdaptOutcome& outcome, const AdaptSelection& selection);
TextTable adaptOverlapTable(const AdaptSelection& selection);
TextTable adaptQualityTable(const AdaptOutcome& outcome);
TextTable adaptFigureTable(const AdaptOutcome& outcome);

/// The method that fits on the machine and costs least; nullptr when none fits or none is stated.
const AdaptRow* cheapestMethod(const AdaptOutcome& outcome);

/// Parameters of one routed expert in one layer.
double oneExpertParams(const AdaptOutcome& outcome);

/// Bytes in powers of 1024: "2.57 GiB".
std::string binaryBytesText(Bytes size);

}  // namespace moe::report
