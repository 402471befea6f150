#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>

#include "app/cli/command.h"
#include "app/report/calibrate_report.h"
#include "app/workflows/calibrate_workflow.h"

namespace moe::cli {
namespace {

constexpr const char* kCalibrateDescription =
    "Measures this machine as an accelerator: bandwidth, FLOP/s, and the times of matrix "
    "products,\n"
    "attention and routed experts, which the cost model then predicts from as from any other's.";

constexpr const char* kCalibrateExamples = R"(Examples:
  moeplan calibrate --out host.toml
      About four minutes; then moeplan verify --hardware host.toml.
  moeplan calibrate --quick --threads 1 --out one.toml
      One thread, coarser tables.
  moeplan cost --model mixtral-8x7b --hardware host.toml --devices 1 --weights f32
               --prompt-tokens 64 --output-tokens 16 --usd-per-device-hour 1
      The same file wherever an accelerator is named.

With --out FILE the entry is written there and a summary printed; without it the entry itself, TOML,
is the result. Saved as DIR/hardware.toml it is in the catalog of --catalog DIR under the name host.
Nothing else should run meanwhile; a noisy machine is reported. Ctrl-C keeps what is finished in
FILE.partial and leaves FILE as it was. One thread on each physical core unless --threads says
otherwise, no more than a container may use.)";

void runCalibrateCommand(CommandContext& context, CalibrateRequest request) {
  const auto begin = std::chrono::steady_clock::now();
  request.out = context.options.out;
  const auto kernels = cpuKernelSet();
  const Bench bench = hostBench(*kernels, context.options.threads);
  const auto outcome = runCalibrate(request, bench, calibrationPlan(request.quick), context.stop,
                                    context.progress());
  if (!outcome) return context.refuse(outcome.error());
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
  context.options.out.clear();  // the file holds the entry; what is said of it goes to stdout
  context.deliver([&] { return report::calibrateText(*outcome); },
                  [&] { return report::calibrateJson(*outcome, Seconds(time.count())); });
}

}  // namespace

void addCalibrateCommand(CLI::App& app, CommandContext& context) {
  CLI::App* command = app.add_subcommand("calibrate", kCalibrateDescription);
  command->footer(kCalibrateExamples);
  auto request = std::make_shared<CalibrateRequest>();
  command->add_flag("--quick", request->quick, "Coarser tables in a quarter of the time");
  command->callback([&context, request] { runCalibrateCommand(context, *request); });
}

}  // namespace moe::cli
