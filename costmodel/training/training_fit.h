#pragma once

#include <functional>
#include <vector>

#include "costmodel/training/training_points.h"

namespace moe {

/// Which measured rows a fit or a prediction may see.
using RowFilter = std::function<bool(const MeasuredTraining&)>;

/// The coefficients that a fit starts from and is drawn to: 1 / efficiency of products, bytes and
/// links, milliseconds of launches. Their widths on a log scale are 0.3 to 1.
StepCoefficients priorCoefficients();

/// Least squares of ln(measured / computed) with Huber's bound at 0.3, penalised by the squared
/// distance of the logs of the coefficients from the prior. Rows of one source, model and machine
/// together weigh as the root of their count, so that long tables do not drown short ones. Whole
/// runs are left out. `start` saves iterations.
StepCoefficients fitStepCoefficients(const std::vector<MeasuredTraining>& rows,
                                     const RowFilter& seen, const StepCoefficients& start,
                                     int iterations);

}  // namespace moe
