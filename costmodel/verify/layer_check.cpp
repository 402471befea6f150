#include "costmodel/verify/layer_check.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace moe {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();

struct RowError {
  double error = 0;
  std::size_t element = 0;  // of the largest difference, or the first that is wrongly NaN
};

bool areBothSpecial(double output, double reference) {
  return (std::isnan(output) && std::isnan(reference)) ||
         (std::isinf(reference) && output == reference);
}

RowError rowError(std::span<const float> output, std::span<const double> reference) {
  double difference = 0;
  double norm = 0;
  double largest = -1;
  RowError row;
  for (std::size_t i = 0; i < output.size(); ++i) {
    const double value = output[i];
    if (areBothSpecial(value, reference[i])) continue;
    if (!std::isfinite(value) || !std::isfinite(reference[i])) return {kInfinite, i};
    const double gap = std::abs(value - reference[i]);
    if (gap > largest) {
      largest = gap;
      row.element = i;
    }
    difference += gap * gap;
    norm += reference[i] * reference[i];
  }
  if (difference > 0) row.error = norm > 0 ? std::sqrt(difference / norm) : kInfinite;
  return row;
}

std::string checkReason(const LayerCheck& check, std::size_t token, std::size_t element,
                        float output, double reference) {
  return fmt::format(
      "{} of {} tokens are off by more than {:.3g}; the worst is token {}, off by {:.3g} of its "
      "norm: element {} is {:.6g} where the reference has {:.6g}",
      check.failed_tokens, check.tokens, check.tolerance, token, check.worst_error, element, output,
      reference);
}

}  // namespace

double layerTolerance(LayerPrecision precision) {
  return precision == LayerPrecision::kF32 ? 1e-5 : 2e-2;
}

LayerCheck checkLayer(std::span<const float> output, std::span<const double> reference,
                      std::size_t hidden, double tolerance, std::span<const int> names) {
  LayerCheck check;
  check.tolerance = tolerance;
  if (output.size() != reference.size() || hidden == 0 || output.size() % hidden != 0 ||
      output.empty()) {
    check.reason = fmt::format(
        "nothing was checked: the output has {} numbers, the reference {}, and a token {}",
        output.size(), reference.size(), hidden);
    return check;
  }
  check.tokens = output.size() / hidden;
  check.worst_error = -1;
  std::size_t worst_element = 0;
  for (std::size_t t = 0; t < check.tokens; ++t) {
    const RowError row =
        rowError(output.subspan(t * hidden, hidden), reference.subspan(t * hidden, hidden));
    if (!(row.error <= tolerance)) ++check.failed_tokens;
    if (row.error <= check.worst_error) continue;
    check.worst_error = row.error;
    check.worst_token = t;
    worst_element = row.element;
  }
  if (check.failed_tokens == 0) {
    check.verdict = CheckVerdict::kPassed;
  } else {
    const std::size_t at = check.worst_token * hidden + worst_element;
    const std::size_t token =
        names.empty() ? check.worst_token : static_cast<std::size_t>(names[check.worst_token]);
    check.reason = checkReason(check, token, worst_element, output[at], reference[at]);
  }
  return check;
}

}  // namespace moe
