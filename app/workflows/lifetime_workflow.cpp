#include "app/workflows/lifetime_workflow.h"

#include <fmt/format.h>

#include <chrono>

#include "app/workflows/design_advice.h"
#include "app/workflows/law_choice.h"
#include "app/workflows/lifetime_factors.h"
#include "app/workflows/write_file.h"

namespace moe {
namespace {

constexpr double kSecondsPerDay = 86400;

Result<void> checkLifetimeGoal(const LifetimeQuestion& question) {
  if (!question.lifetime_tokens)
    return usageError("--lifetime-tokens", "state how many output tokens the model will serve");
  if (question.budget_flop)
    return usageError("--budget-flop",
                      "a lifetime is paid in USD; state --target-loss or --budget-usd");
  if (question.target_loss.has_value() == question.budget_usd.has_value())
    return usageError("--target-loss",
                      "state either --target-loss or --budget-usd (training and serving together)");
  if (!question.other_law_file.empty() && !question.sensitivity)
    return usageError("--other-law-file", "is compared by --sensitivity; state both");
  if (!question.other_law_file.empty())
    if (const auto law = chosenLaw(question.other_law_file, ""); !law)
      return tl::unexpected(law.error());
  if (question.instruction_tuning_tokens && !(*question.instruction_tuning_tokens > 0))
    return usageError(
        "--instruction-tuning-tokens",
        fmt::format("is {:g}; it must be above 0", *question.instruction_tuning_tokens));
  if (question.budget_usd && !(*question.budget_usd > 0))
    return usageError("--budget-usd", fmt::format("{:g} USD buy nothing", *question.budget_usd));
  return {};
}

void takeLimits(const LifetimeQuestion& question, LifetimeRequest& request) {
  request.lifetime_tokens = question.lifetime_tokens.value_or(0);
  request.target_loss = question.target_loss;
  request.total_usd = question.budget_usd;
  request.unique_tokens = question.unique_tokens;
  request.max_train_tokens = question.max_train_tokens;
  request.max_tokens_per_param = question.max_tokens_per_param;
  request.max_wall_s.reset();
  if (question.max_train_days) request.max_wall_s = *question.max_train_days * kSecondsPerDay;
  request.draws = question.draws;
  request.seed = question.seed;
  request.threads = question.threads;
}

LifetimeCurves curvesOf(const LifetimeRequest& request, const LifetimeRow& row) {
  CurveRequest asked;
  asked.law = request.law;
  asked.design = request.designs[row.design];
  asked.lifetime_tokens = request.lifetime_tokens;
  asked.unique_tokens = request.unique_tokens;
  // Far over-trained models lie outside the usual range of sizes: then down to half of theirs.
  const auto kept = [&](const auto& curveOf) -> std::optional<Curve> {
    Result<Curve> curve = curveOf(asked);
    if (!curve) return std::nullopt;
    if (curve->points.empty() || curve->points.front().params <= row.best->params)
      return *std::move(curve);
    CurveRequest wider = asked;
    wider.least_size_ratio = row.best->params / curve->reference_params / 2;
    const Result<Curve> whole = curveOf(wider);
    return whole ? *whole : *std::move(curve);
  };
  return {
      kept([&](const CurveRequest& r) { return isoLossCurve(r, row.best->loss); }),
      kept([&](const CurveRequest& r) { return isoTrainingCurve(r, Usd(row.best->training.usd)); }),
      kept([&](const CurveRequest& r) { return isoCostCurve(r, Usd(row.best->total_usd)); })};
}

Result<void> makeConcrete(const LifetimeInputs& inputs, const LifetimeRow& row,
                          LifetimeAnswer& answer) {
  if (!inputs.designs.requests.empty()) {
    const auto& models = inputs.designs.models;
    auto model = concreteModel(answer.request, inputs.designs.requests[row.design], *row.best,
                               models.empty() ? nullptr : &models[row.design]);
    if (model) {
      answer.model = *std::move(model);
    } else {
      answer.warnings.push_back(
          {"not_realised", "The size that is shown has no real model: " + describe(model.error())});
    }
  }
  if (answer.question.save_model.empty()) return {};
  if (!answer.outcome.recommendation.row) {
    answer.warnings.push_back(
        {"model_not_saved",
         "No model is recommended, so none was written to " + answer.question.save_model + "."});
    return {};
  }
  if (!answer.model)
    return fail(ErrorKind::kInfeasible, "--save-model", "there is no concrete model to write");
  return writeFile(answer.question.save_model, answer.model->toml);
}

void warnOfLeftOut(LifetimeAnswer& answer) {
  for (const LeftOutDesign& design : answer.left_out)
    answer.warnings.push_back(
        {"left_out", fmt::format("{} is left out: {}", design.label, design.reason)});
}

/// Below the smallest model that was priced the prices of that one stand for all.
void warnOfSmall(const LifetimeInputs& inputs, const LifetimeRow& row, LifetimeAnswer& answer) {
  if (inputs.designs.requests.empty() || !inputs.designs.models.empty()) return;
  const double least = inputs.designs.requests.front().serving.min_params;
  if (row.best->params < least)
    answer.warnings.push_back(
        {"below_priced_sizes",
         fmt::format("The model has fewer than {:.0e} parameters; its prices are those of a "
                     "model of that size, which is too dear.",
                     least)});
}

void warnOfYears(LifetimeAnswer& answer) {
  constexpr double kYear = 365 * kSecondsPerDay;
  if (!answer.model || answer.model->training.cost.time.value() < kYear) return;
  answer.warnings.push_back(
      {"training_lasts_years",
       fmt::format("On the cheapest count of devices, {}, the training would last {:.1f} years; "
                   "state --training-devices and --max-train-days.",
                   answer.model->training.setup.devices,
                   answer.model->training.cost.time.value() / kYear)});
}

/// At the FLOP and price per token of the explained model's training.
Result<void> addInstructionTuning(LifetimeAnswer& answer) {
  if (!answer.question.instruction_tuning_tokens || !answer.shown) return {};
  const LifetimeModel& model = *answer.outcome.rows[*answer.shown].best;
  const auto line =
      instructionTuning(*answer.question.instruction_tuning_tokens,
                        {model.train_tokens, Flop(model.training.flop), Usd(model.training.usd)});
  if (!line) return tl::unexpected(line.error());
  answer.instruction_tuning = *line;
  return {};
}

Basis basisOf(const KernelLibrary& kernels) {
  if (!kernels.measured()) return Basis::kRoofline;
  return kernels.transferredFrom().empty() ? Basis::kInterpolated : Basis::kTransferred;
}

std::vector<Basis> basesOf(const LifetimeInputs& inputs) {
  std::vector<Basis> bases(inputs.request.designs.size(), Basis::kRoofline);
  for (std::size_t i = 0; i < inputs.designs.requests.size(); ++i)
    bases[i] = basisOf(inputs.designs.requests[i].serving.kernels);
  return bases;
}

/// Model, curves and warnings of an outcome.
Result<void> explainLifetime(const LifetimeInputs& inputs, LifetimeAnswer& answer) {
  answer.shown = answer.outcome.recommendation.row;
  if (!answer.shown && answer.outcome.feasible()) answer.shown = 0;
  if (answer.shown) {
    const LifetimeRow& row = answer.outcome.rows[*answer.shown];
    if (inputs.designs.models.empty()) answer.curves = curvesOf(answer.request, row);
    warnOfSmall(inputs, row, answer);
    if (auto made = makeConcrete(inputs, row, answer); !made) return made;
  }
  warnOfYears(answer);
  return {};
}

/// The answer around an outcome that `plan` makes of the request.
template <class Plan>
Result<LifetimeAnswer> lifetimeAnswerOf(const LifetimeQuestion& question,
                                        const LifetimeInputs& inputs, std::stop_token stop,
                                        const ProgressSink& progress, AdviceWanted advice,
                                        const Plan& plan) {
  const auto start = std::chrono::steady_clock::now();
  auto request = lifetimeRequest(question, inputs);
  if (!request) return tl::unexpected(request.error());
  auto outcome = plan(*request);
  if (!outcome) return tl::unexpected(outcome.error());
  LifetimeAnswer answer;
  answer.question = question;
  answer.request = *std::move(request);
  answer.left_out = inputs.designs.left_out;
  answer.sources = inputs.designs.sources;
  answer.warnings = inputs.designs.warnings;
  warnOfLeftOut(answer);
  answer.warnings.insert(answer.warnings.end(), outcome->warnings.begin(), outcome->warnings.end());
  answer.outcome = *std::move(outcome);
  answer.price_basis = basesOf(inputs);
  if (auto explained = explainLifetime(inputs, answer); !explained)
    return tl::unexpected(explained.error());
  if (const auto added = addInstructionTuning(answer); !added) return tl::unexpected(added.error());
  if (advice == AdviceWanted::kYes) answer.advice = lifetimeAdvice(answer, inputs);
  if (question.sensitivity && answer.outcome.feasible()) {
    auto sensitivity = sensitivityOfAnswer(answer, inputs, stop, progress);
    if (!sensitivity) return tl::unexpected(sensitivity.error());
    answer.sensitivity = *std::move(sensitivity);
  }
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  answer.timing = Seconds(elapsed.count());
  return answer;
}

}  // namespace

Result<LifetimeInputs> lifetimeInputs(const LifetimeQuestion& question, std::stop_token stop,
                                      const ProgressSink& progress) {
  LifetimeInputs inputs;
  auto law = chosenLaw(question.law_file, question.preset);
  if (!law) return tl::unexpected(law.error());
  inputs.request.law = *std::move(law);
  auto designs = planDesigns(question, stop, progress);
  if (!designs) return tl::unexpected(designs.error());
  inputs.designs = *std::move(designs);
  inputs.designs.sources.insert(inputs.designs.sources.begin(), lawSource(inputs.request.law));
  inputs.request.designs = inputs.designs.designs;
  takeLimits(question, inputs.request);
  return inputs;
}

LifetimeQuestion inputsKey(LifetimeQuestion question) {
  question.other_law_file.clear();
  question.lifetime_tokens.reset();
  question.instruction_tuning_tokens.reset();
  question.target_loss.reset();
  question.budget_usd.reset();
  question.budget_flop.reset();
  question.total_usd.clear();
  question.unique_tokens.reset();
  question.max_train_tokens.reset();
  question.max_tokens_per_param.reset();
  question.max_train_days.reset();
  question.draws = 0;
  question.seed = 0;
  question.threads = 0;
  question.save_model.clear();
  return question;
}

Result<LifetimeRequest> lifetimeRequest(const LifetimeQuestion& question,
                                        const LifetimeInputs& inputs) {
  if (const auto good = checkLifetimeGoal(question); !good) return tl::unexpected(good.error());
  LifetimeRequest request = inputs.request;
  takeLimits(question, request);
  return request;
}

Result<LifetimeAnswer> answerLifetime(const LifetimeQuestion& question,
                                      const LifetimeInputs& inputs, std::stop_token stop,
                                      const ProgressSink& progress, AdviceWanted advice) {
  return lifetimeAnswerOf(
      question, inputs, stop, progress, advice,
      [&](const LifetimeRequest& request) { return planLifetime(request, stop, progress); });
}

Result<LifetimeAnswer> answerLifetime(const LifetimeQuestion& question,
                                      const LifetimeInputs& inputs, const LifetimeDraws& draws,
                                      std::stop_token stop, const ProgressSink& progress) {
  return lifetimeAnswerOf(
      question, inputs, stop, progress, AdviceWanted::kYes,
      [&](const LifetimeRequest& request) { return planLifetime(request, draws); });
}

Result<Sensitivity> sensitivityOfAnswer(const LifetimeAnswer& answer, const LifetimeInputs& inputs,
                                        std::stop_token stop, const ProgressSink& progress) {
  if (inputs.designs.requests.empty())
    return fail(ErrorKind::kUsage, "--sensitivity",
                "prices are a published formula, which has no assumptions to move");
  const LifetimeInputs moved{answer.request, inputs.designs};
  return sensitivityOf(moved.request, lifetimeFactors(answer.question, moved), stop, progress);
}

Result<LifetimeAnswer> answerLifetime(const LifetimeQuestion& question, std::stop_token stop,
                                      const ProgressSink& progress) {
  const auto start = std::chrono::steady_clock::now();
  if (const auto good = checkLifetimeGoal(question); !good) return tl::unexpected(good.error());
  const auto inputs = lifetimeInputs(question, stop, progress);
  if (!inputs) return tl::unexpected(inputs.error());
  auto answer = answerLifetime(question, *inputs, stop, progress);
  if (!answer) return answer;
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  answer->timing = Seconds(elapsed.count());
  return answer;
}

}  // namespace moe
