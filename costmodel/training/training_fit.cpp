#include "costmodel/training/training_fit.h"

#include <Eigen/Cholesky>
#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

namespace moe {
namespace {

constexpr int kTerms = static_cast<int>(kStepTerms);
using Vector = Eigen::Matrix<double, kTerms, 1>;
using Matrix = Eigen::Matrix<double, kTerms, kTerms>;

struct Prior {
  double value;
  double width;  ///< of the logarithm
};

/// In the order of StepTerm. Values are near what efficiencies of large products, memory and links
/// give; their widths are wide enough for the rows to decide.
constexpr Prior kPrior[kTerms] = {{1.4, 0.3}, {0.5, 0.7},  {2.0, 0.5},  {1.2, 0.7},
                                  {1.2, 0.7}, {1e-3, 1.0}, {7e-3, 1.0}, {0.5, 0.7},
                                  {1.0, 0.7}, {0.5, 0.7},  {0.3, 0.7},  {1.2, 0.3}};

struct WeightedRow {
  const MeasuredTraining* row;
  double weight;
};

std::vector<WeightedRow> weightedRows(const std::vector<MeasuredTraining>& rows,
                                      const RowFilter& seen) {
  const auto group = [](const MeasuredTraining& row) {
    return std::tie(row.row.source, row.row.model, row.row.hardware);
  };
  std::map<std::tuple<std::string, std::string, std::string>, int> counts;
  std::vector<WeightedRow> chosen;
  for (const MeasuredTraining& row : rows) {
    if (row.whole_run || !seen(row)) continue;
    chosen.push_back({&row, 1});
    ++counts[group(row)];
  }
  for (WeightedRow& row : chosen) row.weight = 1 / std::sqrt(counts[group(*row.row)]);
  return chosen;
}

/// One Gauss-Newton step on the logarithms of the coefficients.
Vector logStep(const std::vector<WeightedRow>& rows, const StepCoefficients& coefficients) {
  constexpr double kHuber = 0.3;
  Matrix normal = Matrix::Zero();
  Vector gradient = Vector::Zero();
  for (const WeightedRow& row : rows) {
    const StepTime time = stepTime(row.row->point.terms, coefficients);
    const double residual = std::log(row.row->secondsPerToken() / time.seconds);
    const double weight = row.weight * std::min(1.0, kHuber / std::abs(residual));
    const Eigen::Map<const Vector> slopes(time.slopes.data());
    normal += weight * slopes * slopes.transpose();
    gradient += weight * residual * slopes;
  }
  for (int i = 0; i < kTerms; ++i) {
    const double strength = 1 / (kPrior[i].width * kPrior[i].width);
    normal(i, i) += strength;
    gradient(i) += strength * std::log(kPrior[i].value / coefficients[static_cast<std::size_t>(i)]);
  }
  return normal.ldlt().solve(gradient).cwiseMax(-1.0).cwiseMin(1.0);
}

}  // namespace

StepCoefficients priorCoefficients() {
  StepCoefficients coefficients{};
  for (std::size_t i = 0; i < kStepTerms; ++i) coefficients[i] = kPrior[i].value;
  return coefficients;
}

StepCoefficients fitStepCoefficients(const std::vector<MeasuredTraining>& rows,
                                     const RowFilter& seen, const StepCoefficients& start,
                                     int iterations) {
  const std::vector<WeightedRow> chosen = weightedRows(rows, seen);
  StepCoefficients coefficients = start;
  for (int i = 0; i < iterations; ++i) {
    const Vector step = logStep(chosen, coefficients);
    for (std::size_t term = 0; term < kStepTerms; ++term)
      coefficients[term] *= std::exp(step(static_cast<int>(term)));
  }
  return coefficients;
}

}  // namespace moe
