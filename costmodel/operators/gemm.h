#pragma once

#include <map>
#include <optional>
#include <vector>

#include "costmodel/operators/number_format.h"
#include "costmodel/operators/operator_time.h"
#include "costmodel/operators/utilisation_grid.h"
#include "data/kernels/kernel_table.h"

namespace moe {

/// A matrix product (m x k) (k x n) of one weight matrix, bound to an accelerator: its time as a
/// function of m, the tokens.
struct Gemm {
  NumberFormat format = NumberFormat::kBf16;
  double n = 0;
  double k = 0;
  Peaks peaks;
  UtilisationGrid utilisation;  ///< over m
  Basis basis = Basis::kRoofline;

  OperatorTime time(double m) const;
};

/// max(2 m n k / peak, (w n k + a m k + r m n) / bandwidth), w, a and r bytes of a weight, of an
/// activation and of an element of the result (bf16, but f32 in f32).
IdealTime gemmIdeal(NumberFormat format, double m, double n, double k, const Peaks& peaks);

/// Which shapes a query leaves out, to measure the error of interpolation.
struct HiddenShape {
  double n = 0;
  double k = 0;
};

/// Measured matrix products of one system.
class GemmTable {
 public:
  /// `source`: peaks of the accelerator that was measured.
  GemmTable(const KernelTable& table, const Peaks& source);

  /// Bilinear in ln n and ln k, clamped at the edges, of ln utilisation; none when this format was
  /// not measured, or in the hidden shape only. `target`: the accelerator to predict.
  std::optional<Gemm> bind(NumberFormat format, double n, double k, const Peaks& target,
                           std::optional<HiddenShape> hidden = std::nullopt) const;

  /// One measured shape with its times, NaN where there is none.
  struct Shape {
    NumberFormat format;
    double n;
    double k;
    std::vector<double> seconds;
  };
  /// The smallest n measured in this format.
  std::optional<double> narrowest(NumberFormat format) const;
  const std::vector<Shape>& shapes() const { return shapes_; }
  const std::vector<double>& tokens() const { return tokens_; }

 private:
  struct Grid {
    std::vector<double> n, k;
    std::vector<std::vector<double>> cells;  ///< [n][k]: ln utilisation over m; empty: a hole
  };
  std::vector<double> cellOf(const Grid& grid, std::size_t in, std::size_t ik,
                             std::optional<HiddenShape> hidden) const;

  std::vector<double> tokens_;
  std::vector<Shape> shapes_;
  std::map<NumberFormat, Grid> grids_;
};

/// A product of which nothing was measured: the roofline with these shares of the peaks.
Gemm rooflineGemm(NumberFormat format, double n, double k, const Peaks& peaks, double compute_share,
                  double bandwidth_share);

}  // namespace moe
