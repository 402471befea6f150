#include "app/workflows/evidence/plan_assumptions.h"

#include <fmt/format.h>

#include <cmath>

namespace moe {
namespace {

/// "2000", "3e20".
std::string planNumber(double value) {
  std::string text =
      std::abs(value) < 1e6 ? fmt::format("{:.6g}", value) : fmt::format("{:.3g}", value);
  std::erase(text, '+');
  return text;
}

bool weighsCost(PlanMode mode) { return mode == PlanMode::kMinCost; }

/// "16 experts", "a dense model".
std::string expertsText(double experts) {
  return experts == 1 ? "a dense model" : fmt::format("{:g} experts", experts);
}

Result<AnswerInShort> planInShort(const PlanRequest& request, const PlanOutcome& outcome) {
  const auto& choice = outcome.recommendation.row;
  if (!choice)
    return fail(ErrorKind::kInfeasible, "",
                outcome.feasible() ? "nothing within a decade of the fitted runs"
                                   : "nothing can be served");
  const PlanRow& row = outcome.rows[*choice];
  AnswerInShort answer{row.chosen.loss, expertsText(row.experts),
                       fmt::format("N = {:.3g} M", row.chosen.dense_params / 1e6)};
  if (weighsCost(request.mode)) answer.figure = row.chosen.serving->usd_per_million_tokens;
  return answer;
}

/// A plan without draws. Its law is that of the answer, whose file may be gone: while the rest is
/// looked up any published law stands in for it, as prices do not depend on it.
PlanQuestion barePlan(PlanQuestion question) {
  question.law_file.clear();
  question.preset = "ludziejewski2025";
  question.draws = 0;
  question.threads = 1;
  return question;
}

Result<AnswerInShort> replanned(const PlanQuestion& question, PlanInputs inputs) {
  inputs.request.law.posterior.clear();
  inputs.request.law.variants.clear();
  const auto answer = answerPlan(question, inputs, {}, {}, AdviceWanted::kNo);
  if (!answer) return tl::unexpected(answer.error());
  return planInShort(answer->request, answer->outcome);
}

/// Values tried, from an answer that must outlive them.
class PlanValues {
 public:
  explicit PlanValues(const PlanAnswer& answer)
      : answer_(answer), question_(barePlan(answer.question)) {}

  /// With the inputs of the answer, changed.
  template <class Change>
  TriedValue request(std::string value, Change change) const {
    return {std::move(value), [this, change]() -> Result<AnswerInShort> {
              PlanInputs inputs{answer_.request, {}, {}};
              change(inputs.request);
              return replanned(question_, std::move(inputs));
            }};
  }

  TriedValue budget(double flop) const {
    return {planNumber(flop) + " FLOP", [this, flop]() -> Result<AnswerInShort> {
              PlanQuestion question = question_;
              question.budget_flop = flop;
              question.budget_usd.reset();
              return replanned(question, {answer_.request, {}, {}});
            }};
  }

  /// Looked up and priced anew, with the law of the answer.
  template <class Change>
  TriedValue question(std::string value, Change change) const {
    return {std::move(value), [this, change]() -> Result<AnswerInShort> {
              PlanQuestion question = question_;
              change(question);
              auto inputs = planInputs(question);
              if (!inputs) return tl::unexpected(inputs.error());
              inputs->request.law = answer_.request.law;
              return replanned(question, *std::move(inputs));
            }};
  }

  /// All serving prices are proportional to it; a budget in USD may buy other FLOP as well.
  TriedValue devicePrice(double factor) const {
    const double usd = answer_.request.price.value() * 3600 * factor;
    const std::string value = fmt::format("{:.3g} USD", usd);
    if (trainsAtServingPrice())
      return question(value, [usd](PlanQuestion& q) { q.usd_per_device_hour = usd; });
    return {value, [this, factor]() -> Result<AnswerInShort> {
              auto same = planInShort(answer_.request, answer_.outcome);
              if (same && weighsCost(answer_.request.mode)) same->figure *= factor;
              return same;
            }};
  }

 private:
  /// Whether the price of serving turns the budget into FLOP.
  bool trainsAtServingPrice() const {
    return question_.budget_usd && question_.training_hardware.empty() &&
           !question_.training_usd_per_device_hour;
  }

  const PlanAnswer& answer_;
  PlanQuestion question_;
};

TriedAssumption budgetAssumption(const PlanValues& values, double flop) {
  constexpr double kBudgetFactor = 3;
  return {"training budget",
          planNumber(flop) + " FLOP",
          {values.budget(flop / kBudgetFactor), values.budget(flop * kBudgetFactor)}};
}

TriedAssumption planLengthAssumption(const PlanValues& values, const char* name, double tokens,
                                     std::optional<double> PlanQuestion::*length) {
  const auto times = [&](double factor) {
    return values.question(planNumber(tokens * factor) + " tokens",
                           [=](PlanQuestion& q) { q.*length = tokens * factor; });
  };
  return {name, planNumber(tokens) + " tokens", {times(0.5), times(2)}};
}

TriedAssumption limitAssumption(const PlanValues& values, double limit) {
  const auto times = [&](double factor) {
    const double other = std::max(1.0, limit * factor);
    return values.question(planNumber(other) + " requests",
                           [other](PlanQuestion& q) { q.max_concurrency = other; });
  };
  return {"requests at once, at most", planNumber(limit) + " requests", {times(0.5), times(2)}};
}

/// MoE models need more training FLOP than 6 N D by what the shape rule says.
TriedAssumption trainingFactorAssumption(const PlanValues& values, double factor) {
  constexpr double kMore = 1.25;
  const auto with = [&](double other) {
    return values.request(fmt::format("{:.4g} x 6 N D", other), [other](PlanRequest& request) {
      request.shape_rule.train_flop_factor = other;
    });
  };
  TriedAssumption tried{"training FLOP of a MoE model", fmt::format("{:.4g} x 6 N D", factor), {}};
  if (factor > 1) tried.values.push_back(with(1));
  tried.values.push_back(with(factor * kMore));
  return tried;
}

TriedAssumption lawAssumption(const PlanValues& values, const Law& law,
                              const std::vector<Law>& others) {
  TriedAssumption tried{"law", std::string(law.family->name), {}};
  for (const Law& other : others)
    tried.values.push_back(values.request(std::string(other.family->name),
                                          [other](PlanRequest& request) { request.law = other; }));
  return tried;
}

}  // namespace

Result<AssumptionStudy> planAssumptions(const PlanAnswer& answer,
                                        const std::vector<Law>& other_laws, int threads,
                                        std::stop_token stop, const ProgressSink& progress) {
  const PlanRequest& request = answer.request;
  const auto base = planInShort(request, answer.outcome);
  if (!base) return tl::unexpected(base.error());
  AssumptionStudy study;
  const bool cost = weighsCost(request.mode);
  study.figure = cost ? "serving price" : "loss";
  study.unit = cost ? "USD per million tokens" : "nats per token";
  study.logarithmic = cost;
  study.base = *base;
  const PlanValues values(answer);
  std::vector<TriedAssumption> tried = {budgetAssumption(values, request.budget.value())};
  if (!other_laws.empty()) tried.push_back(lawAssumption(values, request.law, other_laws));
  tried.push_back(planLengthAssumption(values, "prompt tokens", request.workload.prompt_tokens,
                                       &PlanQuestion::prompt_tokens));
  tried.push_back(planLengthAssumption(values, "output tokens", request.workload.output_tokens,
                                       &PlanQuestion::output_tokens));
  if (request.settings.max_concurrency)
    tried.push_back(limitAssumption(values, *request.settings.max_concurrency));
  tried.push_back(trainingFactorAssumption(values, request.shape_rule.train_flop_factor));
  const double usd = request.price.value() * 3600;
  tried.push_back({kDeviceHourPrice,
                   fmt::format("{:.3g} USD", usd),
                   {values.devicePrice(0.5), values.devicePrice(2)}});
  return studyAssumptions(std::move(study), tried, threads, stop, progress);
}

std::optional<double> runnerUpPriceFactor(const PlanAnswer& answer) {
  const Recommendation& choice = answer.outcome.recommendation;
  if (!weighsCost(answer.request.mode) || !choice.row || !choice.runner_up) return std::nullopt;
  const auto& first = answer.outcome.rows[*choice.row].chosen.serving;
  const auto& second = answer.outcome.rows[*choice.runner_up].chosen.serving;
  if (!first || !second) return std::nullopt;
  return first->usd_per_million_tokens / second->usd_per_million_tokens;
}

}  // namespace moe
