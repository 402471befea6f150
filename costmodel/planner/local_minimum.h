#pragma once

#include <cmath>
#include <utility>

namespace moe {

struct LocalMinimum {
  double x = 0;
  double value = 0;
  bool kink = false;  ///< the slope jumps there; judged by `polished` only
};

/// The least value of f between a and c, to `tolerance` in x: parabolas where they are safe, else
/// golden sections [Brent1973]. Starts from b in [a, c], whose value `fb` no end undercuts. f may
/// have kinks and may be infinite beyond a wall.
template <class Function>
LocalMinimum localMinimum(const Function& f, double a, double b, double c, double fb,
                          double tolerance) {
  constexpr double kGolden = 0.3819660112501051;  // 2 - golden ratio
  double x = b, w = b, v = b;                     // the best, the second and the one before
  double fx = fb, fw = fb, fv = fb;
  double step = 0, last = 0;
  for (int iteration = 0; iteration < 200; ++iteration) {
    const double middle = 0.5 * (a + c);
    if (std::abs(x - middle) <= 2 * tolerance - 0.5 * (c - a)) break;
    const double r = (x - w) * (fx - fv);
    const double q = (x - v) * (fx - fw);
    const double over = 2 * (q - r);
    const double move = over == 0 ? 0 : -((x - v) * q - (x - w) * r) / over;
    const double before = std::exchange(last, step);
    const bool safe = std::isfinite(move) && move != 0 && std::abs(move) < 0.5 * std::abs(before) &&
                      x + move > a && x + move < c;
    if (safe) {
      step = move;
      const double next = x + step;
      if (next - a < 2 * tolerance || c - next < 2 * tolerance)
        step = x < middle ? tolerance : -tolerance;
    } else {
      last = x < middle ? c - x : a - x;
      step = kGolden * last;
    }
    const double u = x + (std::abs(step) >= tolerance ? step : std::copysign(tolerance, step));
    const double fu = f(u);
    if (fu <= fx) {
      (u < x ? c : a) = x;
      v = std::exchange(w, std::exchange(x, u));
      fv = std::exchange(fw, std::exchange(fx, fu));
      continue;
    }
    (u < x ? a : c) = u;
    if (fu <= fw || w == x) {
      v = std::exchange(w, u);
      fv = std::exchange(fw, fu);
    } else if (fu <= fv || v == x || v == w) {
      v = u;
      fv = fu;
    }
  }
  return {x, fx, false};
}

/// Sharpens a minimum found to about 1e-8, which is all that comparing values gives, by the root of
/// the central difference over 1e-4 (error about 1e-8 times the third derivative). Tells a kink by
/// the second difference: it grows with the step at a kink, with its square where f is smooth.
template <class Function>
LocalMinimum polished(const Function& f, LocalMinimum found) {
  constexpr double kStep = 1e-4;
  const auto second = [&](double x, double middle, double step) {
    return f(x - step) - 2 * middle + f(x + step);
  };
  const double narrow = second(found.x, found.value, kStep);
  const double wide = second(found.x, found.value, 2 * kStep);
  if (!(wide > 0) || !std::isfinite(wide) || wide < 3 * narrow) {
    found.kink = narrow > 1e-12 * std::abs(found.value);
    return found;
  }
  double x = found.x;
  for (int repeat = 0; repeat < 2; ++repeat) {
    const double below = f(x - kStep);
    const double above = f(x + kStep);
    const double curved = below - 2 * f(x) + above;
    if (!(curved > 0) || !std::isfinite(curved)) return found;
    x -= 0.5 * kStep * (above - below) / curved;
  }
  const double value = f(x);
  if (std::abs(x - found.x) < kStep && value <= found.value * (1 + 1e-12) + 1e-300)
    return {x, value, false};
  return found;
}

}  // namespace moe
