#include "app/workflows/lifetime_factors.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/workflows/law_choice.h"

namespace moe {
namespace {

/// Factors on a design: prices of both, and how long they take.
struct Change {
  double serving_usd = 1;
  double training_usd = 1;
  double training_time = 1;
};

PricedDesign changed(const PricedDesign& design, const Change& change) {
  PricedDesign other = design;
  other.serving_usd = [ask = design.serving_usd, change](double params) {
    return change.serving_usd * ask(params);
  };
  other.serving = [ask = design.serving, change](double params) {
    std::optional<ServingPrice> price = ask(params);
    if (!price) return price;
    price->usd_per_million_output_tokens_all_in *= change.serving_usd;
    price->usd_per_million_tokens *= change.serving_usd;
    return price;
  };
  other.training = [ask = design.training, change](double params, double tokens) {
    TrainingPrice price = ask(params, tokens);
    price.usd *= change.training_usd;
    price.device_hours *= change.training_time;
    price.wall_s *= change.training_time;
    return price;
  };
  return other;
}

/// A factor on figures of the request itself.
template <class Change>
std::function<Result<LifetimeRequest>()> changedRequest(const LifetimeInputs& inputs,
                                                        Change change) {
  return [&inputs, change]() -> Result<LifetimeRequest> {
    LifetimeRequest request = inputs.request;
    change(request);
    return request;
  };
}

/// A factor on the question, whose designs are built anew; law, goal and limits stay.
template <class Change>
std::function<Result<LifetimeRequest>()> changedQuestion(const LifetimeQuestion& question,
                                                         const LifetimeInputs& inputs,
                                                         Change change) {
  return [question, &inputs, change]() -> Result<LifetimeRequest> {
    LifetimeQuestion other = question;
    change(other);
    auto designs = planDesigns(other);
    if (!designs) return tl::unexpected(designs.error());
    LifetimeRequest request = inputs.request;
    request.designs = std::move(designs->designs);
    return request;
  };
}

std::function<Result<LifetimeRequest>()> with(const LifetimeInputs& inputs, const Change& change) {
  return changedRequest(inputs, [=](LifetimeRequest& request) {
    for (PricedDesign& design : request.designs) design = changed(design, change);
  });
}

/// Both ends of a speed: a fifth slower costs and lasts 1.25 times as much.
SensitivityFactor speedFactor(const LifetimeInputs& inputs, const char* name,
                              const Change& slower) {
  const Change faster{1 / slower.serving_usd, 1 / slower.training_usd, 1 / slower.training_time};
  return {name, "20 % slower", "25 % faster", with(inputs, slower), with(inputs, faster)};
}

/// "2000", "3e13".
std::string tokenText(double tokens) {
  if (tokens < 1e6) return fmt::format("{:.6g}", tokens);
  std::string text = fmt::format("{:.3g}", tokens);
  std::erase(text, '+');
  return text;
}

SensitivityFactor tokensFactor(const LifetimeInputs& inputs, double factor) {
  const double tokens = inputs.request.lifetime_tokens;
  const auto times = [&](double by) {
    return changedRequest(inputs, [=](LifetimeRequest& r) { r.lifetime_tokens *= by; });
  };
  return {"lifetime tokens", tokenText(tokens / factor), tokenText(tokens * factor),
          times(1 / factor), times(factor)};
}

SensitivityFactor goalFactor(const LifetimeInputs& inputs) {
  if (inputs.request.target_loss) {
    constexpr double kNats = 0.02;
    const double loss = *inputs.request.target_loss;
    const auto plus = [&](double nats) {
      return changedRequest(inputs, [=](LifetimeRequest& r) { *r.target_loss += nats; });
    };
    return {"target loss", fmt::format("{:.3f} nats", loss - kNats),
            fmt::format("{:.3f} nats", loss + kNats), plus(-kNats), plus(kNats)};
  }
  const double usd = *inputs.request.total_usd;
  const auto times = [&](double by) {
    return changedRequest(inputs, [=](LifetimeRequest& r) { *r.total_usd *= by; });
  };
  return {"budget", fmt::format("{:.3g} USD", usd / 2), fmt::format("{:.3g} USD", usd * 2),
          times(0.5), times(2)};
}

SensitivityFactor lengthFactor(const LifetimeQuestion& question, const LifetimeInputs& inputs,
                               const char* name, std::optional<double> LifetimeQuestion::*length) {
  const double tokens = *(question.*length);
  const auto times = [&](double by) {
    return changedQuestion(question, inputs, [=](LifetimeQuestion& q) { *(q.*length) *= by; });
  };
  return {name, tokenText(tokens / 2), tokenText(tokens * 2), times(0.5), times(2)};
}

SensitivityFactor skewFactor(const LifetimeQuestion& question, const LifetimeInputs& inputs) {
  const auto exponent = [&](double value) {
    return changedQuestion(question, inputs, [=](LifetimeQuestion& q) { q.router_skew = value; });
  };
  return {"router skew", "even", "power law 2", exponent(0), exponent(2)};
}

SensitivityFactor lawFactor(const LifetimeQuestion& question, const LifetimeInputs& inputs) {
  SensitivityFactor factor{"law", "", question.other_law_file, {}, {}};
  factor.high = [&inputs, file = question.other_law_file]() -> Result<LifetimeRequest> {
    LifetimeRequest request = inputs.request;
    auto law = chosenLaw(file, "");
    if (!law) return tl::unexpected(law.error());
    request.law = *std::move(law);
    return request;
  };
  return factor;
}

bool hasExperts(const LifetimeInputs& inputs) {
  return std::any_of(inputs.request.designs.begin(), inputs.request.designs.end(),
                     [](const PricedDesign& design) { return design.model.experts > 1; });
}

}  // namespace

std::vector<SensitivityFactor> lifetimeFactors(const LifetimeQuestion& question,
                                               const LifetimeInputs& inputs) {
  constexpr double kSlower = 1.25;
  std::vector<SensitivityFactor> factors = {
      {"price of a device-hour", "half", "twice", with(inputs, {0.5, 0.5, 1}),
       with(inputs, {2, 2, 1})},
      tokensFactor(inputs, 3),
      speedFactor(inputs, "training speed (MFU)", {1, kSlower, kSlower}),
      speedFactor(inputs, "serving speed", {kSlower, 1, 1}),
      goalFactor(inputs),
      lengthFactor(question, inputs, "prompt tokens", &LifetimeQuestion::prompt_tokens),
      lengthFactor(question, inputs, "output tokens", &LifetimeQuestion::output_tokens)};
  if (hasExperts(inputs)) factors.push_back(skewFactor(question, inputs));
  if (!question.other_law_file.empty()) factors.push_back(lawFactor(question, inputs));
  return factors;
}

}  // namespace moe
