#pragma once

#include <string>

#include "app/workflows/fit_workflow.h"

namespace moe {

/// The residuals of a fit as CSV, one row per fitted point with full precision: where it was read,
/// run_id, params, train_tokens, experts, loss and predicted (nats), log_residual (ln L_hat - ln
/// L), robust_z, weight, leverage, outlier (0 or 1), and what leaving the run out does
/// (largest_loss_shift of ln L_hat elsewhere; empty when it was not computed).
std::string residualFile(const RunTable& table, const LawFit& fit);

}  // namespace moe
