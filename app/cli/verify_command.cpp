#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>

#include "app/cli/command.h"
#include "app/report/verify_report.h"
#include "app/workflows/verify_workflow.h"

namespace moe::cli {
namespace {

constexpr const char* kVerifyDescription =
    "Runs real MoE layers and decoder blocks on this machine and holds the cost model to account:\n"
    "predicted time against measured time, numbers against a reference, the paper's claims.";

constexpr const char* kVerifyExamples = R"(Examples:
  moeplan verify --hardware host.toml
      The whole grid, some 300 layers and blocks, in a few minutes.
  moeplan verify --quick
      Some 90 of them in half a minute, calibration included.
  moeplan verify --hardware host.toml --json --out verify.json
      Every row with prediction, measurement, spread, error and verdict.

Without --hardware the machine is first calibrated, quickly. None of the layers was measured in
calibration, and the predictions are those of moeplan cost for the same layers. A row passes within
25 %, fails beyond, and is mistrusted when its timings scatter too much. The whole passes when the
median error is at most 10 % and the 90th percentile 25 %, and no number and no KV limit is wrong;
else the exit code is 1.)";

void runVerifyCommand(CommandContext& context, VerifyRequest request) {
  const auto begin = std::chrono::steady_clock::now();
  request.seed = context.options.seed;
  request.threads = context.options.threads;
  request.catalog_dir = context.options.catalog_dir;
  const auto kernels = cpuKernelSet();
  const Bench bench = hostBench(*kernels, context.options.threads);
  const auto outcome = runVerify(request, bench, context.stop, context.progress());
  if (!outcome) return context.refuse(outcome.error());
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
  const bool passed = outcome->study.summary.verdict == RowVerdict::kPassed;
  context.deliver([&] { return report::verifyText(*outcome); },
                  [&] { return report::verifyJson(*outcome, Seconds(time.count())); },
                  passed ? 0 : 1);
}

}  // namespace

void addVerifyCommand(CLI::App& app, CommandContext& context) {
  CLI::App* command = app.add_subcommand("verify", kVerifyDescription);
  command->footer(kVerifyExamples);
  auto request = std::make_shared<VerifyRequest>();
  command
      ->add_option("--hardware", request->hardware,
                   "File of moeplan calibrate; calibrates first unless given")
      ->type_name("FILE");
  command->add_flag("--quick", request->quick, "A small part of the grid");
  command->add_option("--rows", request->rows, "At most so many layers and so many blocks of it")
      ->type_name("N");
  command->callback([&context, request] { runVerifyCommand(context, *request); });
}

}  // namespace moe::cli
