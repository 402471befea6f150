#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>

#include "app/cli/command.h"
#include "app/report/account_report.h"
#include "app/workflows/account_workflow.h"

namespace moe::cli {
namespace {

constexpr const char* kAccountDescription =
    "Counts a model: parameters by part, FLOP, memory and KV cache; and holds the counts against\n"
    "what papers, model cards and released files print.";

constexpr const char* kAccountExamples = R"(Examples:
  moeplan account --model deepseek-v2-lite
      Parts of one model, and the figures that were published about it.
  moeplan account --model my-model/config.json --sequence-length 8192 --json
  moeplan account --model st-moe-32b --encoder-tokens 512 --decoder-tokens 114
  moeplan account --all
      Every model of the catalog.
  moeplan account --published
      Every published figure with ours: reproduced, close, or published and not reproduced.

A figure that is marked exact or inferred must round to the printed digits, one with a tolerance
must keep it, and a count that the catalog quotes must round or say why not; else the exit code
is 1. Storage is in GB (1e9 bytes) and GiB (2^30 bytes), and says which.)";

void runAccountCommand(CommandContext& context, AccountRequest& request) {
  const auto begin = std::chrono::steady_clock::now();
  request.catalog_dir = context.options.catalog_dir;
  const auto outcome = runAccount(request);
  if (!outcome) return context.refuse(outcome.error());
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
  context.deliver([&] { return report::accountText(*outcome); },
                  [&] { return report::accountDocument(*outcome, Seconds(time.count())); },
                  outcome->mismatches() ? 1 : 0);
}

}  // namespace

void addAccountCommand(CLI::App& app, CommandContext& context) {
  CLI::App* command = app.add_subcommand("account", kAccountDescription);
  command->footer(kAccountExamples);
  auto request = std::make_shared<AccountRequest>();
  command
      ->add_option("--model", request->model, "Name in the catalog, FILE.toml or a HF config.json")
      ->type_name("NAME|FILE");
  command->add_flag("--all", request->all, "Every model of the catalog");
  command->add_flag("--published", request->published, "Every published figure that is known");
  command
      ->add_option("--sequence-length", request->sequence_length,
                   "Tokens of a sequence, for attention and cache; 4096 unless given")
      ->type_name("TOKENS");
  command
      ->add_option("--encoder-tokens", request->encoder_tokens,
                   "Of an encoder-decoder's sequence, 512 unless given")
      ->type_name("TOKENS");
  command
      ->add_option("--decoder-tokens", request->decoder_tokens,
                   "Of an encoder-decoder's sequence, 114 unless given")
      ->type_name("TOKENS");
  command->callback([&context, request] { runAccountCommand(context, *request); });
}

}  // namespace moe::cli
