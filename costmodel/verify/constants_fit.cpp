#include "costmodel/verify/constants_fit.h"

#include <ceres/ceres.h>

#include <array>
#include <cmath>

namespace moe {
namespace {

constexpr int kConstants = 5;         // TPOT has four and leaves the last at 0
constexpr double kSoftLimit = 0.02;   // residuals of TPOT beyond 2 % count linearly
constexpr double kCauchyLimit = 0.5;  // those of TTFT beyond 50 % hardly count at all

/// What a residual is of the predicted over the measured time.
enum class Residual { kRelative, kLogarithm };

/// (base + sum of constant x term) / measured, the numerator never below `least`, less 1 or as
/// logarithm.
struct TimeResidual {
  double base;
  std::array<double, kConstants> terms;
  double least;
  double measured;
  Residual kind;

  template <class T>
  bool operator()(const T* constants, T* residual) const {
    T predicted = T(base);
    for (int i = 0; i < kConstants; ++i) predicted += constants[i] * terms[i];
    if (predicted < least) predicted = T(least);
    const T ratio = predicted / measured;
    residual[0] = kind == Residual::kRelative ? ratio - 1.0 : log(ratio);
    return true;
  }
};

/// Units in which the constants are of order one, so that one trust region suits all.
using Scales = std::array<double, kConstants>;

ceres::LossFunction* lossOf(Residual kind) {
  if (kind == Residual::kRelative) return new ceres::SoftLOneLoss(kSoftLimit);
  return new ceres::CauchyLoss(kCauchyLimit);
}

std::array<double, kConstants> solve(const std::vector<TimeResidual>& residuals,
                                     const Scales& scales, std::array<double, kConstants> start) {
  std::array<double, kConstants> values{};
  for (int i = 0; i < kConstants; ++i) values[i] = start[i] / scales[i];
  ceres::Problem problem;
  for (TimeResidual residual : residuals) {
    for (int i = 0; i < kConstants; ++i) residual.terms[i] *= scales[i];
    problem.AddResidualBlock(
        new ceres::AutoDiffCostFunction<TimeResidual, 1, kConstants>(new TimeResidual(residual)),
        lossOf(residual.kind), values.data());
  }
  for (int i = 0; i < kConstants; ++i) problem.SetParameterLowerBound(values.data(), i, 0.0);
  ceres::Solver::Options options;
  options.linear_solver_type = ceres::DENSE_QR;
  options.max_num_iterations = 200;
  options.function_tolerance = 1e-12;
  options.parameter_tolerance = 1e-12;
  options.logging_type = ceres::SILENT;
  ceres::Solver::Summary summary;
  ceres::Solve(options, &problem, &summary);
  for (int i = 0; i < kConstants; ++i) values[i] *= scales[i];
  return values;
}

}  // namespace

EngineConstants fitTpotConstants(const std::vector<const PredictedPoint*>& points,
                                 const EngineConstants& start) {
  std::vector<TimeResidual> residuals;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const ServingPoint& point = points[i]->point;
    if (!points[i]->measured.tpot_s) continue;
    residuals.push_back(
        {point.decode_kernels_s,
         {point.others_prefill_s, point.host, point.host * point.concurrency, point.layers, 0},
         kLeastShareOfDecode * point.decode.total(),
         *points[i]->measured.tpot_s,
         Residual::kRelative});
  }
  require(residuals.size() >= 10, "too few points to fit constants to");
  const auto values = solve(residuals, {1, 1e-3, 1e-5, 1e-5, 1},
                            {start.prefill_share, start.host_step_s + 1e-4,
                             start.host_sequence_s + 1e-6, start.multi_device_layer_s + 1e-6, 0});
  EngineConstants fitted = start;
  fitted.prefill_share = values[0];
  fitted.host_step_s = values[1];
  fitted.host_sequence_s = values[2];
  fitted.multi_device_layer_s = values[3];
  return fitted;
}

EngineConstants fitTtftConstants(const std::vector<const PredictedPoint*>& points,
                                 const EngineConstants& start) {
  std::vector<TimeResidual> residuals;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const ServingPoint& point = points[i]->point;
    if (!points[i]->measured.ttft_s) continue;
    const double tpot = tpotWith(point, start);
    residuals.push_back(
        {queueSeconds(point, tpot),
         {1, point.first_prefill_s, point.waiting_prefill_s, contentionSeconds(point, tpot), tpot},
         0,
         *points[i]->measured.ttft_s,
         Residual::kLogarithm});
  }
  require(residuals.size() >= 10, "too few points to fit constants to");
  const auto values = solve(residuals, {1e-2, 1, 0.1, 1, 1}, {5e-2, 1, 0.05, 0.1, 1});
  EngineConstants fitted = start;
  fitted.first_s = values[0];
  fitted.first_prefill = values[1];
  fitted.waiting_share = values[2];
  fitted.contention_share = values[3];
  fitted.first_steps = values[4];
  return fitted;
}

}  // namespace moe
