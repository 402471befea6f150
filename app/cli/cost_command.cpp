#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>

#include "app/cli/command.h"
#include "app/cli/training_options.h"
#include "app/report/cost_report.h"
#include "app/workflows/cost_workflow.h"

namespace moe::cli {
namespace {

constexpr const char* kCostDescription =
    "What a token costs on a machine, and what limits it: memory, KV cache, bandwidth, compute,\n"
    "communication, the engine. Times come from measured kernels; with --training, what a "
    "training\n"
    "run takes.";

constexpr const char* kCostExamples = R"(Examples:
  moeplan cost --model mixtral-8x7b --hardware h100-sxm --devices 2
               --prompt-tokens 512 --output-tokens 256
  moeplan cost --model deepseek-v3 --hardware h200 --weights fp8 --kv-cache fp8
               --prompt-tokens 4000 --output-tokens 500 --tpot-limit-s 0.05 --json
  moeplan cost --model qwen3-30b-a3b --hardware b200 --lengths sharegpt --frontier
  moeplan cost --model my-model/config.json --hardware h100 --data-parallel 8
               --expert-parallel 8 --router-skew counts.csv --prompt-tokens 1000
               --output-tokens 500
  moeplan cost --training --model qwen3-30b-a3b --hardware h100 --devices 64
               --train-tokens 1e12

Without --devices or an option of parallelism every division of up to --max-devices is tried.
Prices: usd_per_million_tokens is the whole cost over prompt and output tokens, "all in" over
output tokens alone; the split prices charge prefill time to input, the rest to output tokens.)";

struct CostOptions {
  CostRequest request;
  std::string weights = "bf16";
  std::string kv_cache = "bf16";
  bool max_concurrency = false;
};

void addMachineOptions(CLI::App& command, CostRequest& request) {
  command
      .add_option("--model", request.model, "Name in the catalog, FILE.toml or a HF config.json")
      ->type_name("NAME|FILE");
  command
      .add_option("--hardware", request.hardware,
                  "Accelerator in the catalog, or a file of moeplan calibrate")
      ->type_name("NAME");
  command
      .add_option("--devices", request.devices, "Devices of one replica; else the cheapest count")
      ->type_name("N");
  command.add_option("--max-devices", request.max_devices, "Most devices to try, 8 unless given")
      ->type_name("N");
  command
      .add_option("--tensor-parallel", request.tensor_parallel,
                  "Devices that share each layer; all of them unless given")
      ->type_name("N");
  command
      .add_option("--data-parallel", request.data_parallel,
                  "Groups with requests of their own that share the experts")
      ->type_name("N");
  command
      .add_option("--expert-parallel", request.expert_parallel,
                  "Groups of devices that hold different experts, 1 unless given")
      ->type_name("N");
  command
      .add_option("--pipeline-parallel", request.pipeline_parallel,
                  "Stages that hold different layers, 1 unless given")
      ->type_name("N");
  command
      .add_option("--cost-preset", request.preset,
                  "Roofline, machine and traffic of reference tables: yun2024, probe-v0 .. "
                  "probe-v3")
      ->type_name("NAME");
}

void addPriceOptions(CLI::App& command, CostRequest& request) {
  command
      .add_option("--usd-per-device-hour", request.usd_per_device_hour,
                  "Price instead of the catalog's")
      ->type_name("USD");
  command
      .add_option("--price-scenario", request.price_scenario,
                  "cheap, typical (unless given) or expensive offer of the catalog")
      ->type_name("NAME");
  command
      .add_option("--idle-share", request.idle_share,
                  "Share of the time that devices are paid for and idle, 0 unless given")
      ->type_name("U");
}

void addTrafficOptions(CLI::App& command, CostOptions& options) {
  CostRequest& request = options.request;
  command.add_option("--prompt-tokens", request.prompt_tokens, "Mean prompt of a request")
      ->type_name("P");
  command.add_option("--output-tokens", request.output_tokens, "Mean output of a request")
      ->type_name("N");
  command
      .add_option("--lengths", request.lengths,
                  "fixed, lognormal:VP,VO (variations), sharegpt or a CSV of lengths")
      ->type_name("KIND|FILE");
  command
      .add_option("--prefix-hit-rate", request.prefix_hit_rate,
                  "Share of prompt tokens found in the cache, 0 unless given")
      ->type_name("H");
  CLI::Option* concurrency =
      command
          .add_option("--concurrency", request.concurrency,
                      "Requests at once; else the cheapest that memory and engine allow")
          ->type_name("B");
  command
      .add_flag("--max-concurrency", options.max_concurrency,
                "The cheapest that memory and engine allow: what happens anyway")
      ->excludes(concurrency);
  command
      .add_option("--request-rate", request.request_rate,
                  "Requests a second to serve, instead of a concurrency")
      ->type_name("R");
  command.add_option("--ttft-limit-s", request.ttft_limit_s, "Most seconds to the first token")
      ->type_name("S");
  command.add_option("--tpot-limit-s", request.tpot_limit_s, "Most seconds per output token")
      ->type_name("S");
}

void addServingOptions(CLI::App& command, CostOptions& options) {
  CostRequest& request = options.request;
  command.add_option("--weights", options.weights, "Weights in f32, bf16, fp8, fp4, int8 or int4")
      ->type_name("TYPE")
      ->capture_default_str();
  command.add_option("--kv-cache", options.kv_cache, "KV cache in f32, bf16 or fp8")
      ->type_name("TYPE")
      ->capture_default_str();
  command
      .add_option("--engine", request.engine,
                  "vllm (unless given) or sglang: 0.9 of memory; trtllm: of what is free")
      ->type_name("NAME");
  command
      .add_option("--engine-limit", request.engine_limit,
                  "Requests that the engine runs at most, 256 unless given; 0: any")
      ->type_name("B");
  command
      .add_option("--memory-fraction", request.memory_fraction,
                  "Share of the memory that the engine takes, 0.9 unless given")
      ->type_name("F");
  command
      .add_option("--router-skew", request.router_skew,
                  "power-law:A (1.2 unless given), even, or measured routing")
      ->type_name("KIND|FILE");
  command
      .add_option("--router-correlation", request.router_correlation,
                  "How alike tokens of a sequence choose, 0 to 1; 0.1 unless given")
      ->type_name("C");
  command
      .add_option("--tokens-per-step", request.tokens_per_step,
                  "Accepted tokens a step with speculative decoding, 1 unless given")
      ->type_name("A");
  command.add_flag("--disaggregated", request.disaggregated,
                   "Prefill and decode on replicas of their own");
  command.add_flag("--overlap-exchange", request.overlap_exchange,
                   "Experts' exchange behind a second micro-batch, as DeepSeek serves");
  command.add_flag("--frontier", request.frontier,
                   "Also the frontier of speed and output over concurrency and parallelism");
}

void runCostCommand(CommandContext& context, CostOptions options) {
  const auto begin = std::chrono::steady_clock::now();
  const auto weights = precisionOf(options.weights, "--weights");
  if (!weights) return context.refuse(weights.error());
  const auto kv_cache = precisionOf(options.kv_cache, "--kv-cache");
  if (!kv_cache) return context.refuse(kv_cache.error());
  options.request.weights = *weights;
  options.request.kv_cache = *kv_cache;
  options.request.catalog_dir = context.options.catalog_dir;
  const auto outcome = runCost(options.request);
  if (!outcome) return context.refuse(outcome.error());
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
  context.deliver([&] { return report::costText(*outcome); },
                  [&] { return report::costDocument(*outcome, Seconds(time.count())); });
}

}  // namespace

void addCostCommand(CLI::App& app, CommandContext& context) {
  CLI::App* command = app.add_subcommand("cost", kCostDescription);
  command->footer(kCostExamples);
  auto options = std::make_shared<CostOptions>();
  addMachineOptions(*command, options->request);
  addTrafficOptions(*command, *options);
  addServingOptions(*command, *options);
  addPriceOptions(*command, options->request);
  const auto training = addTrainingOptions(*command);
  command->callback([&context, command, options, training] {
    if (!runIfTraining(context, *command, *training)) runCostCommand(context, *options);
  });
}

}  // namespace moe::cli
