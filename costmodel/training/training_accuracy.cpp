#include "costmodel/training/training_accuracy.h"

#include <algorithm>
#include <cmath>

#include "data/parallel.h"
#include "data/quantile.h"

namespace moe {
namespace {

bool isLeftOut(LeftOut kind, const MeasuredTraining& row, const MeasuredTraining& other) {
  switch (kind) {
    case LeftOut::kRow:
      return &row == &other;
    case LeftOut::kConfiguration:
      return sameConfiguration(row, other);
    case LeftOut::kModel:
      return sameShape(row.point.model.entry, other.point.model.entry);
    case LeftOut::kMachine:
      return row.point.accelerator.name == other.point.accelerator.name;
  }
  require(false, "unknown kind of left-out rows");
  return false;
}

std::string sourceOf(const TrainingRow& row) {
  if (row.source != "Megatron-Bridge") return row.source;
  return row.release == "25.11" ? "Megatron-Bridge 25.11" : "Megatron-Bridge, others";
}

/// Half the width of the interval on a log scale that the other rows of this kind give: those
/// errors are exchangeable with the row's own.
double boundOf(std::vector<double> errors) {
  constexpr double kCoverage = 0.9;
  std::sort(errors.begin(), errors.end());
  const auto rank =
      static_cast<std::size_t>(std::ceil(kCoverage * static_cast<double>(errors.size() + 1)));
  return errors[std::min(rank, errors.size()) - 1];
}

struct ErrorLists {
  std::vector<double> ratios;
  std::vector<bool> covered;
};

TrainingAccuracy summary(const ErrorLists& errors) {
  TrainingAccuracy accuracy;
  std::vector<double> relative;
  for (const double ratio : errors.ratios) relative.push_back(std::abs(ratio - 1));
  accuracy.n = static_cast<int>(relative.size());
  accuracy.median_ape = quantile(relative, 0.5);
  accuracy.p90_ape = quantile(relative, 0.9);
  accuracy.median_ratio = quantile(errors.ratios, 0.5);
  for (const double error : relative) accuracy.mape += error / accuracy.n;
  const auto inside = std::count(errors.covered.begin(), errors.covered.end(), true);
  accuracy.coverage = static_cast<double>(inside) / accuracy.n;
  return accuracy;
}

/// Whether each row lies in the interval that the rest of its kind (dense or routed) gives it.
std::vector<bool> coveredRows(const TrainingSpeedModel& model, const std::vector<double>& ratios) {
  std::vector<double> errors[2];
  const auto kind = [&](std::size_t i) {
    return model.rows[i].point.model.params.experts > 0 ? 1 : 0;
  };
  for (std::size_t i = 0; i < ratios.size(); ++i)
    if (!model.rows[i].whole_run) errors[kind(i)].push_back(std::abs(std::log(ratios[i])));
  std::vector<bool> covered;
  for (std::size_t i = 0; i < ratios.size(); ++i) {
    const double own = std::abs(std::log(ratios[i]));
    std::vector<double> others = errors[kind(i)];
    const auto found = std::find(others.begin(), others.end(), own);
    if (found != others.end()) others.erase(found);
    covered.push_back(!others.empty() && own <= boundOf(others));
  }
  return covered;
}

}  // namespace

std::string_view name(LeftOut left_out) {
  switch (left_out) {
    case LeftOut::kRow:
      return "row";
    case LeftOut::kConfiguration:
      return "configuration";
    case LeftOut::kModel:
      return "model";
    case LeftOut::kMachine:
      return "machine";
  }
  require(false, "unknown kind of left-out rows");
  return {};
}

std::vector<double> leftOutRatios(const TrainingSpeedModel& model, LeftOut left_out) {
  constexpr int kIterations = 4;  // from the fit to all rows, which is near
  std::vector<double> ratios(model.rows.size());
  parallelFor(model.rows.size(), 0, {}, [&](std::size_t i, std::size_t) {
    const MeasuredTraining& row = model.rows[i];
    const auto seen = [&](const MeasuredTraining& other) {
      return !isLeftOut(left_out, row, other);
    };
    const StepCoefficients coefficients =
        fitStepCoefficients(model.rows, seen, model.coefficients, kIterations);
    const std::vector<double> residuals = trainingResiduals(model.rows, coefficients);
    ratios[i] =
        std::exp(neighbourCorrection(model.rows, residuals, row.point, seen) - residuals[i]);
  });
  return ratios;
}

std::vector<TrainingAccuracy> trainingAccuracy(const TrainingSpeedModel& model,
                                               const std::vector<LeftOut>& kinds) {
  std::vector<std::string> sources;
  for (const MeasuredTraining& row : model.rows)
    if (std::find(sources.begin(), sources.end(), sourceOf(row.row)) == sources.end())
      sources.push_back(sourceOf(row.row));
  std::vector<TrainingAccuracy> table;
  for (const LeftOut kind : kinds) {
    const std::vector<double> ratios = leftOutRatios(model, kind);
    const std::vector<bool> covered = coveredRows(model, ratios);
    for (const std::string& source : sources)
      for (const char* group : {"dense", "MoE", "all"}) {
        ErrorLists errors;
        for (std::size_t i = 0; i < ratios.size(); ++i) {
          const bool moe = model.rows[i].point.model.params.experts > 0;
          const bool fits =
              std::string_view(group) == "all" || (std::string_view(group) == "MoE") == moe;
          if (!fits || sourceOf(model.rows[i].row) != source) continue;
          errors.ratios.push_back(ratios[i]);
          errors.covered.push_back(covered[i]);
        }
        if (errors.ratios.empty()) continue;
        TrainingAccuracy row = summary(errors);
        row.source = source;
        row.group = group;
        row.left_out = kind;
        table.push_back(row);
      }
  }
  return table;
}

}  // namespace moe
