#include "app/workflows/plan_workflow.h"

#include <fmt/format.h>

#include <chrono>

#include "app/workflows/design_advice.h"
#include "app/workflows/law_choice.h"
#include "app/workflows/plan_designs.h"
#include "costmodel/planner/check_request.h"
#include "costmodel/presets.h"
#include "data/catalog/catalog.h"

namespace moe {
namespace {

Result<void> takeLaw(const PlanQuestion& question, PlanInputs& inputs) {
  auto law = chosenLaw(question.law_file, question.preset);
  if (!law) return tl::unexpected(law.error());
  inputs.request.law = *std::move(law);
  inputs.sources.push_back(lawSource(inputs.request.law));
  return {};
}

Result<void> takeCostPreset(const PlanQuestion& question, PlanInputs& inputs) {
  inputs.request.max_devices = kUsualDevices;
  if (question.cost_preset.empty()) return {};
  const auto preset = costPreset(question.cost_preset);
  if (!preset) return tl::unexpected(preset.error());
  inputs.request.accelerator = preset->accelerator;
  inputs.request.max_devices = preset->max_devices;
  inputs.request.workload = preset->workload;
  inputs.request.settings = preset->settings;
  inputs.sources.push_back("cost preset: " + preset->name + " (" + preset->description + ")");
  if (!question.hardware.empty() || question.max_devices || question.prompt_tokens ||
      question.output_tokens || question.usd_per_device_hour || question.max_concurrency)
    inputs.warnings.push_back(
        {"preset_overridden", "Options on the command line replace parts of the cost preset " +
                                  preset->name + "; its reference figures may not apply."});
  return {};
}

Result<Accelerator> lookUp(const PlanQuestion& question, const std::string& name,
                           std::string_view option) {
  const auto catalog = loadHardware(question.catalog_dir);
  if (!catalog) return tl::unexpected(catalog.error());
  const auto entry = findHardware(*catalog, name, option);
  if (!entry) return tl::unexpected(entry.error());
  return acceleratorOf(*entry);
}

Result<void> takeMachine(const PlanQuestion& question, PlanInputs& inputs) {
  if (question.hardware.find(',') != std::string::npos)
    return usageError(
        "--hardware",
        "a plan at a training budget takes one accelerator; lifetime and pareto choose "
        "among several");
  if (!question.hardware.empty()) {
    auto accelerator = lookUp(question, question.hardware, "--hardware");
    if (!accelerator) return tl::unexpected(accelerator.error());
    inputs.request.accelerator = *std::move(accelerator);
  } else if (question.cost_preset.empty()) {
    return usageError("--hardware", "state the accelerator that serves, or a --cost-preset");
  }
  const Accelerator& machine = inputs.request.accelerator;
  inputs.sources.push_back("hardware: " + machine.name + " (" + machine.source + ")");
  if (question.usd_per_device_hour) {
    inputs.request.price = usdPerHour(*question.usd_per_device_hour);
  } else if (machine.price) {
    inputs.request.price = *machine.price;
    inputs.sources.push_back(fmt::format("price: {:.4g} USD per device-hour, {} ({})",
                                         machine.price->value() * 3600, machine.price_date,
                                         machine.price_source));
  } else {
    return fail(ErrorKind::kInput, machine.name,
                "the catalog has no price for it; state --usd-per-device-hour");
  }
  return {};
}

void takeServing(const PlanQuestion& question, PlanInputs& inputs) {
  PlanRequest& request = inputs.request;
  if (question.max_devices) request.max_devices = *question.max_devices;
  if (question.prompt_tokens) request.workload.prompt_tokens = *question.prompt_tokens;
  if (question.output_tokens) request.workload.output_tokens = *question.output_tokens;
  if (question.max_concurrency) request.settings.max_concurrency = *question.max_concurrency;
}

/// What the roofline rests on, where it has to do.
void noteRoofline(PlanInputs& inputs) {
  const PlanRequest& request = inputs.request;
  if (!request.served.empty()) return;
  inputs.sources.push_back("efficiency: " + request.accelerator.efficiency_source);
  const int domain = request.accelerator.link_domain;
  if (request.settings.allreduce && domain > 0 && request.max_devices > domain)
    inputs.warnings.push_back(
        {"beyond_link_domain",
         fmt::format("The fast link of {} joins {} device{}; more than that are priced as if it "
                     "joined them all, which is too cheap.",
                     request.accelerator.name, domain, domain == 1 ? "" : "s")});
}

Result<void> checkTraffic(const PlanQuestion& question) {
  if (!question.cost_preset.empty()) return {};
  if (!question.prompt_tokens || !question.output_tokens)
    return usageError(question.prompt_tokens ? "--output-tokens" : "--prompt-tokens",
                      "state the mean tokens of a request (prompt and output), or a --cost-preset");
  return {};
}

Result<UsdPerSecond> trainingPrice(const PlanQuestion& question, const PlanInputs& inputs,
                                   const Accelerator& machine) {
  if (question.training_usd_per_device_hour)
    return usdPerHour(*question.training_usd_per_device_hour);
  if (question.training_hardware.empty()) return inputs.request.price;
  if (machine.price) return *machine.price;
  return fail(ErrorKind::kInput, machine.name,
              "the catalog has no price for it; state --training-usd-per-device-hour");
}

/// The machine that trains, when the question needs its price.
Result<void> takeTraining(const PlanQuestion& question, PlanInputs& inputs) {
  const bool asked = question.budget_usd || !question.training_hardware.empty() ||
                     question.training_mfu || question.training_usd_per_device_hour;
  if (!asked) return {};
  TrainingMachine training;
  training.accelerator = inputs.request.accelerator;
  if (!question.training_hardware.empty()) {
    auto found = lookUp(question, question.training_hardware, "--training-hardware");
    if (!found) return tl::unexpected(found.error());
    training.accelerator = *std::move(found);
  }
  const auto price = trainingPrice(question, inputs, training.accelerator);
  if (!price) return tl::unexpected(price.error());
  training.price = *price;
  training.mfu = question.training_mfu.value_or(kAssumedTrainingMfu);
  if (!question.training_mfu)
    inputs.warnings.push_back(
        {"assumed_training_mfu",
         fmt::format(
             "A training MFU of {:g} is assumed; dense and fine-grained MoE training differ "
             "several times. State --training-mfu.",
             kAssumedTrainingMfu)});
  // Checks price and utilisation also where no USD budget is turned into FLOP.
  const auto valid = affordableFlop(Usd(question.budget_usd.value_or(1)), training);
  if (!valid) return tl::unexpected(valid.error());
  inputs.request.training = training;
  return {};
}

Result<void> checkPlanGoal(const PlanQuestion& question) {
  if (const auto mode = planModeNamed(question.mode); !mode) return tl::unexpected(mode.error());
  if (question.budget_flop.has_value() == question.budget_usd.has_value())
    return usageError("--budget-flop", question.budget_flop
                                           ? "--budget-usd states a budget too; state one of them"
                                           : "state the training budget, or --budget-usd");
  if (question.instruction_tuning_tokens && !(*question.instruction_tuning_tokens > 0))
    return usageError(
        "--instruction-tuning-tokens",
        fmt::format("is {:g}; it must be above 0", *question.instruction_tuning_tokens));
  if (question.lifetime_tokens && !(*question.lifetime_tokens > 0))
    return usageError("--lifetime-tokens",
                      fmt::format("{:g} output tokens are no lifetime", *question.lifetime_tokens));
  return {};
}

/// What a question asks of its inputs: all that its key leaves out.
Result<void> takeGoal(const PlanQuestion& question, PlanRequest& request) {
  const auto mode = planModeNamed(question.mode);
  if (!mode) return tl::unexpected(mode.error());
  request.mode = *mode;
  request.draws = question.draws;
  request.seed = question.seed;
  request.threads = question.threads;
  request.lifetime_tokens = question.lifetime_tokens;
  if (question.budget_flop) request.budget = Flop(*question.budget_flop);
  if (!question.budget_usd) return {};
  const auto affordable = affordableFlop(Usd(*question.budget_usd), *request.training);
  if (!affordable) return tl::unexpected(affordable.error());
  request.budget = *affordable;
  return {};
}

Result<void> takeShape(const PlanQuestion& question, PlanInputs& inputs) {
  auto rule = shapeRulePreset(question.shape);
  if (!rule) return usageError("--shape", rule.error().message);
  if (question.train_flop_factor) rule->train_flop_factor = *question.train_flop_factor;
  if (!(rule->train_flop_factor >= 1 && rule->train_flop_factor <= 100))
    return usageError("--train-flop-factor",
                      fmt::format("{:g} is no factor on the training FLOP of a "
                                  "MoE model; it is 1 or more",
                                  rule->train_flop_factor));
  inputs.request.shape_rule = *rule;
  return {};
}

LifetimeQuestion servingQuestion(const PlanQuestion& question) {
  LifetimeQuestion serving;
  serving.experts = question.experts;
  serving.experts.push_back(question.base_experts);
  serving.hardware = {question.hardware};
  serving.shape = question.shape;
  serving.max_devices = question.max_devices;
  serving.prompt_tokens = question.prompt_tokens;
  serving.output_tokens = question.output_tokens;
  serving.usd_per_device_hour = question.usd_per_device_hour;
  serving.max_concurrency = question.max_concurrency;
  serving.threads = question.threads;
  serving.catalog_dir = question.catalog_dir;
  return serving;
}

/// Prices of the exact cost model, where the machine was measured and no preset replaces it.
Result<void> takeExactPrices(const PlanQuestion& question, PlanInputs& inputs, std::stop_token stop,
                             const ProgressSink& progress) {
  if (!question.cost_preset.empty()) return {};
  auto exact = exactServing(servingQuestion(question), stop, progress);
  if (!exact) return tl::unexpected(exact.error());
  if (!*exact) return {};
  for (const LeftOutDesign& design : (*exact)->left_out)
    inputs.warnings.push_back(
        {"left_out", fmt::format("{} cannot be served: {}", design.label, design.reason)});
  if ((*exact)->served.empty())
    return fail(ErrorKind::kInfeasible, "", (*exact)->left_out.front().reason);
  inputs.request.served = std::move((*exact)->served);
  inputs.request.served_basis = (*exact)->basis;
  inputs.sources.insert(inputs.sources.end(), (*exact)->sources.begin(), (*exact)->sources.end());
  return {};
}

/// At the FLOP and price per token of the recommended model's training, on top of the budget.
Result<void> addInstructionTuning(PlanAnswer& answer) {
  const auto& row = answer.outcome.recommendation.row;
  if (!answer.question.instruction_tuning_tokens || !row) return {};
  const Configuration& chosen = answer.outcome.rows[*row].chosen;
  const auto line =
      instructionTuning(*answer.question.instruction_tuning_tokens,
                        {chosen.train_tokens, answer.request.budget, chosen.train_usd});
  if (!line) return tl::unexpected(line.error());
  answer.instruction_tuning = *line;
  return {};
}

/// Below the smallest model that was priced the price of that one stands for all.
void warnOfSmall(const PlanRequest& request, const PlanOutcome& outcome,
                 std::vector<Warning>& warnings) {
  if (request.served.empty()) return;
  const double least = request.served.front().surface->smallest_params;
  for (const PlanRow& row : outcome.rows)
    for (const Configuration* c : {&row.loss_optimal, &row.chosen})
      if (c->serving && c->dense_params < least) {
        warnings.push_back({"below_priced_sizes",
                            fmt::format("Models below {:.2g} parameters are priced as one of that "
                                        "size, which is too dear; --cost-preset has a roofline "
                                        "for all sizes.",
                                        least)});
        return;
      }
}

/// The answer around an outcome that `plan` makes of the request.
template <class Plan>
Result<PlanAnswer> planAnswerOf(const PlanQuestion& question, const PlanInputs& inputs,
                                AdviceWanted advice, const Plan& plan) {
  const auto start = std::chrono::steady_clock::now();
  auto request = planRequest(question, inputs);
  if (!request) return tl::unexpected(request.error());
  auto outcome = plan(*request);
  if (!outcome) return tl::unexpected(outcome.error());
  PlanAnswer answer;
  answer.question = question;
  answer.request = *std::move(request);
  answer.paper = comparedWithPaper(*outcome);
  answer.warnings = inputs.warnings;
  answer.warnings.insert(answer.warnings.end(), outcome->warnings.begin(), outcome->warnings.end());
  warnOfSmall(answer.request, *outcome, answer.warnings);
  answer.outcome = *std::move(outcome);
  answer.sources = inputs.sources;
  if (const auto added = addInstructionTuning(answer); !added) return tl::unexpected(added.error());
  if (advice == AdviceWanted::kYes) answer.advice = planAdvice(answer);
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  answer.timing = Seconds(elapsed.count());
  return answer;
}

}  // namespace

std::string planModeName(PlanMode mode) {
  switch (mode) {
    case PlanMode::kLossOptimal:
      return "loss-optimal";
    case PlanMode::kMinCost:
      return "min-cost";
    case PlanMode::kMinLoss:
      return "min-loss";
  }
  require(false, "unknown plan mode");
  return {};
}

Result<PlanMode> planModeNamed(const std::string& name) {
  for (const PlanMode mode : {PlanMode::kLossOptimal, PlanMode::kMinCost, PlanMode::kMinLoss})
    if (name == planModeName(mode)) return mode;
  return usageError("--mode",
                    "there is no mode '" + name +
                        "'; there are lifetime, pareto, loss-optimal, min-cost and min-loss");
}

PlanQuestion inputsKey(PlanQuestion question) {
  question.mode.clear();
  question.draws = 0;
  question.seed = 0;
  question.threads = 0;
  question.lifetime_tokens.reset();
  question.instruction_tuning_tokens.reset();
  if (question.budget_flop) question.budget_flop = 1;
  if (question.budget_usd) question.budget_usd = 1;
  return question;
}

Result<PlanInputs> planInputs(const PlanQuestion& question, std::stop_token stop,
                              const ProgressSink& progress, PlanPrices prices) {
  PlanInputs inputs;
  inputs.request.experts = question.experts;
  inputs.request.base_experts = question.base_experts;
  using Step = Result<void> (*)(const PlanQuestion&, PlanInputs&);
  const auto stated = [](const PlanQuestion& q, PlanInputs&) { return checkPlanGoal(q); };
  const auto traffic = [](const PlanQuestion& q, PlanInputs&) { return checkTraffic(q); };
  const auto goal = [](const PlanQuestion& q, PlanInputs& d) { return takeGoal(q, d.request); };
  for (const Step step : {Step(stated), Step(traffic), Step(takeShape), Step(takeLaw),
                          Step(takeCostPreset), Step(takeMachine), Step(takeTraining), Step(goal)})
    if (const auto done = step(question, inputs); !done) return tl::unexpected(done.error());
  takeServing(question, inputs);
  if (const auto done = checkedRequest(inputs.request); !done) return tl::unexpected(done.error());
  if (prices == PlanPrices::kBest)
    if (const auto done = takeExactPrices(question, inputs, stop, progress); !done)
      return tl::unexpected(done.error());
  noteRoofline(inputs);
  return inputs;
}

Result<PlanRequest> planRequest(const PlanQuestion& question, const PlanInputs& inputs) {
  if (const auto good = checkPlanGoal(question); !good) return tl::unexpected(good.error());
  PlanRequest request = inputs.request;
  if (const auto taken = takeGoal(question, request); !taken) return tl::unexpected(taken.error());
  return request;
}

Result<PlanAnswer> answerPlan(const PlanQuestion& question, const PlanInputs& inputs,
                              std::stop_token stop, const ProgressSink& progress,
                              AdviceWanted advice) {
  return planAnswerOf(question, inputs, advice, [&](const PlanRequest& request) {
    return makePlan(request, stop, progress);
  });
}

Result<PlanAnswer> answerPlan(const PlanQuestion& question, const PlanInputs& inputs,
                              const PosteriorPlan& draws) {
  return planAnswerOf(question, inputs, AdviceWanted::kYes,
                      [&](const PlanRequest& request) { return makePlan(request, draws); });
}

Result<PlanAnswer> answerPlan(const PlanQuestion& question, std::stop_token stop,
                              const ProgressSink& progress) {
  const auto start = std::chrono::steady_clock::now();
  const auto inputs = planInputs(question, stop, progress);
  if (!inputs) return tl::unexpected(inputs.error());
  auto answer = answerPlan(question, *inputs, stop, progress);
  if (!answer) return answer;
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  answer->timing = Seconds(elapsed.count());
  return answer;
}

}  // namespace moe
