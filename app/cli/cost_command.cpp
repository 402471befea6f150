#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>

#include "app/cli/command.h"
#include "app/cli/training_options.h"
#include "app/report/cost_report.h"
#include "app/workflows/cost_workflow.h"

namespace moe::cli {
namespace {

constexpr const char* kDescription =
    "What a token costs on a machine, and what limits it: memory, KV cache, bandwidth, compute,\n"
    "communication, fixed time per layer.";

constexpr const char* kExamples = R"(Examples:
  moeplan cost --model mixtral-8x7b --hardware h100-sxm --devices 2
               --prompt-tokens 512 --output-tokens 256
  moeplan cost --model deepseek-v3 --hardware h200 --weights fp8 --kv-cache fp8
               --prompt-tokens 4000 --output-tokens 500 --concurrency 64 --json
  moeplan cost --training --model deepseek-v3 --hardware h800 --devices 2048 --precision fp8
               --pipeline-parallel 16 --expert-parallel 64 --train-tokens 14.8e12
               --global-batch-tokens 62914560 --recompute selective --overlap-all-to-all

Prices: usd_per_million_tokens is the whole cost over prompt and output tokens, "all in" over
output tokens alone; the split prices charge prefill time to input, the rest to output tokens.)";

struct CostOptions {
  CostRequest request;
  std::string weights = "bf16";
  std::string kv_cache = "bf16";
  bool max_concurrency = false;
};

void addMachineOptions(CLI::App& command, CostRequest& request) {
  command.add_option("--model", request.model, "Name in the catalog, or FILE.toml with one model")
      ->type_name("NAME|FILE");
  command.add_option("--hardware", request.hardware, "Accelerator in the catalog")
      ->type_name("NAME");
  command
      .add_option("--devices", request.devices, "Devices of one replica; else the cheapest count")
      ->type_name("N");
  command.add_option("--max-devices", request.max_devices, "Most devices to try, 8 unless given")
      ->type_name("N");
  command
      .add_option("--tensor-parallel", request.tensor_parallel,
                  "Must equal --devices in this version")
      ->type_name("N");
  command
      .add_option("--usd-per-device-hour", request.usd_per_device_hour,
                  "Price instead of the catalog's")
      ->type_name("USD");
  command
      .add_option("--cost-preset", request.preset,
                  "Machine, traffic, settings of reference tables: probe-v0 .. probe-v3")
      ->type_name("NAME");
}

void addServingOptions(CLI::App& command, CostOptions& options) {
  CostRequest& request = options.request;
  command.add_option("--weights", options.weights, "Weights in bf16, fp8 or fp4")
      ->type_name("TYPE")
      ->capture_default_str();
  command.add_option("--kv-cache", options.kv_cache, "KV cache in bf16 or fp8")
      ->type_name("TYPE")
      ->capture_default_str();
  command.add_option("--prompt-tokens", request.prompt_tokens, "Mean prompt of a request")
      ->type_name("P");
  command.add_option("--output-tokens", request.output_tokens, "Mean output of a request")
      ->type_name("N");
  CLI::Option* concurrency =
      command
          .add_option("--concurrency", request.concurrency,
                      "Requests at once; else as many as memory and engine allow")
          ->type_name("B");
  command
      .add_flag("--max-concurrency", options.max_concurrency,
                "As many as memory and engine allow: what happens anyway")
      ->excludes(concurrency);
  command
      .add_option("--engine", request.engine,
                  "vllm (unless given) or sglang: 0.9 of memory; trtllm: of what is free")
      ->type_name("NAME");
  command
      .add_option("--engine-limit", request.engine_limit,
                  "Requests that the engine runs at most, 256 unless given; 0: any")
      ->type_name("B");
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
  CLI::App* command = app.add_subcommand("cost", kDescription);
  command->footer(kExamples);
  auto options = std::make_shared<CostOptions>();
  addMachineOptions(*command, options->request);
  addServingOptions(*command, *options);
  const auto training = addTrainingOptions(*command);
  command->callback([&context, command, options, training] {
    if (!runIfTraining(context, *command, *training)) runCostCommand(context, *options);
  });
}

}  // namespace moe::cli
