#pragma once

#include <string>
#include <vector>

#include "app/report/text_table.h"
#include "app/workflows/cost_workflow.h"

namespace moe::report {

/// Where one device's memory goes, with what the replica's cache holds.
TextTable costMemoryTable(const CostOutcome& outcome);

/// The parts of a decode step, and how routing moves its price.
TextTable costStepTable(const CostOutcome& outcome);

/// Speed and prices with their 90 % intervals.
TextTable costPriceTable(const CostOutcome& outcome);

/// Points of the frontier, or other divisions.
TextTable costOptionTable(const std::string& title, const std::vector<CostOption>& options);

/// Own serving beside published API prices; no rows without any.
TextTable costBreakEvenTable(const CostOutcome& outcome);

/// How sure times and prices are, to stand behind "How sure: ".
std::string costAccuracySentence(const CostOutcome& outcome);

}  // namespace moe::report
