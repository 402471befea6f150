#pragma once

#include <vector>

#include "app/report/plot_spec.h"
#include "data/error.h"

namespace moe::test {

/// Every kind of plot, made from data that ship. Takes a few seconds.
Result<std::vector<report::PlotSpec>> shippedPlots();

}  // namespace moe::test
