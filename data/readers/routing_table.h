#pragma once

// Internal to the readers of routing traces: their CSV formats.

#include <string>

#include "data/readers/raw_table.h"
#include "data/readers/routing_trace.h"

namespace moe {

/// True when a table holds counts (it has a column "tokens") and not a trace.
bool holdsCounts(const RawTable& table);

/// `experts` as in routing_trace.h.
Result<RoutingTrace> traceOf(const RawTable& table, const std::string& where, std::size_t experts);
Result<ExpertCounts> countsOf(const RawTable& table, const std::string& where, std::size_t experts);

}  // namespace moe
