#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fitting/fit.h"

namespace moe {

/// One point of a fit as residual plots need it.
struct Residual {
  std::size_t row = 0;      ///< of the table
  double predicted = 0;     ///< nats
  double log_residual = 0;  ///< ln L_hat - ln L
  double robust_z = 0;      ///< over 1.4826 times the median absolute residual
  double weight = 1;        ///< that the objective gives it: delta/|r| beyond delta, 1 within
  double leverage = 0;      ///< diagonal of the hat matrix; sums to the free parameters
  bool outlier = false;     ///< |robust_z| > 4
};

/// Whether the spread of the residuals, or the residuals themselves, follow a variable.
struct Trend {
  std::string variable;    ///< "N", "D", "E", "N D"
  bool of_spread = false;  ///< of |residual|; else of the residual: a term that the law lacks
  double correlation = 0;  ///< Spearman's
  double p_value = 1;      ///< by the normal approximation, times the number of trends looked at
};

/// Runs of equal N, D, E, k and G that differ in their loss: seeds.
struct Replicates {
  std::size_t sets = 0;
  std::size_t degrees_of_freedom = 0;
  double noise = 0;          ///< standard deviation of ln L within sets
  double lack_of_fit_p = 1;  ///< F test of the fit's residuals against that noise
  std::size_t copies = 0;    ///< points that repeat another run's N, D, E and loss exactly
};

struct ResidualStudy {
  std::vector<Residual> points;       ///< in the order of the table's rows
  std::vector<std::size_t> outliers;  ///< rows, the largest first
  std::vector<Trend> trends;          ///< those with a p-value below 1 %
  Replicates replicates;
};

/// Studies the residuals of a finished fit.
ResidualStudy studyResiduals(const FitData& data, const FitResult& result);

}  // namespace moe
