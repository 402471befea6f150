#pragma once

#include "app/report/text_table.h"
#include "app/workflows/lifetime_workflow.h"

namespace moe::report {

/// The designs, the best first, at most twelve; infeasible ones with the limit in the way and what
/// would do.
TextTable designTable(const LifetimeAnswer& answer);

/// Intervals of the design that is shown and of the runner-up; no rows without draws.
TextTable intervalTable(const LifetimeAnswer& answer);

/// What other fitting choices of the law make of each design; no rows where it has none.
TextTable lifetimeVariantTable(const LifetimeAnswer& answer);

/// The tornado: what each assumption moves, the one that moves most first; no rows unless asked.
TextTable sensitivityTable(const LifetimeAnswer& answer);

/// The real model: its sizes, its training and its serving; no rows where there is none.
TextTable modelTable(const LifetimeAnswer& answer);

}  // namespace moe::report
