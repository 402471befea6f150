#include <CLI/CLI.hpp>
#include <memory>

#include "app/cli/command.h"
#include "app/cli/lifetime_options.h"
#include "app/cli/number_list.h"
#include "app/cli/shard_options.h"
#include "app/report/plan_report.h"
#include "app/workflows/plan_workflow.h"

namespace moe::cli {
namespace {

constexpr const char* kPlanDescription =
    "Plans which model to train and serve. lifetime: least training plus serving cost at a loss,\n"
    "or least loss for a sum of money. pareto: loss against serving price. min-cost: per expert\n"
    "count the over-trained model that reaches a base's loss at the least serving cost.\n"
    "min-loss: the least loss at the base's serving cost. loss-optimal: the least loss of a\n"
    "training budget.";

constexpr const char* kPlanExamples = R"(Examples:
  moeplan plan --preset ludziejewski2025 --budget-flop 5e21 --cost-preset probe-v2
      The published joint law, on up to 8 A100-40GB with short conversations.
  moeplan plan --law-file law.json --mode min-loss --budget-usd 1e6 --training-mfu 0.35
               --hardware h100-sxm --experts 1,4,8,16 --base-experts 4
               --prompt-tokens 512 --output-tokens 256 --json
      A law of your own, the budget in dollars, as JSON with 95 % intervals.
  moeplan plan --mode lifetime --law-file law.json --lifetime-tokens 1e13 --target-loss 2.1
               --hardware h100-sxm,h200 --weights bf16,fp8 --experts 1,8,16,32
               --prompt-tokens 1000 --output-tokens 300 --tpot-limit-s 0.05
               --sensitivity --save-model model.toml
      Least cost over the life within a latency limit, on the exact cost model, and the
      recommended model as a file for moeplan cost --model model.toml.
  moeplan plan --mode lifetime --law-file law.json --lifetime-tokens 1e13 --budget-usd 2e7
               --hardware h100-sxm --prompt-tokens 1000 --output-tokens 300
      Least loss for 20 million dollars of training and serving.
  moeplan plan --mode pareto --law-file law.json --budget-flop 1e22 --hardware h100-sxm
               --prompt-tokens 1000 --output-tokens 300
      Every model of one training budget that no other beats in loss and price.

Cost presets set machine, settings and traffic together: probe-v2 is up to 8 A100-40GB at
1.29 USD/h, 161 prompt and 338 output tokens, all-reduce, at most 256 running requests; probe-v0
has neither all-reduce nor a limit, probe-v1 no limit, probe-v3 a limit of 64.

Shapes: yun (one of two FFN layers routed, top-2), ludziejewski (every layer, top-1), clark.)";

void addLawOptions(CLI::App& app, PlanQuestion& question, std::vector<std::string>& experts) {
  app.add_option("--law-file", question.law_file, "Law as written by fit --save")
      ->type_name("FILE");
  app.add_option("--preset", question.preset, "Published law by name, see catalog laws")
      ->type_name("NAME");
  app.add_option("--mode", question.mode,
                 "lifetime, pareto, loss-optimal, min-cost or min-loss; min-cost unless given")
      ->type_name("MODE");
  app.add_option("--budget-flop", question.budget_flop,
                 "Training FLOP of each model; not with lifetime")
      ->type_name("C");
  app.add_option(
         "--budget-usd", question.budget_usd,
         "Training budget in USD, turned into FLOP by --training-hardware and --training-mfu; with "
         "lifetime the money for training and serving together")
      ->type_name("X");
  app.add_option("--experts", experts, "Expert counts, as 1,8 or 4..32; 1,4,8,16,32 unless given")
      ->delimiter(',')
      ->type_name("E,E,...");
  app.add_option("--base-experts", question.base_experts,
                 "Expert count to compare with; 4 unless given")
      ->type_name("E");
  app.add_option("--shape", question.shape,
                 "Shape rule: yun, ludziejewski or clark; yun unless given")
      ->type_name("NAME");
  app.add_option(
         "--train-flop-factor", question.train_flop_factor,
         "C = 6 f N D for E > 1; f is 1 unless given, 4/3 = 1.3333 counts the second expert")
      ->type_name("F");
}

void addServingOptions(CLI::App& app, PlanQuestion& question) {
  app.add_option(
         "--hardware", question.hardware,
         "Accelerator that serves, see catalog hardware; lifetime and pareto choose among several, "
         "A,B,...")
      ->type_name("NAME");
  app.add_option("--max-devices", question.max_devices,
                 "Most accelerators for a model; 8 unless given")
      ->type_name("G");
  app.add_option("--prompt-tokens", question.prompt_tokens, "Mean prompt of a request")
      ->type_name("P");
  app.add_option("--output-tokens", question.output_tokens, "Mean output of a request")
      ->type_name("N");
  app.add_option("--cost-preset", question.cost_preset,
                 "Machine, settings and traffic by one name: probe-v0 to probe-v3")
      ->type_name("NAME");
  app.add_option("--usd-per-device-hour", question.usd_per_device_hour,
                 "Price of a serving device; the catalog's unless given")
      ->type_name("X");
  app.add_option("--max-concurrency", question.max_concurrency,
                 "Engine's limit on running requests; 256 unless given")
      ->type_name("B");
  app.add_option("--lifetime-tokens", question.lifetime_tokens,
                 "Output tokens to serve over the model's life")
      ->type_name("T");
}

void addTrainingOptions(CLI::App& app, PlanQuestion& question) {
  app.add_option("--training-hardware", question.training_hardware,
                 "Accelerator that trains; the serving one unless given")
      ->type_name("NAME");
  app.add_option("--training-mfu", question.training_mfu,
                 "Share of peak bf16 FLOP/s that training reaches; 0.4 is assumed, with a warning; "
                 "lifetime and pareto take it from measured rows")
      ->type_name("X");
  app.add_option("--training-usd-per-device-hour", question.training_usd_per_device_hour,
                 "Price of a training device; the catalog's unless given")
      ->type_name("X");
  app.add_option("--instruction-tuning-tokens", question.instruction_tuning_tokens,
                 "Tokens of instruction tuning on top of the training: a line of FLOP and USD")
      ->type_name("T");
  app.add_option("--draws", question.draws,
                 "Joint draws of the law's posterior for intervals; 200 unless given")
      ->type_name("N")
      ->check(CLI::Range(0, 1000000).description(""));
}

void run(const PlanQuestion& asked, const std::string& shard, CommandContext& context) {
  PlanQuestion question = asked;
  question.seed = context.options.seed;
  question.threads = context.options.threads;
  question.catalog_dir = context.options.catalog_dir;
  if (!shard.empty()) return deliverShard(context, shard, question, {});
  const auto answer = answerPlan(question, context.stop, context.progress());
  if (!answer) return context.refuse(answer.error());
  context.deliver([&] { return report::planText(*answer); },
                  [&] { return report::planJson(*answer); },
                  answer->outcome.recommendation.row ? 0 : 1);
}

}  // namespace

void addPlanCommand(CLI::App& app, CommandContext& context) {
  CLI::App* plan = app.add_subcommand("plan", kPlanDescription);
  auto question = std::make_shared<PlanQuestion>();
  auto experts = std::make_shared<std::vector<std::string>>();
  addLawOptions(*plan, *question, *experts);
  addServingOptions(*plan, *question);
  addTrainingOptions(*plan, *question);
  auto shard = std::make_shared<std::string>();
  addShardOption(*plan, *shard);
  const auto lifetime = addLifetimeOptions(*plan);
  plan->footer(kPlanExamples);
  plan->callback([question, experts, shard, lifetime, plan, &context] {
    const auto counts = numberList(*experts, "--experts");
    if (!counts) return context.refuse(counts.error());
    if (!counts->empty()) question->experts = *counts;
    if (!runIfLifetime(context, *plan, *question, *lifetime, *shard))
      run(*question, *shard, context);
  });
}

}  // namespace moe::cli
