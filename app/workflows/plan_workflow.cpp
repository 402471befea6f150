#include "app/workflows/plan_workflow.h"

#include <fmt/format.h>

#include <chrono>

#include "app/workflows/law_choice.h"
#include "app/workflows/plan_designs.h"
#include "costmodel/planner/check_request.h"
#include "costmodel/presets.h"
#include "data/catalog/catalog.h"

namespace moe {
namespace {

/// The request as it grows, with what is to be said about it.
struct Draft {
  PlanRequest request;
  std::vector<std::string> sources;
  std::vector<Warning> warnings;
};

Result<void> takeLaw(const PlanQuestion& question, Draft& draft) {
  auto law = chosenLaw(question.law_file, question.preset);
  if (!law) return tl::unexpected(law.error());
  draft.request.law = *std::move(law);
  draft.sources.push_back(lawSource(draft.request.law));
  return {};
}

Result<void> takeCostPreset(const PlanQuestion& question, Draft& draft) {
  draft.request.max_devices = kUsualDevices;
  if (question.cost_preset.empty()) return {};
  const auto preset = costPreset(question.cost_preset);
  if (!preset) return tl::unexpected(preset.error());
  draft.request.accelerator = preset->accelerator;
  draft.request.max_devices = preset->max_devices;
  draft.request.workload = preset->workload;
  draft.request.settings = preset->settings;
  draft.sources.push_back("cost preset: " + preset->name + " (" + preset->description + ")");
  if (!question.hardware.empty() || question.max_devices || question.prompt_tokens ||
      question.output_tokens || question.usd_per_device_hour || question.max_concurrency)
    draft.warnings.push_back(
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

Result<void> takeMachine(const PlanQuestion& question, Draft& draft) {
  if (question.hardware.find(',') != std::string::npos)
    return usageError(
        "--hardware",
        "a plan at a training budget takes one accelerator; lifetime and pareto choose "
        "among several");
  if (!question.hardware.empty()) {
    auto accelerator = lookUp(question, question.hardware, "--hardware");
    if (!accelerator) return tl::unexpected(accelerator.error());
    draft.request.accelerator = *std::move(accelerator);
  } else if (question.cost_preset.empty()) {
    return usageError("--hardware", "state the accelerator that serves, or a --cost-preset");
  }
  const Accelerator& machine = draft.request.accelerator;
  draft.sources.push_back("hardware: " + machine.name + " (" + machine.source + ")");
  if (question.usd_per_device_hour) {
    draft.request.price = usdPerHour(*question.usd_per_device_hour);
  } else if (machine.price) {
    draft.request.price = *machine.price;
    draft.sources.push_back(fmt::format("price: {:.4g} USD per device-hour, {} ({})",
                                        machine.price->value() * 3600, machine.price_date,
                                        machine.price_source));
  } else {
    return fail(ErrorKind::kInput, machine.name,
                "the catalog has no price for it; state --usd-per-device-hour");
  }
  return {};
}

void takeServing(const PlanQuestion& question, Draft& draft) {
  PlanRequest& request = draft.request;
  if (question.max_devices) request.max_devices = *question.max_devices;
  if (question.prompt_tokens) request.workload.prompt_tokens = *question.prompt_tokens;
  if (question.output_tokens) request.workload.output_tokens = *question.output_tokens;
  if (question.max_concurrency) request.settings.max_concurrency = *question.max_concurrency;
  request.lifetime_tokens = question.lifetime_tokens;
}

/// What the roofline rests on, where it has to do.
void noteRoofline(Draft& draft) {
  const PlanRequest& request = draft.request;
  if (!request.served.empty()) return;
  draft.sources.push_back("efficiency: " + request.accelerator.efficiency_source);
  const int domain = request.accelerator.link_domain;
  if (request.settings.allreduce && domain > 0 && request.max_devices > domain)
    draft.warnings.push_back(
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

Result<UsdPerSecond> trainingPrice(const PlanQuestion& question, const Draft& draft,
                                   const Accelerator& machine) {
  if (question.training_usd_per_device_hour)
    return usdPerHour(*question.training_usd_per_device_hour);
  if (question.training_hardware.empty()) return draft.request.price;
  if (machine.price) return *machine.price;
  return fail(ErrorKind::kInput, machine.name,
              "the catalog has no price for it; state --training-usd-per-device-hour");
}

/// The machine that trains, when the question needs its price.
Result<void> takeTraining(const PlanQuestion& question, Draft& draft) {
  const bool asked = question.budget_usd || !question.training_hardware.empty() ||
                     question.training_mfu || question.training_usd_per_device_hour;
  if (!asked) return {};
  TrainingMachine training;
  training.accelerator = draft.request.accelerator;
  if (!question.training_hardware.empty()) {
    auto found = lookUp(question, question.training_hardware, "--training-hardware");
    if (!found) return tl::unexpected(found.error());
    training.accelerator = *std::move(found);
  }
  const auto price = trainingPrice(question, draft, training.accelerator);
  if (!price) return tl::unexpected(price.error());
  training.price = *price;
  training.mfu = question.training_mfu.value_or(kAssumedTrainingMfu);
  if (!question.training_mfu)
    draft.warnings.push_back(
        {"assumed_training_mfu",
         fmt::format(
             "A training MFU of {:g} is assumed; dense and fine-grained MoE training differ "
             "several times. State --training-mfu.",
             kAssumedTrainingMfu)});
  // Checks price and utilisation also where no USD budget is turned into FLOP.
  const auto valid = affordableFlop(Usd(question.budget_usd.value_or(1)), training);
  if (!valid) return tl::unexpected(valid.error());
  if (question.budget_usd) draft.request.budget = *valid;
  draft.request.training = training;
  return {};
}

Result<void> takeBudget(const PlanQuestion& question, Draft& draft) {
  if (question.budget_flop.has_value() == question.budget_usd.has_value())
    return usageError("--budget-flop", question.budget_flop
                                           ? "--budget-usd states a budget too; state one of them"
                                           : "state the training budget, or --budget-usd");
  if (question.budget_flop) draft.request.budget = Flop(*question.budget_flop);
  if (question.lifetime_tokens && !(*question.lifetime_tokens > 0))
    return usageError("--lifetime-tokens",
                      fmt::format("{:g} output tokens are no lifetime", *question.lifetime_tokens));
  return {};
}

Result<void> takeShape(const PlanQuestion& question, Draft& draft) {
  auto rule = shapeRulePreset(question.shape);
  if (!rule) return usageError("--shape", rule.error().message);
  if (question.train_flop_factor) rule->train_flop_factor = *question.train_flop_factor;
  if (!(rule->train_flop_factor >= 1 && rule->train_flop_factor <= 100))
    return usageError("--train-flop-factor",
                      fmt::format("{:g} is no factor on the training FLOP of a "
                                  "MoE model; it is 1 or more",
                                  rule->train_flop_factor));
  draft.request.shape_rule = *rule;
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
Result<void> takeExactPrices(const PlanQuestion& question, Draft& draft, std::stop_token stop,
                             const ProgressSink& progress) {
  if (!question.cost_preset.empty()) return {};
  auto exact = exactServing(servingQuestion(question), stop, progress);
  if (!exact) return tl::unexpected(exact.error());
  if (!*exact) return {};
  for (const LeftOutDesign& design : (*exact)->left_out)
    draft.warnings.push_back(
        {"left_out", fmt::format("{} cannot be served: {}", design.label, design.reason)});
  if ((*exact)->served.empty())
    return fail(ErrorKind::kInfeasible, "", (*exact)->left_out.front().reason);
  draft.request.served = std::move((*exact)->served);
  draft.request.served_basis = (*exact)->basis;
  draft.sources.insert(draft.sources.end(), (*exact)->sources.begin(), (*exact)->sources.end());
  return {};
}

Result<Draft> drafted(const PlanQuestion& question, std::stop_token stop,
                      const ProgressSink& progress) {
  Draft draft;
  const auto mode = planModeNamed(question.mode);
  if (!mode) return tl::unexpected(mode.error());
  draft.request.mode = *mode;
  draft.request.experts = question.experts;
  draft.request.base_experts = question.base_experts;
  draft.request.draws = question.draws;
  draft.request.seed = question.seed;
  draft.request.threads = question.threads;
  using Step = Result<void> (*)(const PlanQuestion&, Draft&);
  const auto traffic = [](const PlanQuestion& q, Draft&) { return checkTraffic(q); };
  for (const Step step : {Step(takeBudget), Step(traffic), Step(takeShape), Step(takeLaw),
                          Step(takeCostPreset), Step(takeMachine), Step(takeTraining)})
    if (const auto done = step(question, draft); !done) return tl::unexpected(done.error());
  takeServing(question, draft);
  if (const auto done = checkedRequest(draft.request); !done) return tl::unexpected(done.error());
  if (const auto done = takeExactPrices(question, draft, stop, progress); !done)
    return tl::unexpected(done.error());
  noteRoofline(draft);
  return draft;
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

Result<PlanAnswer> answerPlan(const PlanQuestion& question, std::stop_token stop,
                              const ProgressSink& progress) {
  const auto start = std::chrono::steady_clock::now();
  auto draft = drafted(question, stop, progress);
  if (!draft) return tl::unexpected(draft.error());
  auto outcome = makePlan(draft->request, stop, progress);
  if (!outcome) return tl::unexpected(outcome.error());
  PlanAnswer answer;
  answer.question = question;
  answer.paper = comparedWithPaper(*outcome);
  answer.warnings = std::move(draft->warnings);
  answer.warnings.insert(answer.warnings.end(), outcome->warnings.begin(), outcome->warnings.end());
  warnOfSmall(draft->request, *outcome, answer.warnings);
  answer.request = std::move(draft->request);
  answer.outcome = *std::move(outcome);
  answer.sources = std::move(draft->sources);
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  answer.timing = Seconds(elapsed.count());
  return answer;
}

}  // namespace moe
