#pragma once

#include <compare>

namespace moe {

/// A double with a unit that the compiler checks. The exponents are those of second, byte,
/// floating-point operation and US dollar; a count (tokens, parameters) is a plain double.
template <int Second, int Byte, int Operation, int Dollar>
class Quantity {
 public:
  constexpr Quantity() = default;
  constexpr explicit Quantity(double value) : value_(value) {}
  constexpr double value() const { return value_; }

  constexpr Quantity& operator+=(Quantity other) { return value_ += other.value_, *this; }
  constexpr Quantity& operator-=(Quantity other) { return value_ -= other.value_, *this; }
  constexpr Quantity& operator*=(double factor) { return value_ *= factor, *this; }
  friend constexpr Quantity operator+(Quantity a, Quantity b) { return a += b; }
  friend constexpr Quantity operator-(Quantity a, Quantity b) { return a -= b; }
  friend constexpr Quantity operator*(Quantity a, double factor) { return a *= factor; }
  friend constexpr Quantity operator*(double factor, Quantity a) { return a *= factor; }
  friend constexpr Quantity operator/(Quantity a, double divisor) {
    return Quantity(a.value_ / divisor);
  }
  friend constexpr auto operator<=>(Quantity a, Quantity b) = default;

 private:
  double value_ = 0;
};

template <int S1, int B1, int O1, int D1, int S2, int B2, int O2, int D2>
constexpr auto operator*(Quantity<S1, B1, O1, D1> a, Quantity<S2, B2, O2, D2> b) {
  return Quantity<S1 + S2, B1 + B2, O1 + O2, D1 + D2>(a.value() * b.value());
}

template <int S1, int B1, int O1, int D1, int S2, int B2, int O2, int D2>
constexpr auto operator/(Quantity<S1, B1, O1, D1> a, Quantity<S2, B2, O2, D2> b) {
  if constexpr (S1 == S2 && B1 == B2 && O1 == O2 && D1 == D2) {
    return a.value() / b.value();
  } else {
    return Quantity<S1 - S2, B1 - B2, O1 - O2, D1 - D2>(a.value() / b.value());
  }
}

using Seconds = Quantity<1, 0, 0, 0>;
using Bytes = Quantity<0, 1, 0, 0>;
using Flop = Quantity<0, 0, 1, 0>;
using Usd = Quantity<0, 0, 0, 1>;
using BytesPerSecond = Quantity<-1, 1, 0, 0>;
using FlopPerSecond = Quantity<-1, 0, 1, 0>;
using UsdPerSecond = Quantity<-1, 0, 0, 1>;

constexpr Bytes gigabytes(double count) { return Bytes(count * 1e9); }
constexpr Bytes gibibytes(double count) { return Bytes(count * 1073741824.0); }
constexpr UsdPerSecond usdPerHour(double price) { return UsdPerSecond(price / 3600); }

}  // namespace moe
