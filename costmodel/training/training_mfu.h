#pragma once

#include <string>
#include <vector>

#include "costmodel/training/training_fit.h"
#include "data/basis.h"

namespace moe {

/// What measured rows say of training speed: the step's coefficients, and how far each row is from
/// them. Made once (some 20 ms) and asked often.
struct TrainingSpeedModel {
  std::vector<MeasuredTraining> rows;
  StepCoefficients coefficients{};
  std::vector<double> residuals;  ///< ln(computed / measured) of each row
  /// |ln(predicted / measured)|, sorted, of rows that were predicted without their own
  /// configuration ("near") or without their model ("far"): for dense and for routed models.
  std::vector<double> near_errors[2];
  std::vector<double> far_errors[2];
  int newest_month = 0;  ///< of all releases, what a prediction assumes
};

/// Fits the rows. Errors: a name that is not in the catalogs, no row at all.
Result<TrainingSpeedModel> trainingSpeedModel(const std::vector<TrainingRow>& rows,
                                              const ModelCatalog& models,
                                              const HardwareCatalog& hardware);
/// The same for the rows and catalogs that ship.
Result<TrainingSpeedModel> shippedTrainingSpeedModel();

/// A row that spoke for a prediction.
struct TrainingNeighbour {
  std::size_t row = 0;  ///< index into TrainingSpeedModel::rows
  double distance = 0;
  double share = 0;  ///< of the correction's weight
};

struct TrainingSpeed {
  double tokens_per_s_per_device = 0;
  double low = 0;  ///< 90 % interval
  double high = 0;
  Basis basis = Basis::kTransferred;
  StepTime computed;                          ///< before the correction
  double correction = 1;                      ///< of the computed time, from the neighbours
  std::vector<TrainingNeighbour> neighbours;  ///< the nearest first, at most five
};

/// The step's time with the fitted coefficients, times exp(-c), where c is the mean residual of the
/// measured rows with weights exp(-d^2 / 2), drawn to 0 by a row of weight 0.3 that has none.
///
/// Basis: measured when the nearest row has the same model, machine, precision and nearly the same
/// sizes (d < 0.3); interpolated while it is on the same machine with d < 2; else transferred. The
/// interval is split-conformal: 90 % of left-out rows of that kind (their configuration left out
/// when measured or interpolated, their model when transferred; dense and routed apart) were
/// closer.
TrainingSpeed predictTrainingSpeed(const TrainingSpeedModel& model, const TrainingPoint& point);

/// ln of what the neighbours among the rows that `seen` allows do to the computed time.
double neighbourCorrection(const std::vector<MeasuredTraining>& rows,
                           const std::vector<double>& residuals, const TrainingPoint& point,
                           const RowFilter& seen);

/// Rows of one configuration are repeats of one measurement by other releases: same shape of
/// model, machine, precision, devices and sequence length.
bool sameConfiguration(const MeasuredTraining& a, const MeasuredTraining& b);

/// ln(computed / measured) of each row with these coefficients.
std::vector<double> trainingResiduals(const std::vector<MeasuredTraining>& rows,
                                      const StepCoefficients& coefficients);

}  // namespace moe
