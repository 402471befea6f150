#include <cmath>

#include "costmodel/accounting/derivation.h"
#include "costmodel/serving.h"

namespace moe {
namespace {

/// A derivation from numbers alone: calls `formula` with the arguments in their order.
template <class Formula>
std::function<Result<double>(const DerivationInputs&)> ofNumbers(
    std::vector<std::string_view> arguments, Formula formula) {
  return [arguments = std::move(arguments),
          formula](const DerivationInputs& inputs) -> Result<double> {
    std::vector<double> numbers;
    for (const std::string_view argument : arguments) {
      const auto number = inputs.number(argument);
      if (!number) return tl::unexpected(number.error());
      numbers.push_back(*number);
    }
    return formula(numbers);
  };
}

using FigureNumbers = std::vector<double>;

/// A token's vector to each of its experts that is not on its own rank.
double exchangedVectors(double tokens, double top_k, double ranks) {
  return tokens * top_k * (ranks - 1) / ranks;
}

Result<double> exchangedBytes(const DerivationInputs& inputs) {
  const auto times = inputs.numberOr("times", 1);
  if (!times) return tl::unexpected(times.error());
  const auto once = ofNumbers({"tokens", "top_k", "ranks", "hidden", "bytes_per_element"},
                              [](const FigureNumbers& x) {
                                return exchangedVectors(x[0], x[1], x[2]) * x[3] * x[4];
                              })(inputs);
  if (!once) return once;
  return *once * *times;
}

/// Bytes of one token's message: elements, a scale for each 128 of them, and a header.
double messageBytes(double hidden, double element_bytes, double scale_bytes, double header_bytes) {
  constexpr double kScaledElements = 128;
  return hidden * element_bytes + hidden / kScaledElements * scale_bytes + header_bytes;
}

/// Explicit mantissa bits of bf16.
constexpr double kBf16Fraction = 7;

}  // namespace

std::vector<Derivation> figureDerivations() {
  return {
      {"difference", "value - from",
       ofNumbers({"value", "from"}, [](const FigureNumbers& x) { return x[0] - x[1]; })},
      {"increase", "value / of - 1",
       ofNumbers({"value", "of"}, [](const FigureNumbers& x) { return x[0] / x[1] - 1; })},
      {"saving", "1 - value / of",
       ofNumbers({"value", "of"}, [](const FigureNumbers& x) { return 1 - x[0] / x[1]; })},
      {"task-weighted-mean", "(57 MMLU + 23 BBH + GSM8K) / 81",
       ofNumbers({"mmlu", "bbh", "gsm8k"},
                 [](const FigureNumbers& x) { return (57 * x[0] + 23 * x[1] + x[2]) / 81; })},
      {"bf16-spacing", "2^(exponent - 7)",
       ofNumbers({"exponent"},
                 [](const FigureNumbers& x) { return std::exp2(x[0] - kBf16Fraction); })},
      {"softmax-of-leader", "1 / (1 + others exp(-lead))",
       ofNumbers({"others", "lead"},
                 [](const FigureNumbers& x) { return 1 / (1 + x[0] * std::exp(-x[1])); })},
      {"uniform-routing-entropy", "ln E",
       ofNumbers({"experts"}, [](const FigureNumbers& x) { return std::log(x[0]); })},
      {"touched-experts", "E (1 - (1 - k/E)^B)",
       ofNumbers({"experts", "top_k", "tokens"},
                 [](const FigureNumbers& x) { return expertsTouched(x[0], x[1], x[2]); })},
      {"exchanged-vectors", "T k (ranks - 1) / ranks",
       ofNumbers({"tokens", "top_k", "ranks"},
                 [](const FigureNumbers& x) { return exchangedVectors(x[0], x[1], x[2]); })},
      {"exchanged-bytes", "T k (ranks - 1) / ranks x hidden x bytes per element x times",
       exchangedBytes},
      {"message-bandwidth", "T k bytes of a message / time",
       ofNumbers(
           {"tokens", "top_k", "hidden", "bytes_per_element", "scale_bytes", "header_bytes", "us"},
           [](const FigureNumbers& x) {
             return x[0] * x[1] * messageBytes(x[2], x[3], x[4], x[5]) / (x[6] * 1e-6);
           })},
  };
}

}  // namespace moe
