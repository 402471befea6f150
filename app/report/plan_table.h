#pragma once

// Internal to the report room.

#include "app/report/text_table.h"
#include "app/workflows/plan_workflow.h"

namespace moe::report {

/// Per expert count the loss-optimal and the chosen configuration, intervals on a line below.
TextTable planTable(const PlanAnswer& answer);

/// How the plan moves with other fitting choices; no rows when the law has none.
TextTable variantTable(const PlanAnswer& answer);

/// Our figures beside the paper's; no rows when nothing can be compared.
TextTable paperTable(const PlanAnswer& answer);

}  // namespace moe::report
