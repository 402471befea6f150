#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace moe {

struct SeriesPoint {
  double step = 0;
  double value = 0;
};

/// A curve in constant memory: all points of a short one, evenly thinned ones of a long one, always
/// with the first and the last. At most 2 x kMostPoints are held.
class SeriesTrack {
 public:
  static constexpr std::size_t kMostPoints = 1024;

  void add(SeriesPoint point);
  std::size_t count() const { return count_; }

  /// In the order of adding.
  std::vector<SeriesPoint> points() const;

  /// Linear between points, and beyond the last one along the line through the last two; before the
  /// first, and beside an only one, along the line through it and the origin, as counts of tokens
  /// grow with steps. None without points.
  std::optional<double> at(double step) const;

  /// Of the finite values held; none without any.
  std::optional<double> median() const;

 private:
  std::vector<SeriesPoint> kept_;
  SeriesPoint last_;
  std::size_t count_ = 0;
  std::size_t stride_ = 1;
};

}  // namespace moe
