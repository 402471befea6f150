#include <CLI/CLI.hpp>
#include <memory>

#include "app/cli/command.h"
#include "app/cli/points_options.h"
#include "app/report/compare_report.h"

namespace moe::cli {
namespace {

constexpr const char* kCompareDescription =
    "Ranks loss laws on a table of training runs by their error on runs that the fit did not "
    "see,\nand says which one to take, or that these runs cannot tell.";

constexpr const char* kCompareExamples = R"(Examples:
  moeplan compare data/tables/runs/gemstones/runs.csv --filter schedule=cool_end
      Every law that suits these runs, with the largest fifth of them held out.
  moeplan compare runs.csv --laws yun2024,ludziejewski2025,clark2022 --hold-out 'params>1e9'
      Three laws, judged on the runs above a billion parameters.)";

}  // namespace

void addCompareCommand(CLI::App& app, CommandContext& context) {
  CLI::App* compare = app.add_subcommand("compare", kCompareDescription);
  auto question = std::make_shared<CompareQuestion>();
  addPointsOptions(*compare, question->points);
  compare->add_option("--laws", question->laws, "Laws to try; all that suit the runs unless given")
      ->delimiter(',')
      ->type_name("NAME,...");
  compare
      ->add_option("--hold-out", question->hold_out,
                   "Runs that the fit must predict: largest:20% (unless given), a filter, or none")
      ->type_name("RULE");
  compare
      ->add_option("--folds", question->folds,
                   "Parts of the cross-validation by runs; 10 unless given, 0 for none")
      ->type_name("K")
      ->check(CLI::Range(0.0, 1e6).description(""));
  compare
      ->add_option("--objective", question->objective,
                   "huber or l2, on ln L; huber-raw or l2-raw, on L in nats; huber unless given")
      ->type_name("KIND");
  compare->add_option("--delta", question->delta, "Huber's delta; 1e-3 unless given")
      ->type_name("X");
  compare->add_flag("--unbounded", question->unbounded, "Let exponents take any sign");
  compare->add_flag("--reduce", question->reduce,
                    "Also try laws of which these runs cannot tell a part, with that part held");
  compare->footer(kCompareExamples);
  compare->callback([question, &context] {
    question->seed = context.options.seed;
    question->threads = context.options.threads;
    if (question->hold_out == "none") question->hold_out.clear();
    const auto answer = answerCompare(*question, context.stop, context.progress());
    if (!answer) return context.refuse(answer.error());
    context.deliver([&] { return report::compareText(*answer); },
                    [&] { return report::compareJson(*answer); });
  });
}

}  // namespace moe::cli
