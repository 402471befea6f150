#include "app/cli/lifetime_options.h"

#include <CLI/CLI.hpp>
#include <sstream>
#include <vector>

#include "app/cli/command.h"
#include "app/cli/number_list.h"
#include "app/cli/shard_options.h"
#include "app/report/front_report.h"
#include "app/report/lifetime_report.h"
#include "app/workflows/front_workflow.h"
#include "app/workflows/lifetime_workflow.h"
#include "app/workflows/plan_workflow.h"

namespace moe::cli {

struct LifetimeOptions {
  LifetimeQuestion question;
  std::vector<std::string> weights = {"bf16"};
  std::vector<std::string> top_k, granularity;
  std::string kv_cache = "bf16";
};

namespace {

/// Registers options of one group and remembers their names.
class Group {
 public:
  Group(CLI::App& command, const char* name) : command_(command), name_(name) {}
  template <class Value>
  CLI::Option* add(const char* option, Value& value, const char* help, const char* type) {
    return command_.add_option(option, value, help)->type_name(type)->group(name_);
  }

 private:
  CLI::App& command_;
  const char* name_;
};

constexpr const char* kLifetimeGroup = "Lifetime and pareto";

/// Options that other modes do not know.
constexpr const char* kOwn[] = {"--target-loss",    "--total-usd",        "--top-k",
                                "--granularity",    "--weights",          "--kv-cache",
                                "--model-template", "--flop-prices",      "--engine",
                                "--router-skew",    "--ttft-limit-s",     "--tpot-limit-s",
                                "--unique-tokens",  "--max-train-tokens", "--max-tokens-per-param",
                                "--max-train-days", "--training-devices", "--sensitivity",
                                "--other-law-file", "--save-model",       "--models",
                                "--devices",        "--parallelism"};

/// Options of the other modes that mean nothing here.
constexpr const char* kOthers[] = {"--base-experts", "--train-flop-factor"};

std::vector<std::string> separated(const std::string& list) {
  std::vector<std::string> items;
  std::istringstream in(list);
  for (std::string item; std::getline(in, item, ',');)
    if (!item.empty()) items.push_back(item);
  return items;
}

void takeShared(const PlanQuestion& shared, LifetimeQuestion& question) {
  question.law_file = shared.law_file;
  question.preset = shared.preset;
  question.budget_flop = shared.budget_flop;
  question.budget_usd = shared.budget_usd;
  question.experts = shared.experts;
  question.shape = shared.shape;
  question.cost_preset = shared.cost_preset;
  question.hardware = separated(shared.hardware);
  question.max_devices = shared.max_devices;
  question.prompt_tokens = shared.prompt_tokens;
  question.output_tokens = shared.output_tokens;
  question.usd_per_device_hour = shared.usd_per_device_hour;
  question.max_concurrency = shared.max_concurrency;
  question.lifetime_tokens = shared.lifetime_tokens;
  question.instruction_tuning_tokens = shared.instruction_tuning_tokens;
  question.training_hardware = shared.training_hardware;
  question.training_mfu = shared.training_mfu;
  question.training_usd_per_device_hour = shared.training_usd_per_device_hour;
  question.draws = shared.draws;
}

Result<LifetimeQuestion> questionOf(const CommandContext& context, const PlanQuestion& shared,
                                    const LifetimeOptions& options) {
  LifetimeQuestion question = options.question;
  takeShared(shared, question);
  question.seed = context.options.seed;
  question.threads = context.options.threads;
  question.catalog_dir = context.options.catalog_dir;
  const auto top_k = numberList(options.top_k, "--top-k");
  if (!top_k) return tl::unexpected(top_k.error());
  question.top_k = *top_k;
  const auto granularity = numberList(options.granularity, "--granularity");
  if (!granularity) return tl::unexpected(granularity.error());
  question.granularity = *granularity;
  question.weights.clear();
  for (const std::string& name : options.weights) {
    const auto weights = precisionOf(name, "--weights");
    if (!weights) return tl::unexpected(weights.error());
    question.weights.push_back(*weights);
  }
  const auto cache = precisionOf(options.kv_cache, "--kv-cache");
  if (!cache) return tl::unexpected(cache.error());
  question.kv_cache = *cache;
  return question;
}

void runLifetime(CommandContext& context, const LifetimeQuestion& question,
                 const std::string& shard) {
  if (!shard.empty())
    return deliverShard(context, shard, question, {{"--save-model", question.save_model}});
  const auto answer = answerLifetime(question, context.stop, context.progress());
  if (!answer) return context.refuse(answer.error());
  context.deliver([&] { return report::lifetimeText(*answer); },
                  [&] { return report::lifetimeJson(*answer); },
                  answer->outcome.recommendation.row ? 0 : 1);
}

void runFront(CommandContext& context, const LifetimeQuestion& question, const std::string& shard) {
  if (!shard.empty()) return deliverShard(context, shard, FrontQuestion{question}, {});
  const auto answer = answerFront(question, context.stop, context.progress());
  if (!answer) return context.refuse(answer.error());
  context.deliver([&] { return report::frontText(*answer); },
                  [&] { return report::frontJson(*answer); }, answer->points.empty() ? 1 : 0);
}

}  // namespace

std::shared_ptr<LifetimeOptions> addLifetimeOptions(CLI::App& command) {
  auto options = std::make_shared<LifetimeOptions>();
  LifetimeQuestion& q = options->question;
  Group group(command, kLifetimeGroup);
  group.add("--target-loss", q.target_loss, "Loss to reach at the least USD, nats per token", "L");
  group
      .add("--total-usd", q.total_usd,
           "pareto: range of training plus serving USD to draw the front over", "LEAST,MOST")
      ->delimiter(',');
  group.add("--top-k", options->top_k, "Experts per token; the shape's unless given", "K,K,...")
      ->delimiter(',');
  group
      .add("--granularity", options->granularity,
           "Dense FFN width over expert width; the shape's unless given", "G,G,...")
      ->delimiter(',');
  group
      .add("--weights", options->weights,
           "Weights at serving: bf16, fp8, fp4, int8, int4; bf16 unless given", "P,P,...")
      ->delimiter(',');
  group.add("--kv-cache", options->kv_cache, "KV cache in bf16 or fp8; bf16 unless given", "P");
  group.add("--model-template", q.model_template,
            "Shapes after this model of the catalog, FILE.toml or config.json, instead of --shape",
            "M");
  group
      .add("--models", q.models,
           "Choose among these models (names, FILE.toml, config.json) instead of sizes of a shape",
           "M,M,...")
      ->delimiter(',');
  group.add("--flop-prices", q.flop_prices,
            "FLOP prices instead of machines: sardana2024-flop or sardana2024-usd", "NAME");
  group
      .add("--devices", q.devices,
           "Devices of a replica; every number up to --max-devices unless given", "G,G,...")
      ->delimiter(',');
  group
      .add("--parallelism", q.parallelism,
           "Divisions to choose among, as cost names them: tp4,\"tp8 ep8\"; every one unless given",
           "NAME,...")
      ->delimiter(',');
  group.add("--engine", q.engine, "vllm, sglang or trtllm; vllm unless given", "NAME");
  group.add("--router-skew", q.router_skew,
            "Exponent of the power law of expert loads, 0 even; 1.2 unless given", "A");
  group.add("--ttft-limit-s", q.ttft_limit_s, "Longest time to first token", "S");
  group.add("--tpot-limit-s", q.tpot_limit_s, "Longest time per output token", "S");
  group.add("--unique-tokens", q.unique_tokens,
            "Training tokens without repeats; more are worth less", "U");
  group.add("--max-train-tokens", q.max_train_tokens, "Most training tokens", "D");
  group.add("--max-tokens-per-param", q.max_tokens_per_param, "Most training tokens per parameter",
            "M");
  group.add("--max-train-days", q.max_train_days, "Longest training on --training-devices", "DAYS");
  group.add("--training-devices", q.training_devices,
            "Devices of the training cluster; the cheapest count unless given", "G");
  command.add_flag("--sensitivity", q.sensitivity, "Show what each assumption changes")
      ->group(kLifetimeGroup);
  group.add("--other-law-file", q.other_law_file, "A second law for --sensitivity", "FILE");
  group.add("--save-model", q.save_model, "Write the recommended model for cost --model FILE.toml",
            "FILE");
  return options;
}

bool runIfLifetime(CommandContext& context, const CLI::App& command, const PlanQuestion& shared,
                   const LifetimeOptions& options, const std::string& shard) {
  const bool front = shared.mode == "pareto";
  if (shared.mode != "lifetime" && !front) {
    for (const char* option : kOwn)
      if (command.count(option) > 0) {
        context.refuse({ErrorKind::kUsage, option,
                        "belongs to --mode lifetime or pareto, not to " + shared.mode});
        return true;
      }
    return false;
  }
  for (const char* option : {"--experts", "--shape"})
    if (!options.question.models.empty() && command.count(option) > 0) {
      context.refuse(
          {ErrorKind::kUsage, option, "--models lists concrete models; leave one of them out"});
      return true;
    }
  if (front && command.count("--instruction-tuning-tokens") > 0) {
    context.refuse({ErrorKind::kUsage, "--instruction-tuning-tokens",
                    "is a line beside one recommended model, which --mode pareto has not"});
    return true;
  }
  if (!front && command.count("--total-usd") > 0) {
    context.refuse({ErrorKind::kUsage, "--total-usd", "belongs to --mode pareto"});
    return true;
  }
  if (command.count("--model-template") > 0 && command.count("--shape") > 0) {
    context.refuse({ErrorKind::kUsage, "--shape",
                    "--model-template states the shape too; leave one of them out"});
    return true;
  }
  for (const char* option : kOthers)
    if (command.count(option) > 0) {
      context.refuse({ErrorKind::kUsage, option,
                      "belongs to loss-optimal, min-cost and min-loss, not to " + shared.mode});
      return true;
    }
  const auto question = questionOf(context, shared, options);
  if (!question) {
    context.refuse(question.error());
    return true;
  }
  front ? runFront(context, *question, shard) : runLifetime(context, *question, shard);
  return true;
}

}  // namespace moe::cli
