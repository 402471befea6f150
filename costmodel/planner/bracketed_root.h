#pragma once

#include <cmath>
#include <utility>

namespace moe {

/// The x in [a, b] where f changes sign, to `tolerance` in x: inverse quadratic interpolation where
/// it is safe, else bisection [Chandrupatla1997]. Needs f(a) and f(b) of opposite sign or zero, and
/// f continuous; kinks do no harm. An infinite f counts by its sign.
template <class Function>
double bracketedRoot(const Function& f, double a, double b, double tolerance) {
  double fa = f(a);
  double fb = f(b);
  if (fa == 0) return a;
  if (fb == 0) return b;
  double share = 0.5;
  for (int iteration = 0; iteration < 200; ++iteration) {
    const double x = a + share * (b - a);
    const double fx = f(x);
    double c = a;
    double fc = fa;
    if (std::signbit(fx) != std::signbit(fa)) {
      c = std::exchange(b, a);
      fc = std::exchange(fb, fa);
    }
    a = x;
    fa = fx;
    const double smallest = tolerance / std::abs(b - a);
    if (fa == 0 || smallest > 0.5) break;

    const double xi = (a - b) / (c - b);
    const double phi = (fa - fb) / (fc - fb);
    share = 0.5;
    if (phi * phi < xi && (1 - phi) * (1 - phi) < 1 - xi)
      share = fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb);
    if (!(share > smallest)) share = smallest;
    if (share > 1 - smallest) share = 1 - smallest;
  }
  return std::abs(fa) < std::abs(fb) ? a : b;
}

}  // namespace moe
