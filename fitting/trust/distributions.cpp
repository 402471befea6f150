#include "fitting/trust/distributions.h"

#include <cmath>
#include <numbers>
#include <unsupported/Eigen/SpecialFunctions>

#include "data/error.h"

namespace moe {

namespace {

/// P(|T| > t) = I_{v/(v + t^2)}(v/2, 1/2).
double studentTails(double t, double freedom) {
  return Eigen::numext::betainc(freedom / 2, 0.5, freedom / (freedom + t * t));
}

}  // namespace

double normalCumulative(double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); }

// Bisection: monotone, and called a few times a fit.
double normalQuantile(double p) {
  require(p > 0 && p < 1, "a quantile needs a probability between 0 and 1");
  double low = -40;
  double high = 40;
  for (int step = 0; step < 200 && high - low > 1e-15 * std::abs(high); ++step) {
    const double middle = 0.5 * (low + high);
    (normalCumulative(middle) < p ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

double studentQuantile(double p, double freedom) {
  require(p > 0 && p < 1 && freedom > 0, "a quantile needs a probability and degrees of freedom");
  if (std::isinf(freedom)) return normalQuantile(p);
  if (p == 0.5) return 0;
  const double tails = 2 * std::min(p, 1 - p);
  double low = 0;
  double high = 1;
  while (studentTails(high, freedom) > tails) high *= 2;
  for (int step = 0; step < 200 && high - low > 1e-15 * high; ++step) {
    const double middle = 0.5 * (low + high);
    (studentTails(middle, freedom) > tails ? low : high) = middle;
  }
  return p < 0.5 ? -high : high;
}

double fisherTail(double f, double numerator, double denominator) {
  if (!(f > 0)) return 1;
  return Eigen::numext::betainc(denominator / 2, numerator / 2,
                                denominator / (denominator + numerator * f));
}

}  // namespace moe
