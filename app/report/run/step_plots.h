#pragma once

#include <string>
#include <vector>

#include "app/report/plot_spec.h"
#include "app/workflows/run/answer_step.h"

namespace moe::report {

/// The pictures that show an answer, those with nothing to draw left out. `key` is unique among
/// them; of a fit of several laws it begins with the law.
std::vector<PlotSpec> plotsOf(const StepAnswer& answer);

}  // namespace moe::report
