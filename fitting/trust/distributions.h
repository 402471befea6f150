#pragma once

namespace moe {

/// Quantile of Student's t: P(T <= t) = p. Normal for an infinite number of degrees of freedom.
/// `p` in (0, 1), `degrees_of_freedom` > 0.
double studentQuantile(double p, double degrees_of_freedom);

/// P(Z <= z) and its inverse for the standard normal distribution.
double normalCumulative(double z);
double normalQuantile(double p);

/// P(F > f), Fisher's F with these degrees of freedom.
double fisherTail(double f, double numerator_freedom, double denominator_freedom);

}  // namespace moe
