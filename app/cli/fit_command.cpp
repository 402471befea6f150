#include <CLI/CLI.hpp>
#include <memory>

#include "app/cli/command.h"
#include "app/cli/points_options.h"
#include "app/cli/shard_options.h"
#include "app/report/fit_report.h"

namespace moe::cli {
namespace {

constexpr const char* kFitDescription =
    "Fits a loss law L(N, D, E) to a table of training runs (CSV, TSV, JSON, JSONL, also gzip), "
    "finds\nthe global optimum, and says how far to trust each parameter.";

constexpr const char* kFitExamples = R"(Examples:
  moeplan fit data/tables/runs/gemstones/runs.csv --law chinchilla --filter schedule=cool_end
      The Chinchilla law on 22 widths and depths.
  moeplan fit runs.csv --law yun2024,ludziejewski2025 --map n=params,loss=val_loss
              --filter 'router=S-Base,Dense' --filter 'train_tokens>1e10' --save law.json
      Two laws on some of the runs; writes law-yun2024.json and law-ludziejewski2025.json.
  moeplan fit curves.csv --law yun2024 --curve 0.04..0.3333 --hold-out largest:20%
      Evaluations on the way, from 4 % to a third of each schedule; refits on an earlier and a
      later window show what that choice decides.
  moeplan fit runs.csv --suggest-runs 3 --suggest-budget-flop 1e21 --target n=7e9,d=2e12
      Which three runs would make the predicted loss of that model surest.)";

void addFitOptions(CLI::App& app, FitQuestion& question) {
  app.add_option("--law", question.laws, "Laws, see catalog laws; chinchilla unless given")
      ->delimiter(',')
      ->type_name("NAME,...");
  app.add_option("--objective", question.objective,
                 "huber or l2, on ln L; huber-raw or l2-raw, on L in nats; huber unless given")
      ->type_name("KIND");
  app.add_option("--delta", question.delta, "Huber's delta; 1e-3 unless given")->type_name("X");
  app.add_flag("--unbounded", question.unbounded, "Let exponents take any sign");
  app.add_option("--fix", question.fixed, "Hold parameters at values: omega=0,zeta=0")
      ->delimiter(',')
      ->type_name("NAME=X,...");
  app.add_flag("--reduce", question.reduce,
               "Hold what these runs cannot tell; keep E = 1 for a law without experts");
  app.add_option("--search", question.search,
                 "auto (global, by variable projection) or grid (the classic 4500 starts)")
      ->type_name("KIND");
  app.add_option("--confirm", question.confirm,
                 "Search again from random starts, 200 unless a number follows")
      ->type_name("[N]")
      ->expected(0, 1)
      ->default_str("200")
      ->check(CLI::Range(1.0, 1e6).description(""));
  app.add_option("--study", question.study,
                 "Profiles, residuals, influence, other laws: auto (all where quick), full, none")
      ->type_name("DEPTH");
  app.add_option("--bootstrap", question.bootstrap,
                 "Resamples of whole runs for the intervals; 200 unless given, 0 for none")
      ->type_name("N")
      ->check(CLI::Range(0.0, 1e7).description(""));
  app.add_option("--bootstrap-by", question.bootstrap_by,
                 "Resample rows of equal value in this column together; runs unless given")
      ->type_name("COLUMN");
  app.add_option("--hold-out", question.hold_out,
                 "Refit without these runs and predict them: largest:20%, or a filter")
      ->type_name("RULE");
  app.add_option("--suggest-runs", question.suggest_runs,
                 "Name the K further runs that tell most about the target")
      ->type_name("K")
      ->check(CLI::Range(0.0, 50.0).description(""));
  app.add_option("--suggest-budget-flop", question.suggest_budget_flop,
                 "FLOP for those runs together; what the runs cost unless given")
      ->type_name("C");
  app.add_option(
         "--target", question.target,
         "The model whose loss matters; the optimum at 10 times the largest run unless given")
      ->type_name("n=..,d=..,e=..");
  app.add_option("--residuals", question.residuals,
                 "Write residual, weight, leverage and influence of every point (CSV)")
      ->type_name("FILE");
  app.add_option("--save", question.save, "Write the law with its posterior sample")
      ->type_name("FILE");
}

}  // namespace

void addFitCommand(CLI::App& app, CommandContext& context) {
  CLI::App* fit = app.add_subcommand("fit", kFitDescription);
  auto question = std::make_shared<FitQuestion>();
  auto shard = std::make_shared<std::string>();
  addPointsOptions(*fit, question->points);
  addFitOptions(*fit, *question);
  addShardOption(*fit, *shard);
  fit->footer(kFitExamples);
  fit->callback([question, shard, &context] {
    question->seed = context.options.seed;
    question->threads = context.options.threads;
    if (!shard->empty())
      return deliverShard(context, *shard, *question,
                          {{"--save", question->save}, {"--residuals", question->residuals}});
    const auto answer = answerFit(*question, context.stop, context.progress());
    if (!answer) return context.refuse(answer.error());
    context.deliver([&] { return report::fitText(*answer); },
                    [&] { return report::fitJson(*answer); }, answer->converged() ? 0 : 1);
  });
}

}  // namespace moe::cli
