#include <CLI/CLI.hpp>
#include <memory>

#include "app/cli/command.h"
#include "app/report/law_report.h"

namespace moe::cli {

void addPredictCommand(CLI::App& app, CommandContext& context) {
  CLI::App* predict = app.add_subcommand(
      "predict", "Predicts the loss of one model, with an interval and how far it extrapolates.");
  auto question = std::make_shared<PredictQuestion>();
  predict->add_option("--law-file", question->law_file, "Law as written by fit --save")
      ->type_name("FILE");
  predict->add_option("--preset", question->preset, "Published law by name, see catalog laws")
      ->type_name("NAME");
  predict->add_option("--n", question->params, "Parameters, counted as the law does")
      ->type_name("N")
      ->required();
  predict->add_option("--d", question->train_tokens, "Training tokens")->type_name("D");
  predict->add_option("--e", question->experts, "Experts per layer; 1 unless given")
      ->type_name("E");
  addModelOptions(*predict, question->model);
  predict->footer(R"(Examples:
  moeplan predict --preset ludziejewski2025 --n 1e9 --d 2e10 --e 8
      The published joint law at 1e9 active parameters, 2e10 tokens, 8 experts.
  moeplan predict --law-file law.json --n 7e9 --d 1e12 --e 16 --json
      A law of your own, as JSON.
  moeplan predict --preset muennighoff2023 --n 6.34e9 --d 242e9 --unique-tokens 25e9
      What are ten epochs over 25 billion tokens worth?
  moeplan predict --preset abnar2025 --n 8e9 --d 1.667e10 --e 8 --top-k 1
      A sparse model by its total parameters.)");
  predict->callback([question, &context] {
    const auto answer = answerPredict(*question);
    if (!answer) return context.refuse(answer.error());
    context.deliver([&] { return report::predictText(*answer); },
                    [&] { return report::predictJson(*answer); });
  });
}

}  // namespace moe::cli
