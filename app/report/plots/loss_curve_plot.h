#pragma once

#include "app/report/plot_spec.h"
#include "data/training_run.h"

namespace moe::report {

/// The loss of each run over its training: rows with one run_id are one curve, by rising tokens. At
/// most twelve runs are drawn, evenly chosen among those of the table.
PlotSpec lossCurvePlot(const RunTable& table);

}  // namespace moe::report
