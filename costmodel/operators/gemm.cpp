#include "costmodel/operators/gemm.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace moe {
namespace {

/// Points on the line through a grid that are nearest to a hole on either side.
struct Neighbours {
  std::optional<std::size_t> below, above;
};

template <class Usable>
Neighbours neighboursOf(std::size_t place, std::size_t count, Usable usable) {
  Neighbours found;
  for (std::size_t i = place; i-- > 0 && !found.below;)
    if (usable(i)) found.below = i;
  for (std::size_t i = place + 1; i < count && !found.above; ++i)
    if (usable(i)) found.above = i;
  return found;
}

std::vector<double> mixed(const std::vector<double>& a, const std::vector<double>& b,
                          double share) {
  std::vector<double> result(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) result[i] = a[i] + share * (b[i] - a[i]);
  return result;
}

/// Adds what the neighbours of a hole on one line say of it.
void addLine(std::vector<std::vector<double>>& answers, const std::vector<double>& axis,
             std::size_t place, const Neighbours& found, auto cell) {
  if (found.below && found.above) {
    const double low = std::log(axis[*found.below]);
    const double share = (std::log(axis[place]) - low) / (std::log(axis[*found.above]) - low);
    answers.push_back(mixed(cell(*found.below), cell(*found.above), share));
  }
}

}  // namespace

IdealTime gemmIdeal(NumberFormat format, double m, double n, double k, const Peaks& peaks) {
  const double bytes =
      weightBytes(format) * n * k + activationBytes(format) * m * k + resultBytes(format) * m * n;
  return {2 * m * n * k / peaks.flopPerSecond(format), bytes / peaks.bytes_per_s};
}

OperatorTime Gemm::time(double m) const {
  const IdealTime ideal = gemmIdeal(format, utilisation.clampedY(m), n, k, peaks);
  return {ideal.seconds() / utilisation.utilisation(m), ideal};
}

GemmTable::GemmTable(const KernelTable& table, const Peaks& source) : tokens_(table.axis) {
  for (const KernelTable::Row& row : table.rows)
    for (const NumberFormat format : numberFormats())
      if (row.shape[0] == name(format))
        shapes_.push_back({format, table.number(row, 1), table.number(row, 2), row.seconds});
  std::map<NumberFormat, std::pair<std::set<double>, std::set<double>>> axes;
  for (const Shape& shape : shapes_) {
    axes[shape.format].first.insert(shape.n);
    axes[shape.format].second.insert(shape.k);
  }
  for (const auto& [format, sets] : axes) {
    Grid& grid = grids_[format];
    grid.n.assign(sets.first.begin(), sets.first.end());
    grid.k.assign(sets.second.begin(), sets.second.end());
    grid.cells.resize(grid.n.size() * grid.k.size());
  }
  const auto index = [](const std::vector<double>& axis, double value) {
    return static_cast<std::size_t>(std::lower_bound(axis.begin(), axis.end(), value) -
                                    axis.begin());
  };
  for (const Shape& shape : shapes_) {
    Grid& grid = grids_[shape.format];
    auto& cell = grid.cells[index(grid.n, shape.n) * grid.k.size() + index(grid.k, shape.k)];
    for (std::size_t i = 0; i < tokens_.size(); ++i)
      cell.push_back(
          std::log(gemmIdeal(shape.format, tokens_[i], shape.n, shape.k, source).seconds() /
                   shape.seconds[i]));
  }
}

std::vector<double> GemmTable::cellOf(const Grid& grid, std::size_t in, std::size_t ik,
                                      std::optional<HiddenShape> hidden) const {
  const std::size_t width = grid.k.size();
  const auto usable = [&](std::size_t i, std::size_t j) {
    const bool hides = hidden && hidden->n == grid.n[i] && hidden->k == grid.k[j];
    return !hides && !grid.cells[i * width + j].empty();
  };
  if (usable(in, ik)) return grid.cells[in * width + ik];
  std::vector<std::vector<double>> answers;
  addLine(answers, grid.n, in,
          neighboursOf(in, grid.n.size(), [&](std::size_t i) { return usable(i, ik); }),
          [&](std::size_t i) { return grid.cells[i * width + ik]; });
  addLine(answers, grid.k, ik,
          neighboursOf(ik, width, [&](std::size_t j) { return usable(in, j); }),
          [&](std::size_t j) { return grid.cells[in * width + j]; });
  if (answers.size() == 2) return mixed(answers[0], answers[1], 0.5);
  if (answers.size() == 1) return answers[0];
  // At a corner: the nearest cell by steps on the grid.
  std::size_t best = grid.cells.size();
  std::size_t least = grid.cells.size() * 2;
  for (std::size_t i = 0; i < grid.n.size(); ++i)
    for (std::size_t j = 0; j < width; ++j) {
      const std::size_t steps = (i > in ? i - in : in - i) + (j > ik ? j - ik : ik - j);
      if (usable(i, j) && steps < least) least = steps, best = i * width + j;
    }
  require(best < grid.cells.size(), "a format of matrix products without a shape");
  return grid.cells[best];
}

std::optional<Gemm> GemmTable::bind(NumberFormat format, double n, double k, const Peaks& target,
                                    std::optional<HiddenShape> hidden) const {
  const auto found = grids_.find(format);
  if (found == grids_.end()) return std::nullopt;
  const Grid& grid = found->second;
  const auto remains = [&](const Shape& shape) {
    return shape.format == format && !(hidden && hidden->n == shape.n && hidden->k == shape.k);
  };
  if (std::none_of(shapes_.begin(), shapes_.end(), remains)) return std::nullopt;
  const auto place = [](const std::vector<double>& axis, double value) {
    std::vector<double> logs;
    for (const double v : axis) logs.push_back(std::log(v));
    return placeOn(logs, std::log(value));
  };
  const AxisPlace pn = place(grid.n, n);
  const AxisPlace pk = place(grid.k, k);
  const auto row = [&](std::size_t in) {
    const std::vector<double> low = cellOf(grid, in, pk.low, hidden);
    return pk.weight > 0 ? mixed(low, cellOf(grid, in, pk.low + 1, hidden), pk.weight) : low;
  };
  std::vector<double> values = row(pn.low);
  if (pn.weight > 0) values = mixed(values, row(pn.low + 1), pn.weight);
  Gemm gemm{format,
            std::max(n, grid.n.front()),
            std::max(k, grid.k.front()),
            target,
            UtilisationGrid(tokens_, std::move(values)),
            Basis::kInterpolated};
  const bool inside =
      n >= grid.n.front() && n <= grid.n.back() && k >= grid.k.front() && k <= grid.k.back();
  if (!inside) gemm.basis = Basis::kTransferred;
  return gemm;
}

std::optional<double> GemmTable::narrowest(NumberFormat format) const {
  const auto found = grids_.find(format);
  return found == grids_.end() ? std::nullopt : std::optional(found->second.n.front());
}

Gemm rooflineGemm(NumberFormat format, double n, double k, const Peaks& peaks, double compute_share,
                  double bandwidth_share) {
  // Shares of compute and bandwidth become peaks that are fully used.
  const Peaks reached = peaks.scaled(compute_share, bandwidth_share);
  return {format, n, k, reached, UtilisationGrid::constant(1), Basis::kRoofline};
}

}  // namespace moe
