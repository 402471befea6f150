#pragma once

#include <span>
#include <vector>

#include "app/report/plot_spec.h"

namespace moe::report {

/// Lines of equal value through a map by marching squares. Crossings lie where the value, linear
/// between neighbouring nodes, meets the level; positions (and values of a map with logarithmic
/// colours) are interpolated in the logarithm where the scale is logarithmic. In a saddle the mean
/// of the four corners decides which two stay joined. Cells with a corner that is not finite have
/// no line. Levels that no cell crosses are left out; `text` stays empty.
std::vector<IsoLine> isoLines(const PlotMap& map, AxisScale x_scale, AxisScale y_scale,
                              std::span<const double> levels);

/// Round levels within a map's values, about `count` of them: multiples of 1, 2 or 5 times a power
/// of ten, or 1, 2, 5 of each decade for a logarithmic scale that spans at least one decade. Empty
/// for a map without two different values.
std::vector<double> roundLevels(const PlotMap& map, std::size_t count);

}  // namespace moe::report
