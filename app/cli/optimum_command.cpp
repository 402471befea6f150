#include <CLI/CLI.hpp>
#include <memory>

#include "app/cli/command.h"
#include "app/report/law_report.h"

namespace moe::cli {

void addOptimumCommand(CLI::App& app, CommandContext& context) {
  CLI::App* optimum = app.add_subcommand(
      "optimum", "Finds the size and the tokens of least loss at a training budget.");
  auto question = std::make_shared<OptimumQuestion>();
  optimum->add_option("--law-file", question->law_file, "Law as written by fit --save")
      ->type_name("FILE");
  optimum->add_option("--preset", question->preset, "Published law by name, see catalog laws")
      ->type_name("NAME");
  optimum->add_option("--budget-flop", question->budget_flop, "Training FLOP")->type_name("C");
  optimum
      ->add_option("--target-loss", question->target_loss,
                   "Instead of a budget: the least one that reaches this loss")
      ->type_name("L");
  optimum->add_option("--e", question->experts, "Expert counts; 1 unless given")
      ->delimiter(',')
      ->type_name("E,E,...");
  addModelOptions(*optimum, question->model);
  optimum->footer(R"(Examples:
  moeplan optimum --preset ludziejewski2025 --budget-flop 1e22 --e 1,8,32
      The published joint law with 1, 8 and 32 experts.
  moeplan optimum --preset ludziejewski2025 --target-loss 2.1 --e 1,4,16
      What does a loss of 2.1 nats cost with 1, 4 and 16 experts?
  moeplan optimum --preset besiroglu2024 --budget-flop 5.76e23
      The corrected Chinchilla law at the budget of Chinchilla.)");
  optimum->callback([question, &context] {
    const auto answer = answerOptimum(*question);
    if (!answer) return context.refuse(answer.error());
    context.deliver([&] { return report::optimumText(*answer); },
                    [&] { return report::optimumJson(*answer); });
  });
}

}  // namespace moe::cli
