#include <fmt/format.h>

#include <algorithm>

#include "costmodel/accounting/derivation.h"
#include "costmodel/accounting/sequence_flop.h"

namespace moe {
namespace {

double paramsNumber(std::int64_t count) { return static_cast<double>(count); }

/// A derivation that asks for a model and nothing else.
template <class Count>
std::function<Result<double>(const DerivationInputs&)> ofModel(Count count) {
  return [count](const DerivationInputs& inputs) -> Result<double> {
    const auto model = inputs.model();
    if (!model) return tl::unexpected(model.error());
    return count(*model);
  };
}

/// The model, and numbers by name: calls `count(model, numbers)`.
template <class Count>
std::function<Result<double>(const DerivationInputs&)> ofModelAnd(
    std::vector<std::string_view> arguments, Count count) {
  return
      [arguments = std::move(arguments), count](const DerivationInputs& inputs) -> Result<double> {
        const auto model = inputs.model();
        if (!model) return tl::unexpected(model.error());
        std::vector<double> numbers;
        for (const std::string_view argument : arguments) {
          const auto number = inputs.number(argument);
          if (!number) return tl::unexpected(number.error());
          numbers.push_back(*number);
        }
        return count(*model, numbers);
      };
}

Result<double> derivedActiveParams(const DerivationInputs& inputs) {
  const auto model = inputs.model();
  if (!model) return tl::unexpected(model.error());
  const std::string left_out = inputs.textOr("leave_out", "nothing");
  if (left_out == "nothing") return paramsNumber(model->params.active());
  if (left_out == "embedding")
    return paramsNumber(model->params.active() - model->params.embedding);
  return fail(ErrorKind::kInput, inputs.figure().where,
              fmt::format("leave_out is '{}'; use nothing or embedding", left_out));
}

/// One routed expert of one layer.
double routedExpertParams(const ModelArchitecture& model) {
  return paramsNumber(model.params.one_expert) /
         paramsNumber(std::max<std::int64_t>(1, model.routed_layers));
}

/// Parameters in so many GiB of stored experts, and what is trained beside them.
Result<double> paramsOfStorage(const DerivationInputs& inputs) {
  const auto stored = ofModelAnd({"gib", "bytes_per_param"}, [](const auto&, const auto& numbers) {
    return gibibytes(numbers[0]).value() / numbers[1];
  })(inputs);
  if (!stored) return stored;
  const ModelArchitecture model = inputs.model().value();
  const std::string with = inputs.textOr("with", "nothing");
  if (with == "nothing") return *stored;
  if (with == "shared") return *stored + paramsNumber(model.params.shared_experts);
  if (with == "unrouted") return *stored + paramsNumber(model.params.unrouted());
  return fail(ErrorKind::kInput, inputs.figure().where,
              fmt::format("with is '{}'; use nothing, shared or unrouted", with));
}

/// FLOP of one sequence as printed, or their mean over its tokens.
Result<double> printedSequenceFlop(const DerivationInputs& inputs, bool per_token) {
  const auto model = inputs.model();
  if (!model) return tl::unexpected(model.error());
  const auto encoder = inputs.number("encoder_tokens");
  if (!encoder) return tl::unexpected(encoder.error());
  const auto decoder = inputs.number("decoder_tokens");
  if (!decoder) return tl::unexpected(decoder.error());
  const auto share = inputs.numberOr("score_share", 0);
  if (!share) return tl::unexpected(share.error());
  const auto flop = sequenceFlop(*model, {*encoder, *decoder});
  if (!flop) return tl::unexpected(flop.error());
  return flop->asPrinted(*share) / (per_token ? *encoder + *decoder : 1);
}

}  // namespace

std::vector<Derivation> countDerivations() {
  return {
      {"total-params", "all parameters of the architecture",
       ofModel([](const ModelArchitecture& m) { return paramsNumber(m.params.total()); })},
      {"active-params", "parameters that one token uses", derivedActiveParams},
      {"unrouted-params", "all parameters but the routed experts",
       ofModel([](const ModelArchitecture& m) { return paramsNumber(m.params.unrouted()); })},
      {"shared-expert-params", "parameters of the shared experts of all layers",
       ofModel([](const ModelArchitecture& m) { return paramsNumber(m.params.shared_experts); })},
      {"expert-params", "experts x parameters of one routed expert",
       ofModelAnd({"experts"},
                  [](const ModelArchitecture& m, const auto& numbers) {
                    return numbers[0] * routedExpertParams(m);
                  })},
      {"expert-bytes", "experts x parameters of one routed expert x bytes per parameter",
       ofModelAnd({"experts", "bytes_per_param"},
                  [](const ModelArchitecture& m, const auto& numbers) {
                    return numbers[0] * routedExpertParams(m) * numbers[1];
                  })},
      {"checkpoint-bytes", "all parameters x bytes per parameter",
       ofModelAnd({"bytes_per_param"},
                  [](const ModelArchitecture& m, const auto& numbers) {
                    return paramsNumber(m.params.total()) * numbers[0];
                  })},
      {"params-of-storage", "stored GiB / bytes per parameter + what is trained beside",
       paramsOfStorage},
      {"routed-share", "parameters of routed experts / all parameters",
       ofModel([](const ModelArchitecture& m) {
         return paramsNumber(m.params.experts * m.params.one_expert) /
                paramsNumber(m.params.total());
       })},
      {"sequence-flop", "2 (T_enc N_enc + T_dec (N_dec + V d)) + share of attention scores",
       [](const DerivationInputs& inputs) { return printedSequenceFlop(inputs, false); }},
      {"sequence-flop-per-token", "the same / (T_enc + T_dec)",
       [](const DerivationInputs& inputs) { return printedSequenceFlop(inputs, true); }},
      {"decoder-flop-per-token", "2 (N_dec + V d)", ofModel(decoderFlopPerToken)},
      {"two-flop-per-param", "2 N",
       ofModel([](const ModelArchitecture& m) { return 2 * paramsNumber(m.params.total()); })},
  };
}

}  // namespace moe
