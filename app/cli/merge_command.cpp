#include <CLI/CLI.hpp>
#include <memory>

#include "app/cli/command.h"
#include "app/report/fit_report.h"
#include "app/report/front_report.h"
#include "app/report/lifetime_report.h"
#include "app/report/plan_report.h"
#include "app/workflows/shard/merge.h"
#include "app/workflows/version.h"

namespace moe::cli {
namespace {

constexpr const char* kMergeDescription =
    "Joins the shards that `fit --shard I/N` or `plan --shard I/N` wrote to the answer that one\n"
    "process gives, byte for byte (but for timing_s, which is empty; --no-timing does the same\n"
    "elsewhere). Seed and catalog are those of the shards.";

constexpr const char* kMergeExamples = R"(Examples:
  moeplan fit runs.csv --law yun2024 --bootstrap 10000 --shard 3/8 --out shard-3.json
      The third of eight shards, on any machine. On Slurm submit_shards.sh of share/moeplan/cluster
      starts all of them and the merge.
  moeplan merge shard-*.json --json --out fit.json --save law.json
      The whole fit with its 10000 resamples, and the law.

Refused with exit code 3, and what to do about it: shards that are missing, given twice or
damaged; shards of another question, of other data, of another version or of another N; data
that has changed since.)";

void addMergeOptions(CLI::App& app, MergeQuestion& question) {
  app.add_option("shards", question.files, "Shards of one question, all of them, in any order")
      ->type_name("FILE")
      ->required();
  app.add_option("--save", question.save, "Write the law with its posterior sample")
      ->type_name("FILE");
  app.add_option("--residuals", question.residuals,
                 "Write residual, weight, leverage and influence of every point (CSV)")
      ->type_name("FILE");
  app.add_option("--save-model", question.save_model,
                 "Write the recommended model for cost --model FILE.toml")
      ->type_name("FILE");
}

/// Delivers each kind of answer as its own command does.
struct Delivery {
  CommandContext& context;

  void operator()(const FitAnswer& answer) const {
    context.deliver([&] { return report::fitText(answer); },
                    [&] { return report::fitJson(answer); }, answer.converged() ? 0 : 1);
  }
  void operator()(const PlanAnswer& answer) const {
    context.deliver([&] { return report::planText(answer); },
                    [&] { return report::planJson(answer); },
                    answer.outcome.recommendation.row ? 0 : 1);
  }
  void operator()(const LifetimeAnswer& answer) const {
    context.deliver([&] { return report::lifetimeText(answer); },
                    [&] { return report::lifetimeJson(answer); },
                    answer.outcome.recommendation.row ? 0 : 1);
  }
  void operator()(const FrontAnswer& answer) const {
    context.deliver([&] { return report::frontText(answer); },
                    [&] { return report::frontJson(answer); }, answer.points.empty() ? 1 : 0);
  }
};

}  // namespace

void addMergeCommand(CLI::App& app, CommandContext& context) {
  CLI::App* merge = app.add_subcommand("merge", kMergeDescription);
  auto question = std::make_shared<MergeQuestion>();
  addMergeOptions(*merge, *question);
  merge->footer(kMergeExamples);
  merge->callback([question, &context] {
    question->threads = context.options.threads;
    question->version = programId();
    context.options.no_timing = true;
    const auto answer = mergeShards(*question, context.stop, context.progress());
    if (!answer) return context.refuse(answer.error());
    std::visit(Delivery{context}, *answer);
  });
}

}  // namespace moe::cli
