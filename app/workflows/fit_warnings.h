#pragma once

#include <vector>

#include "app/workflows/fit_workflow.h"

namespace moe {

/// What everyone who uses this law's fit must be told: how N is counted, too few runs, a search
/// that did not converge, a law without experts on runs of one expert count above 1, a law without
/// repeats on runs that see tokens again.
std::vector<Warning> warningsOfFit(const LawFamily& family, const RunTable& table,
                                   const FitResult& fit);

}  // namespace moe
