#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>

#include "app/cli/command.h"
#include "app/report/adapt_report.h"
#include "app/workflows/adapt_workflow.h"

namespace moe::cli {
namespace {

constexpr const char* kAdaptDescription =
    "What adapting a model to a task takes: trained parameters, bytes, FLOP, time and money of "
    "full\n"
    "fine-tuning, LoRA, (IA)3, MoV, MoLORA, ESFT and ST-MoE's partial updates, and many adapters\n"
    "served on one base. ESFT chooses the experts to train from the routing of the task.";

constexpr const char* kAdaptExamples = R"(Examples:
  moeplan adapt --model deepseek-v2-lite
  moeplan adapt --model deepseek-v2-lite --method esft-token --p 0.2
                --routing expert_scores/intent --save-config intent.json
  moeplan adapt --model deepseek-v2-lite --method all --routing expert_scores --task law
                --hardware a100-80gb --devices 16 --adapters 10
  moeplan adapt --model mixtral-8x7b --method lora --rank 16 --targets q,k,v,o
                --hardware h100 --devices 8 --tokens 1e8 --json

Methods: full, lora, ia3, mov, molora, esft-token, esft-gate, st-moe-non-moe, st-moe-ffn,
st-moe-moe, or all. Routing is a folder with summary.json (scores) or expert_weights_LAYER.txt
(tokens) of a task, a folder of such folders, NAME.ids.u8 with a meta.json, a CSV of a trace or
of counts, or a selection in JSON. moeplan cost --router-skew reads the same.)";

struct AdaptOptions {
  AdaptRequest request;
  std::string recompute = "none";
};

void addMethodOptions(CLI::App& command, AdaptRequest& request) {
  command
      .add_option("--model", request.model, "Name in the catalog, FILE.toml or a HF config.json")
      ->type_name("NAME|FILE");
  command.add_option("--method", request.methods, "Methods, with commas; all unless given")
      ->type_name("NAME,...")
      ->delimiter(',');
  command
      .add_option("--targets", request.targets,
                  "Of LoRA and MoLORA: all (unless given: but embedding and head), attention, ffn, "
                  "q, k, v, o, gate, up, down, router")
      ->type_name("NAME,...")
      ->delimiter(',');
  command.add_option("--rank", request.rank, "Of LoRA and MoLORA")
      ->type_name("R")
      ->capture_default_str();
  command.add_option("--mixture", request.mixture, "Parts of MoV and MoLORA")
      ->type_name("N")
      ->capture_default_str();
  command.add_flag("--freeze-router", request.freeze_router,
                   "The model's routers are not trained, whatever the method");
}

void addRoutingOptions(CLI::App& command, AdaptRequest& request) {
  constexpr const char* kGroup = "ESFT";
  command.add_option("--routing", request.routing, "Routing of one or more tasks")
      ->type_name("DIR|FILE")
      ->group(kGroup);
  command.add_option("--task", request.task, "Task to adapt to; the first by name unless given")
      ->type_name("NAME")
      ->group(kGroup);
  command
      .add_option("--p", request.p,
                  "Sum of scores that the experts must reach; 0.2 for tokens, 0.1 for gates unless "
                  "given")
      ->type_name("P")
      ->group(kGroup);
  command
      .add_option("--score-average", request.score_average,
                  "pooled over tokens (unless given) or per-sequence")
      ->type_name("KIND")
      ->group(kGroup);
  command
      .add_option("--score-decimals", request.score_decimals,
                  "Scores of a trace are rounded to so many, 4 unless given; -1: not")
      ->type_name("N")
      ->group(kGroup);
  command
      .add_flag("--train-shared-experts", request.train_shared_experts, "Shared experts as well")
      ->group(kGroup);
  command
      .add_flag("--train-non-experts", request.train_non_experts,
                "All that is no expert as well: attention, norms, routers, embeddings")
      ->group(kGroup);
  command.add_option("--save-config", request.save_config, "Writes the selection as ESFT reads it")
      ->type_name("FILE")
      ->group(kGroup);
}

void addRunOptions(CLI::App& command, AdaptOptions& options) {
  constexpr const char* kGroup = "Training";
  AdaptRequest& request = options.request;
  const auto add = [&](const char* option, auto& value, const char* type, const char* help) {
    command.add_option(option, value, help)->type_name(type)->group(kGroup);
  };
  add("--hardware", request.hardware, "NAME", "Accelerator in the catalog");
  add("--devices", request.devices, "N", "Each computes sequences of its own");
  add("--tokens", request.tokens, "T", "Of the whole run; 500 steps unless given");
  add("--sequence-length", request.sequence_length, "TOKENS", "4096 unless given");
  add("--batch", request.batch_sequences, "SEQUENCES", "Of a step, 32 unless given");
  add("--micro-batch", request.micro_batch_sequences, "SEQUENCES",
      "At once on a device, 1 unless given");
  add("--recompute", options.recompute, "KIND",
      "Activations made again: none (unless given) or full");
  add("--zero", request.zero_stage, "0..3", "ZeRO stage; the least that fits unless given");
  add("--mfu", request.mfu, "X", "Share of the peak in full fine-tuning, instead of measured rows");
  add("--usd-per-device-hour", request.usd_per_device_hour, "USD",
      "Price instead of the catalog's");
}

void addServedOptions(CLI::App& command, AdaptRequest& request) {
  constexpr const char* kGroup = "Serving many adapters";
  command.add_option("--adapters", request.adapters, "Served together on one base")
      ->type_name("K")
      ->group(kGroup);
  command
      .add_option("--serving-devices", request.serving_devices,
                  "In tensor parallel; the fewest that hold the base unless given")
      ->type_name("N")
      ->group(kGroup);
  command.add_option("--prompt-tokens", request.prompt_tokens, "Mean prompt, 512 unless given")
      ->type_name("P")
      ->group(kGroup);
  command.add_option("--output-tokens", request.output_tokens, "Mean output, 256 unless given")
      ->type_name("N")
      ->group(kGroup);
}

void runAdaptCommand(CommandContext& context, AdaptOptions options) {
  const auto begin = std::chrono::steady_clock::now();
  const auto recompute = recomputeOf(options.recompute, "--recompute");
  if (!recompute) return context.refuse(recompute.error());
  options.request.recompute = *recompute;
  options.request.catalog_dir = context.options.catalog_dir;
  const auto outcome = runAdapt(options.request);
  if (!outcome) return context.refuse(outcome.error());
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
  context.deliver([&] { return report::adaptText(*outcome); },
                  [&] { return report::adaptDocument(*outcome, Seconds(time.count())); },
                  nothingFits(*outcome) ? 1 : 0);
}

}  // namespace

void addAdaptCommand(CLI::App& app, CommandContext& context) {
  CLI::App* command = app.add_subcommand("adapt", kAdaptDescription);
  command->footer(kAdaptExamples);
  auto options = std::make_shared<AdaptOptions>();
  addMethodOptions(*command, options->request);
  addRoutingOptions(*command, options->request);
  addRunOptions(*command, *options);
  addServedOptions(*command, options->request);
  command->callback([&context, options] { runAdaptCommand(context, *options); });
}

}  // namespace moe::cli
