#include "costmodel/operators/leave_one_out.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "data/quantile.h"

namespace moe {
namespace {

using Errors = std::vector<double>;

HiddenError summary(Errors errors) {
  if (errors.empty()) return {};
  std::sort(errors.begin(), errors.end());
  return {errors.size(), quantile(errors, 0.5), quantile(errors, 0.9)};
}

std::size_t strideFor(std::size_t count, std::size_t most) {
  return std::max<std::size_t>(1, count / std::max<std::size_t>(1, most));
}

/// ln of predicted time over measured is minus that of utilisation.
double error(double log_predicted, double log_measured) {
  return std::abs(std::expm1(log_measured - log_predicted));
}

/// Adds the error of every inner point of a curve that the others predict. Ends are not tried:
/// beyond them nothing is interpolated.
void addHiddenRows(Errors& errors, const std::vector<double>& axis, const double* logs) {
  std::vector<double> x;
  std::vector<double> y;
  for (std::size_t i = 0; i < axis.size(); ++i)
    if (!std::isnan(logs[i])) x.push_back(axis[i]), y.push_back(logs[i]);
  for (std::size_t hidden = 1; hidden + 1 < x.size(); ++hidden) {
    std::vector<double> others = x;
    std::vector<double> known = y;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(hidden));
    known.erase(known.begin() + static_cast<std::ptrdiff_t>(hidden));
    const UtilisationGrid curve(std::move(others), std::move(known));
    errors.push_back(error(curve.log(x[hidden]), y[hidden]));
  }
}

}  // namespace

std::vector<OperatorAccuracy> gemmAccuracy(const GemmTable& table, const Peaks& source,
                                           std::size_t most) {
  std::map<NumberFormat, std::pair<Errors, Errors>> errors;
  const std::size_t stride = strideFor(table.shapes().size(), most);
  for (std::size_t s = 0; s < table.shapes().size(); s += stride) {
    const GemmTable::Shape& shape = table.shapes()[s];
    std::vector<double> measured;
    for (std::size_t i = 0; i < table.tokens().size(); ++i)
      measured.push_back(
          std::log(gemmIdeal(shape.format, table.tokens()[i], shape.n, shape.k, source).seconds() /
                   shape.seconds[i]));
    auto& [rows, shapes] = errors[shape.format];
    addHiddenRows(rows, table.tokens(), measured.data());
    const auto gemm =
        table.bind(shape.format, shape.n, shape.k, source, HiddenShape{shape.n, shape.k});
    if (!gemm) continue;
    for (std::size_t i = 0; i < measured.size(); ++i)
      if (!std::isnan(measured[i]))
        shapes.push_back(error(gemm->utilisation.log(table.tokens()[i]), measured[i]));
  }
  std::vector<OperatorAccuracy> lines;
  for (auto& [format, pair] : errors)
    lines.push_back(
        {fmt::format("gemm {}", name(format)), summary(pair.first), summary(pair.second)});
  return lines;
}

std::vector<OperatorAccuracy> attentionAccuracy(const AttentionTable& table,
                                                const std::string& operation, std::size_t most) {
  std::map<double, std::pair<Errors, Errors>> errors;
  const std::size_t stride = strideFor(table.measured().size(), most);
  for (std::size_t s = 0; s < table.measured().size(); s += stride) {
    const AttentionTable::Measured& measured = table.measured()[s];
    auto& [rows, shapes] = errors[measured.kv_bytes];
    const std::vector<double>& batches = measured.utilisation.x();
    const std::vector<double>& tokens = measured.utilisation.y();
    for (std::size_t i = 0; i < batches.size(); ++i)
      addHiddenRows(rows, tokens, measured.log_measured.data() + i * tokens.size());
    const auto attention =
        table.bind(measured.shape, measured.kv_bytes, table.source(), &measured.shape);
    if (!attention) continue;
    for (std::size_t i = 0; i < batches.size(); ++i)
      for (std::size_t j = 0; j < tokens.size(); ++j) {
        const double known = measured.log_measured[i * tokens.size() + j];
        if (!std::isnan(known))
          shapes.push_back(error(attention->utilisation.log(batches[i], tokens[j]), known));
      }
  }
  std::vector<OperatorAccuracy> lines;
  for (auto& [kv_bytes, pair] : errors)
    lines.push_back({fmt::format("{} {}", operation, kv_bytes == 1 ? "fp8" : "bf16"),
                     summary(pair.first), summary(pair.second)});
  return lines;
}

std::vector<OperatorAccuracy> moeAccuracy(const MoeTable& table, std::size_t most) {
  std::map<std::string, std::vector<const MoeTable::Measured*>> groups;
  for (const MoeTable::Measured& measured : table.measured())
    groups[fmt::format("moe {} {}", measured.engine, name(measured.format))].push_back(&measured);
  std::vector<OperatorAccuracy> lines;
  for (const auto& [group, members] : groups) {
    Errors rows;
    Errors shapes;
    for (std::size_t s = 0; s < members.size(); s += strideFor(members.size(), most)) {
      const MoeTable::Measured& measured = *members[s];
      addHiddenRows(rows, table.tokens(), measured.log_utilisation.data());
      const MoeTable::Query query{measured.shape, measured.format, measured.engine, measured.skew,
                                  false};
      const auto layer = table.bind(query, table.source(), &measured.shape);
      if (!layer) continue;
      for (std::size_t i = 0; i < table.tokens().size(); ++i)
        if (!std::isnan(measured.log_utilisation[i]))
          shapes.push_back(
              error(layer->utilisation.log(table.tokens()[i]), measured.log_utilisation[i]));
    }
    lines.push_back({group, summary(rows), summary(shapes)});
  }
  return lines;
}

std::vector<OperatorAccuracy> collectiveAccuracy(const CollectiveTable& table) {
  std::map<std::string, Errors> errors;
  for (const CollectiveTable::Measured& measured : table.measured())
    addHiddenRows(errors[measured.operation], table.elements(), measured.log_utilisation.data());
  std::vector<OperatorAccuracy> lines;
  for (auto& [operation, rows] : errors) lines.push_back({operation, summary(rows), {}});
  return lines;
}

}  // namespace moe
