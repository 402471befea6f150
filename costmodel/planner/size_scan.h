#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace moe {

/// A local minimum of a scan: sizes before, at and after it.
struct Bracket {
  double a, b, c, value;
  double bound;  // no value between a and c lies below, were it convex there
};

/// The most promising brackets of a scan, kept without allocation.
class Brackets {
 public:
  static constexpr std::size_t kMost = 8;

  void add(const Bracket& bracket) {
    if (count_ < kMost) {
      kept_[count_++] = bracket;
      return;
    }
    auto worst = std::max_element(kept_.begin(), kept_.end(),
                                  [](const auto& x, const auto& y) { return x.bound < y.bound; });
    if (bracket.bound < worst->bound) *worst = bracket;
  }
  const Bracket* begin() const { return kept_.data(); }
  const Bracket* end() const { return kept_.data() + count_; }

 private:
  std::array<Bracket, kMost> kept_{};
  std::size_t count_ = 0;
};

/// Takes values along ascending sizes and notes each local minimum.
class Scan {
 public:
  void add(double x, double value) {
    if (seen_ > 0 && value > here_ && here_ <= before_) note(x, value);
    before_x_ = seen_ > 0 ? here_x_ : x;
    before_ = seen_ > 0 ? here_ : std::numeric_limits<double>::infinity();
    here_x_ = x;
    here_ = value;
    ++seen_;
  }
  void finish() {
    if (seen_ > 0 && here_ <= before_) note(here_x_, std::numeric_limits<double>::infinity());
  }
  const Brackets& minima() const { return minima_; }

 private:
  void note(double after_x, double after) {
    if (!std::isfinite(here_)) return;
    const double drop = std::max(before_ - here_, after - here_);
    minima_.add({before_x_, here_x_, after_x, here_, here_ - drop});
  }
  double before_x_ = 0, before_ = std::numeric_limits<double>::infinity(), here_x_ = 0,
         here_ = std::numeric_limits<double>::infinity();
  std::size_t seen_ = 0;
  Brackets minima_;
};

}  // namespace moe
