#include "app/report/plots/iso_lines.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

namespace moe::report {
namespace {

/// An edge of the grid: from node (ix, iy) to the right, or upwards.
struct GridEdge {
  std::size_t ix = 0;
  std::size_t iy = 0;
  bool upwards = false;
  auto operator<=>(const GridEdge&) const = default;
};

using Segment = std::pair<GridEdge, GridEdge>;

double between(double a, double b, double t, AxisScale scale) {
  if (scale == AxisScale::kLinear) return a + t * (b - a);
  return std::exp(std::log(a) + t * (std::log(b) - std::log(a)));
}

/// A map whose values and level are as they are interpolated.
class Marcher {
 public:
  Marcher(const PlotMap& map, AxisScale x_scale, AxisScale y_scale)
      : map_(map), x_scale_(x_scale), y_scale_(y_scale), values_(map.values) {
    if (map.scale == AxisScale::kLog)
      for (double& value : values_) value = std::log(value);
  }

  std::vector<std::vector<PlotPosition>> lines(double level) {
    level_ = map_.scale == AxisScale::kLog ? std::log(level) : level;
    segments_.clear();
    for (std::size_t iy = 0; iy + 1 < map_.y.size(); ++iy)
      for (std::size_t ix = 0; ix + 1 < map_.x.size(); ++ix) addCell(ix, iy);
    return joined();
  }

 private:
  double at(std::size_t ix, std::size_t iy) const { return values_[iy * map_.x.size() + ix]; }

  /// Corners from the lower left counter-clockwise; edge i lies between corners i and i + 1.
  void addCell(std::size_t ix, std::size_t iy) {
    const std::array<double, 4> corners{at(ix, iy), at(ix + 1, iy), at(ix + 1, iy + 1),
                                        at(ix, iy + 1)};
    if (!std::all_of(corners.begin(), corners.end(), [](double v) { return std::isfinite(v); }))
      return;
    const std::array<GridEdge, 4> edges{GridEdge{ix, iy, false}, GridEdge{ix + 1, iy, true},
                                        GridEdge{ix, iy + 1, false}, GridEdge{ix, iy, true}};
    std::vector<std::size_t> crossed;
    for (std::size_t i = 0; i < 4; ++i)
      if ((corners[i] >= level_) != (corners[(i + 1) % 4] >= level_)) crossed.push_back(i);
    if (crossed.size() == 2) segments_.push_back({edges[crossed[0]], edges[crossed[1]]});
    if (crossed.size() < 4) return;
    // A saddle: the corners that are on the centre's side are joined, the other two cut off.
    const double centre = (corners[0] + corners[1] + corners[2] + corners[3]) / 4;
    const bool cut_first = (corners[0] >= level_) != (centre >= level_);
    const std::size_t shift = cut_first ? 3 : 0;
    segments_.push_back({edges[shift], edges[(shift + 1) % 4]});
    segments_.push_back({edges[(shift + 2) % 4], edges[(shift + 3) % 4]});
  }

  PlotPosition crossing(const GridEdge& edge) const {
    const std::size_t jx = edge.ix + (edge.upwards ? 0 : 1);
    const std::size_t jy = edge.iy + (edge.upwards ? 1 : 0);
    const double a = at(edge.ix, edge.iy);
    const double t = (level_ - a) / (at(jx, jy) - a);
    return {between(map_.x[edge.ix], map_.x[jx], t, x_scale_),
            between(map_.y[edge.iy], map_.y[jy], t, y_scale_)};
  }

  std::optional<std::size_t> takeFrom(std::multimap<GridEdge, std::size_t>& at_edge,
                                      const GridEdge& edge, std::vector<bool>& used) const {
    for (auto [it, end] = at_edge.equal_range(edge); it != end; ++it)
      if (!used[it->second]) {
        used[it->second] = true;
        return it->second;
      }
    return std::nullopt;
  }

  /// Segments joined where they share an edge: pieces that start at a border first, then rings.
  std::vector<std::vector<PlotPosition>> joined() const {
    std::multimap<GridEdge, std::size_t> at_edge;
    for (std::size_t i = 0; i < segments_.size(); ++i) {
      at_edge.insert({segments_[i].first, i});
      at_edge.insert({segments_[i].second, i});
    }
    std::vector<bool> used(segments_.size(), false);
    std::vector<std::vector<PlotPosition>> pieces;
    const auto follow = [&](GridEdge edge) {
      std::vector<PlotPosition> piece{crossing(edge)};
      while (const auto next = takeFrom(at_edge, edge, used)) {
        const Segment& segment = segments_[*next];
        edge = segment.first == edge ? segment.second : segment.first;
        piece.push_back(crossing(edge));
      }
      if (piece.size() > 1) pieces.push_back(std::move(piece));
    };
    for (const Segment& segment : segments_)
      for (const GridEdge& end : {segment.first, segment.second})
        if (at_edge.count(end) == 1) follow(end);
    for (const Segment& segment : segments_) follow(segment.first);
    return pieces;
  }

  const PlotMap& map_;
  AxisScale x_scale_;
  AxisScale y_scale_;
  std::vector<double> values_;
  double level_ = 0;
  std::vector<Segment> segments_;
};

/// The nearest of 1, 2, 5 times a power of ten, by ratio.
double roundedStep(double value) {
  const double decade = std::pow(10.0, std::floor(std::log10(value)));
  const double leading = value / decade;
  for (const auto& [below, step] :
       {std::pair{std::sqrt(2.0), 1.0}, {std::sqrt(10.0), 2.0}, {std::sqrt(50.0), 5.0}})
    if (leading < below) return step * decade;
  return 10 * decade;
}

}  // namespace

std::vector<IsoLine> isoLines(const PlotMap& map, AxisScale x_scale, AxisScale y_scale,
                              std::span<const double> levels) {
  Marcher marcher(map, x_scale, y_scale);
  std::vector<IsoLine> lines;
  for (const double level : levels) {
    auto pieces = marcher.lines(level);
    if (!pieces.empty()) lines.push_back({level, "", std::move(pieces)});
  }
  return lines;
}

std::vector<double> roundLevels(const PlotMap& map, std::size_t count) {
  double low = HUGE_VAL;
  double high = -HUGE_VAL;
  for (const double value : map.values)
    if (std::isfinite(value) && (map.scale == AxisScale::kLinear || value > 0)) {
      low = std::min(low, value);
      high = std::max(high, value);
    }
  std::vector<double> levels;
  if (!(high > low) || count == 0) return levels;
  if (map.scale == AxisScale::kLog && high / low >= 10) {
    for (double decade = std::pow(10.0, std::floor(std::log10(low))); decade <= high; decade *= 10)
      for (const double step : {1.0, 2.0, 5.0})
        if (step * decade > low && step * decade < high) levels.push_back(step * decade);
    return levels;
  }
  const double step = roundedStep((high - low) / static_cast<double>(count));
  for (double i = std::ceil(low / step); i * step < high; ++i)
    if (i * step > low) levels.push_back(i * step);
  return levels;
}

}  // namespace moe::report
