#pragma once

#include "fitting/fit.h"
#include "fitting/objective.h"

namespace moe {

/// Fills result.parameters, ridges and condition_number: what the data determine and what not.
///
/// A parameter is not identified when
///   - its direction lies in the null space of the Jacobian of ln L (D never varies: C, gamma, F);
///   - it sits on a bound;
///   - its term carries less than a thousandth of every loss;
///   - the data do not exclude one of its bounds: refitting with the parameter held there raises
///     the objective by less than a 95 % interval allows (rise_scale.h);
///   - or it is the amplitude of a term none of whose exponents is identified.
/// The others get a standard error from the sandwich H^+ S H^+ clustered over runs, and a Wald
/// interval by Student's t until a bootstrap replaces it.
void describeParameters(FitProblem& problem, const FitData& data, FitResult& result);

}  // namespace moe
